/**
 * `npm run bench -- copy`: a store of a million messages on SQLite, moved to a PostgreSQL of its own by `pidge db copy`,
 * and both asked the same random lists and fetches.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { realClock } from '../src/domain/clock.ts';
import type { Message } from '../src/domain/message.ts';
import { openPostgresReader } from '../src/store/postgres/open.ts';
import { openSqlite, openSqliteReader } from '../src/store/sqlite.ts';
import type { Acceptance, Reads, Store } from '../src/store/store.ts';
import { ACCOUNT, claimCallbacks, finished, lane, message, OTHER, sent } from '../tests/contract/store.fixtures.ts';
import { whyNoPostgres } from '../tests/helpers/postgres-binaries.ts';
import { startServer } from '../tests/helpers/postgres-server.ts';
import { firstDifference, type Known, randomFrom, randomQuestion } from '../tests/helpers/same-answers.ts';

const MAIN = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const MESSAGES = Number(process.env.PIDGE_TEST_MESSAGES ?? 1_000_000);
const QUESTIONS = 1_000;
/** One in ten walks all the way, with parts, receipts, callbacks and attempts. */
const WALKED = 10;
const BATCH = 200;
const FROM = Date.UTC(2026, 0, 1);
const STEP_MS = 1_000;

export async function copyBench(report: (line: Record<string, unknown>) => void): Promise<void> {
  const reason = whyNoPostgres();
  if (reason !== null) {
    console.error(`SKIPPED copy: ${reason}`);
    return;
  }
  const folder = mkdtempSync(join(tmpdir(), 'pidge-bench-'));
  const server = await startServer({ settings: { shared_buffers: '256MB', max_wal_size: '2GB' } });
  try {
    const path = join(folder, 'from.db');
    const sids = await makeStore(path);
    const url = await server.createDatabase();
    const copied = await runCopy(path, url);
    const seed = Date.now() % 1_000_000;
    const known = {
      accounts: [ACCOUNT, OTHER],
      sids,
      addresses: addresses(),
      from: FROM,
      to: FROM + sids.length * STEP_MS,
    };
    const [one, other] = [openSqliteReader(path), await openPostgresReader(url)];
    const difference = await firstDifference(one, other, questions(known, seed));
    report({ bench: 'db copy', messages: MESSAGES, ...copied, requests: QUESTIONS, seed, difference });
    const page_ms = { sqlite: await pageMs(one, sids), postgres: await pageMs(other, sids) };
    report({ bench: `page of 50 out of ${MESSAGES}`, page_ms, maximum: 2 });
    await one.close();
    await other.close();
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Median of pages that go on from somewhere in the list. */
async function pageMs(store: Reads, sids: string[]): Promise<number> {
  const random = randomFrom(1);
  const times: number[] = [];
  for (let index = 0; index < 300; index += 1) {
    const after = sids[Math.floor(random() * sids.length)];
    const startedAt = performance.now();
    await store.messages({ accountSid: ACCOUNT, size: 50, after });
    times.push(performance.now() - startedAt);
  }
  return Number(times.sort((a, b) => a - b)[150]?.toFixed(2));
}

function* questions(known: Known, seed: number) {
  const random = randomFrom(seed);
  for (let index = 0; index < QUESTIONS; index += 1) yield randomQuestion(known, random);
}

function addresses(): string[] {
  return Array.from({ length: 50 }, (_, index) => `+120255501${String(index).padStart(2, '0')}`);
}

/** Answers some of the sids. Nothing of it needs to outlive a power cut. */
async function makeStore(path: string): Promise<string[]> {
  const onFatal = (error: Error): void => {
    throw error;
  };
  const store = await openSqlite({ path, clock: realClock, onFatal, synchronous: 'OFF' });
  const sids: string[] = [];
  for (let index = 0; index < MESSAGES; index += BATCH) {
    const now = FROM + index * STEP_MS;
    const batch = Array.from({ length: Math.min(BATCH, MESSAGES - index) }, (_, at) => made(index + at));
    await store.accept(batch, now);
    sids.push(batch[0]?.message.sid ?? '', batch.at(-1)?.message.sid ?? '');
    await walk(store, now + BATCH * STEP_MS);
  }
  await store.close();
  return sids;
}

function made(index: number): Acceptance {
  const places = addresses();
  const createdAt = FROM + index * STEP_MS;
  const accountSid = index % 3 === 0 ? OTHER : ACCOUNT;
  const shared: Partial<Message> = {
    createdAt,
    accountSid,
    to: places[index % 50],
    from: places[(index * 7) % 50],
    body: `Your code is ${index}. It is good for ten minutes; nobody of ours will ever ask you for it.`,
    validUntil: createdAt + 1e12,
  };
  if (index % WALKED === 0) return { message: message(shared), connector: 'sim', lane: null };
  if (index % WALKED === 1) {
    const key = `sim|${accountSid}|${shared.from}`;
    return {
      message: message({ ...shared, callbackUrl: null }),
      connector: 'held',
      lane: lane({ key, horizonMs: 1e15 }),
    };
  }
  if (index % 2 === 0) return { message: message({ ...shared, status: 'scheduled' }), connector: 'sim', lane: null };
  const history = [
    { at: createdAt, status: 'scheduled' as const },
    { at: createdAt + 1, status: 'canceled' as const },
  ];
  return { message: message({ ...shared, status: 'canceled', history }), connector: 'sim', lane: null };
}

async function walk(store: Store, now: number): Promise<void> {
  const works = await store.claimSends({ owner: 'me', limit: 500, leaseMs: 1, lookAheadMs: 0, except: ['held'] }, now);
  await store.settleSends(
    works.map((work) => sent(work)),
    now,
  );
  const receipts = works.filter((_, index) => index % 2 === 0).map(({ message: { sid } }) => `c-${sid}`);
  await store.receive(
    receipts.map((carrierId) => ({ connector: 'sim', carrierId, state: 'delivered' as const })),
    now,
  );
  const callbacks = await claimCallbacks(store, now);
  await store.finishCallbacks(
    callbacks.map((work) => finished(work)),
    now,
  );
}

interface Copied {
  rows: number;
  seconds: number;
  rows_per_second: number;
  with_both_verifies_seconds: number;
  peak_rss_mb: number;
}

async function runCopy(from: string, to: string): Promise<Copied> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, 'db', 'copy', '--from', from, '--json'], {
    env: { PATH: process.env.PATH, PIDGE_DATABASE: to },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  let peak = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  const sampling = setInterval(() => {
    const status = readFileSync(`/proc/${child.pid}/status`, { encoding: 'utf8' });
    peak = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? peak);
  }, 250);
  child.once('exit', () => clearInterval(sampling));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`pidge db copy ended with ${code}: ${out}`);
  const answer = JSON.parse(out) as { rows: Record<string, number>; seconds: number };
  const rows = Object.values(answer.rows).reduce((sum, count) => sum + count, 0);
  return {
    rows,
    seconds: answer.seconds,
    rows_per_second: Math.round(rows / answer.seconds),
    with_both_verifies_seconds: Math.round((performance.now() - startedAt) / 1_000),
    peak_rss_mb: Math.round(peak / 1_024),
  };
}
