/** The contract of the store again, with its bodies sealed, and what the store beneath is given to keep. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { Message } from '../../src/domain/message.ts';
import { parseMessageQuery } from '../../src/domain/message-query.ts';
import { SealBroken } from '../../src/seal.ts';
import { bodyVault } from '../../src/seal-bodies.ts';
import { sealBodies } from '../../src/store/sealed.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import type { Store } from '../../src/store/store.ts';
import { transfer } from '../../src/store/transfer.ts';
import { openSqliteSource, openSqliteTarget } from '../../src/store/transfer-sqlite.ts';
import { ACCOUNT, acceptance, claim, NOW, sent } from './store.fixtures.ts';
import { storeContract } from './store.suite.ts';
import { answered, intake } from './store-inbound.fixtures.ts';

const openPlain = () =>
  openSqlite({
    path: ':memory:',
    clock: new HandWoundClock(),
    onFatal: (error) => {
      throw error;
    },
  });
const vault = bodyVault('a key for tests alone, at least 32 long');
const broken: string[] = [];
const seal = (store: Store, isOn = true, seals = vault) =>
  sealBodies(store, seals, { isOn, onBroken: (sid) => broken.push(sid) });

storeContract('SQLite, sealed', async () => seal(await openPlain()), { shared: false, isSealed: true });

describe('a sealed store', () => {
  let plain: Store;
  let sealed: Store;
  beforeEach(async () => {
    broken.length = 0;
    plain = await openPlain();
    sealed = seal(plain);
  });
  afterEach(() => plain.close());

  const secret = (changes: Partial<Message> = {}) =>
    acceptance({
      body: 'a secret body',
      options: {
        content: {
          sid: 'HX1',
          variables: { 1: 'a secret name' },
          card: { type: 'twilio/card', title: 'secret', buttons: [{ kind: 'URL', text: 'x', url: 'https://secret' }] },
          template: { name: 'ready', language: 'en', body: ['a secret name'], header: ['secret'] },
        },
        buttons: [{ text: 'secret', payload: 'secret' }],
        actions: ['geo:secret'],
        channel: { profileName: 'secret', forwarded: true, button: { text: 'secret', payload: '', type: 'REPLY' } },
      },
      ...changes,
    });
  const under = async (sid: string) => (await plain.message(ACCOUNT, sid)) as Message;

  it('gives the store beneath no readable text, and its callers nothing else', async () => {
    const made = secret();
    await sealed.accept([made], NOW);
    const stored = await under(made.message.sid);
    expect(stored.body).toMatch(/^~1:/);
    expect(JSON.stringify(stored)).not.toContain('secret');
    expect(await sealed.message(ACCOUNT, made.message.sid)).toEqual(made.message);
    expect(made.message.body).toBe('a secret body');
  });

  it('seals what a release changes', async () => {
    const made = secret({ status: 'accepted', from: null });
    await sealed.accept([made], NOW);
    const [work] = await sealed.claimReleases({ owner: 'me', limit: 1, leaseMs: 1_000 }, NOW);
    if (!work) throw new Error('Nothing was claimed');
    expect(work.message).toEqual(made.message);
    const { workId, attempt, message } = work;
    const options = { ...message.options, mediaAsLinks: true } as const;
    const chosen = { from: '+12025550100', numSegments: 1, validUntil: NOW + 9_000, connector: 'sim', lane: null };
    const key = { workId, attempt, accountSid: ACCOUNT, messageSid: message.sid };
    await sealed.release([{ ...key, result: { kind: 'queue', ...chosen, options } }], NOW);
    expect(JSON.stringify(await under(message.sid))).not.toContain('secret');
    expect((await sealed.message(ACCOUNT, message.sid))?.options).toMatchObject(made.message.options);
  });

  it('leaves rows from before readable, and reads its own when it is switched off', async () => {
    const [before, during, after] = [secret(), secret(), secret()];
    const off = seal(plain, false);
    await off.accept([before], NOW);
    await sealed.accept([during], NOW);
    await off.accept([after], NOW);
    for (const { message } of [before, during, after]) {
      expect(await sealed.message(ACCOUNT, message.sid)).toEqual(message);
      expect(await off.message(ACCOUNT, message.sid)).toEqual(message);
    }
    expect((await under(after.message.sid)).body).toBe('a secret body');
  });

  it('takes a body that looks sealed for what it is, whatever the setting says', async () => {
    const first = secret();
    await sealed.accept([first], NOW);
    const body = (await under(first.message.sid)).body;
    for (const store of [sealed, seal(plain, false)]) {
      const copied = secret({ body });
      await store.accept([copied], NOW);
      expect((await store.message(ACCOUNT, copied.message.sid))?.body).toBe(body);
    }
  });

  it('shows what does not open without its body among what was searched for', async () => {
    const other = seal(plain, true, bodyVault('another key for tests, also 32 long'));
    const [ours, theirs] = [secret({ createdAt: NOW }), secret({ createdAt: NOW + 1 })];
    await sealed.accept([ours], NOW);
    await other.accept([theirs], NOW);
    const parsed = parseMessageQuery('status:queued', NOW);
    if (!parsed.ok) throw new Error('unreadable');
    const filter = { ...parsed.filter, searchBodies: false };
    const { messages } = await sealed.search({ accountSid: ACCOUNT, filter, after: null, window: 10, limit: 10 });
    expect(messages.map(({ sid, body }) => [sid, body])).toEqual([
      [theirs.message.sid, ''],
      [ours.message.sid, 'a secret body'],
    ]);
  });

  it('never hands out for sending what does not open, until it has expired', async () => {
    const other = seal(plain, true, bodyVault('another key for tests, also 32 long'));
    const [ours, theirs] = [secret(), secret()];
    await sealed.accept([ours], NOW);
    await other.accept([theirs], NOW);
    expect((await claim(sealed, NOW)).map(({ message }) => message.sid)).toEqual([ours.message.sid]);
    expect(broken).toEqual([theirs.message.sid]);
    await expect(sealed.message(ACCOUNT, theirs.message.sid)).rejects.toThrow(SealBroken);
    const late = theirs.message.validUntil + 1;
    const expired = await claim(sealed, late);
    expect(expired.find(({ message }) => message.sid === theirs.message.sid)).toMatchObject({
      expired: true,
      message: { body: '', options: {} },
    });
  });

  it('says of a reply whose message does not open that it cannot be read, so that it is given up some day', async () => {
    const other = seal(plain, true, bodyVault('another key for tests, also 32 long'));
    const [ours, theirs] = [intake({}, { body: 'a secret body' }), intake({}, { body: 'a secret body' })];
    await sealed.takeIn([ours], NOW);
    await other.takeIn([theirs], NOW);
    const works = await sealed.claimReplies({ owner: 'me', limit: 5, leaseMs: 60_000 }, NOW);
    const about = new Map(works.map(({ message, unreadable }) => [message.sid, [message.body, unreadable]]));
    expect(about.get(ours.message.sid)).toEqual(['a secret body', undefined]);
    expect(about.get(theirs.message.sid)).toEqual(['', true]);
    expect(broken).toEqual([theirs.message.sid]);
    const work = works.find(({ unreadable }) => unreadable);
    if (work) await sealed.finishReplies([answered(work)], NOW);
    expect(await under(theirs.message.sid)).toMatchObject({ status: 'received' });
  });

  it('can still redact what does not open', async () => {
    const other = seal(plain, true, bodyVault('another key for tests, also 32 long'));
    const theirs = secret();
    await other.accept([theirs], NOW);
    const [work] = await claim(plain, NOW);
    if (!work) throw new Error('Nothing was claimed');
    await plain.settleSends([{ ...sent(work), result: { kind: 'failed', errorCode: 30008 } }], NOW);
    const key = { accountSid: ACCOUNT, sid: theirs.message.sid };
    expect(await sealed.change([{ ...key, verb: 'redact' }], NOW)).toMatchObject([{ kind: 'done' }]);
    expect((await sealed.message(ACCOUNT, key.sid))?.body).toBe('');
  });

  it('is copied as it is, and read with the same key alone', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-sealed-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const clock = new HandWoundClock();
    const openFile = (name: string) =>
      openSqlite({ path: join(folder, name), clock, onFatal: (error) => expect.unreachable(error.message) });
    const made = secret();
    const from = await openFile('from.db');
    await seal(from).accept([made], NOW);
    const before = await from.message(ACCOUNT, made.message.sid);
    await from.close();

    const source = openSqliteSource(join(folder, 'from.db'));
    const target = openSqliteTarget(join(folder, 'to.db'));
    await transfer(source, target);
    await target.close();
    await source.close();

    const to = await openFile('to.db');
    expect(await to.message(ACCOUNT, made.message.sid)).toEqual(before);
    expect(await seal(to).message(ACCOUNT, made.message.sid)).toEqual(made.message);
    await to.close();
  });
});
