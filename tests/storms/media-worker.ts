/**
 * The program of the storm of media: makes messages that all have the same file, or removes them in random order, on a
 * store and a folder of blobs. Prints a line for each message made or removed, and `over` at the end.
 */
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { realClock } from '../../src/domain/clock.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import { makeSweeper } from '../../src/engine/sweep-blobs.ts';
import type { ArmedFault } from '../../src/store/armed-faults.ts';
import { openBlobs } from '../../src/store/blobs/open.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { ACCOUNT, acceptance } from '../contract/store.fixtures.ts';
import { randomFrom } from '../helpers/same-answers.ts';

export interface MediaWork {
  mode: 'make' | 'remove';
  /** With `make`: until there are so many. With `remove`: so many come late, between removals. */
  messages: number;
  /** Planted fault: the bytes go with the first message instead of the last. */
  eager?: boolean;
  fault?: ArmedFault;
  seed: number;
}

const folder = process.argv[2] ?? '';
const work = JSON.parse(process.argv[3] ?? '{}') as MediaWork;
/** Long enough to put and settle; short, so that the last one is over before the storm is. */
const HOLD_MS = 1_000;
const AT_ONCE = 4;
const BATCH = 10;
const FILE = new Uint8Array(Buffer.from('the file that they share '.repeat(4_000)));
const HASH = createHash('sha256').update(FILE).digest('hex');

function fail(reason: string): never {
  console.error(reason);
  process.exit(1);
}

const claim = { owner: randomUUID(), limit: 1_000, leaseMs: 60_000 };
const random = randomFrom(work.seed);
const sids = new SidMaker(realClock, cryptoRandom);
const blobs = await openBlobs({ store: 'disk', path: join(folder, 'media') });
const store = await openSqlite({
  path: join(folder, 'pidge.db'),
  clock: realClock,
  onFatal: (error) => fail(error.message),
  faults: work.fault ? [work.fault] : [],
});
const sweeper = makeSweeper({ store, blobs, clock: realClock, observe: (event) => fail(JSON.stringify(event)) });
sweeper.start();
await store.takeOver(claim.owner, realClock.now());
await finish();
if (work.mode === 'make') await make();
else await remove();
await sweeper.stop();
await store.close();
await blobs.close();
console.log('over');

async function make(): Promise<void> {
  const { messagesByStatus } = await store.stats();
  for (let made = messagesByStatus.failed ?? 0; made < work.messages; ) {
    made += await accept(Math.min(BATCH, work.messages - made));
    await finish();
  }
}

async function accept(count: number): Promise<number> {
  const now = realClock.now();
  const batch = Array.from({ length: count }, () => ({
    ...acceptance({ sid: sids.make('MM'), createdAt: now, numMedia: 1, callbackUrl: null }),
    fetch: { urls: ['https://files.example/same'] },
  }));
  await store.accept(batch, now);
  return count;
}

/** Brings all that is open to its end: media got and kept, then the send failed, so that it may be removed. */
async function finish(): Promise<void> {
  for (const { workId, attempt, message } of await store.claimFetches(claim, realClock.now())) {
    const now = realClock.now();
    const { key: blobKey, isStored } = await store.holdBlob(
      { hash: HASH, sizeBytes: FILE.length, heldUntil: now + HOLD_MS },
      now,
    );
    if (!isStored) await blobs.put(blobKey, FILE);
    const media = [{ sid: sids.make('ME'), contentType: 'text/plain', sizeBytes: FILE.length, blobKey }];
    const [settled] = await store.settleFetches(
      [{ workId, attempt, accountSid: ACCOUNT, messageSid: message.sid, result: { kind: 'fetched', media } }],
      realClock.now(),
    );
    // A pause of this process longer than the hold: the work is due again.
    if (settled?.kind === 'lost') return finish();
  }
  for (const { workId, attempt, message } of await store.claimSends({ ...claim, lookAheadMs: 0 }, realClock.now())) {
    const result = { kind: 'failed' as const, errorCode: 30008 };
    const failure = { workId, attempt, accountSid: ACCOUNT, messageSid: message.sid, result };
    await store.settleSends([failure], realClock.now());
    console.log(`made ${message.sid}`);
  }
}

async function remove(): Promise<void> {
  const left = (await store.messages({ accountSid: ACCOUNT, size: 100_000 })).messages.map(({ sid }) => sid);
  shuffle(left);
  let late = 0;
  const one = async (): Promise<void> => {
    for (let sid = left.pop(); sid !== undefined; sid = left.pop()) {
      await removeOne(sid);
      await judge();
      if (late < work.messages && random() < 0.1) {
        late += 1;
        await accept(1);
        await finish();
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  if (late > 0) {
    work.messages = 0;
    return remove();
  }
  // What is held is waited for: a second after its last medium the file has to be gone.
  const until = realClock.now() + 10 * HOLD_MS;
  while ((await store.blobs({ after: '', limit: 1 })).length > 0) {
    if (realClock.now() > until) fail('The file is still there although no message has it');
    sweeper.ring();
    await new Promise<void>((resolve) => realClock.after(20, resolve));
  }
}

function shuffle(sids: string[]): void {
  for (let last = sids.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [sids[last], sids[other]] = [sids[other] as string, sids[last] as string];
  }
}

/** Half of them lose their medium first, by its own verb. */
async function removeOne(sid: string): Promise<void> {
  const [medium] = await store.media({ accountSid: ACCOUNT, messageSid: sid, limit: 1 });
  if (medium && random() < 0.5) await store.removeMedia(medium, realClock.now());
  await store.change([{ accountSid: ACCOUNT, sid, verb: 'remove' }], realClock.now());
  if (medium && work.eager) await blobs.remove(medium.blobKey);
  sweeper.ring();
  console.log(`removed ${sid}`);
}

/** While a medium is left, so are its bytes. Asked again when not: the last may have gone in between. */
async function judge(): Promise<void> {
  for (const { key, isReferred } of await store.blobs({ after: '', limit: 10 })) {
    if (!isReferred || (await blobs.read(key)) || work.eager) continue;
    const again = await store.blobs({ after: '', limit: 10 });
    if (again.some((one) => one.key === key && one.isReferred)) fail(`The bytes of ${key} are gone before its media`);
  }
}
