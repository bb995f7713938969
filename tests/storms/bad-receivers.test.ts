/**
 * Receivers that are bad in every way beside healthy ones (C3, T12): 5 % of all traffic is for one that hangs, 5 % for
 * one that refuses, and some is for each kind. The healthy are told as if nothing was.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Message } from '../../src/domain/message.ts';
import { BadApp, WAYS } from '../helpers/bad-app.ts';
import { percentile } from '../helpers/percentile.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { Sink } from '../helpers/sink.ts';
import { ACCOUNT, pause } from './cluster.ts';
import { Nodes, type PacedNumber } from './nodes.ts';
import { Trunk } from './trunk.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const PER_SECOND = FULL ? 200 : 60;
const SECONDS = FULL ? 60 : 6;
/** Beside the shares: so many for each kind of the list. */
const EACH = FULL ? 20 : 3;
const HEALTHY = 'healthy';
const HANGS = 'hangs';
const REFUSES = 'refuses';
/** Two of the fifteen seconds: long enough to be in the way, and every kind is through with it soon. */
const IMPATIENT = '#tt=2000';
const P99_MS = 2_000;
const MOST_MEMORY = 512 * 1_048_576;
const PAGE = 1_000;
const SETTLED_MS = FULL ? 180_000 : 60_000;

/** Codes of the alerts of kinds that are as bad for status callbacks as for texts. */
const BAD_FOR_BOTH: Record<string, number> = {
  'hangs-before-head': 11203,
  'drips-head': 11203,
  'hints-without-end': 11203,
  'answers-late': 11203,
  'closes-at-once': 11200,
  'huge-head': 11206,
  'wrong-length': 11206,
  'no-http': 11206,
  '500': 11200,
  '429': 11200,
  '404': 11200,
  '401': 11200,
  '304': 11216,
  'redirect-loop': 11215,
  'redirect-nowhere': 11216,
  'redirect-to-file': 11216,
  'redirect-inside': 11205,
  nobody: 11202,
  'no-name': 11210,
  tls: 11220,
  untrusted: 11237,
};
/** Their 200 is enough for a status callback; what is wrong with the rest matters to who wants a document. */
const BAD_FOR_TEXTS: Record<string, number> = {
  'hangs-after-head': 11203,
  drips: 11203,
  'closes-in-the-middle': 11200,
  resets: 11200,
  endless: 11750,
  'too-large': 11750,
  'gzip-bomb': 11750,
  'broken-gzip': 11200,
  'unknown-encoding': 11200,
  'not-well-formed': 12100,
  doctype: 12100,
  'billion-laughs': 12100,
  'too-deep': 11750,
  'too-many': 12100,
  'utf-16': 12300,
  html: 12100,
  json: 12300,
  'no-type': 12300,
  'itself-again': 14106,
};

let folder: string;
let healthy: Sink;
let bad: Map<string, BadApp>;
let nodes: Nodes;
let trunk: Trunk;
/** Url of a PostgreSQL; `undefined`: a file. */
let database: string | undefined;
let closeServer: (() => Promise<void>) | null = null;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-receivers-'));
  healthy = await new Sink().start();
  // Each an origin of its own, as customers are.
  bad = new Map();
  for (const way of [...WAYS, HANGS]) bad.set(way, await new BadApp().start());
  trunk = new Trunk();
});
afterEach(async () => {
  await nodes.close();
  await trunk.stop();
  await Promise.all([...bad.values()].map((app) => app.stop()));
  await healthy.stop();
  await closeServer?.();
  closeServer = null;
  rmSync(folder, { recursive: true, force: true });
});

function urlOf(kind: string): string {
  if (kind === HEALTHY) return `${healthy.origin}/told`;
  // As they are set up by somebody who knows nothing of fragments: 15 s each.
  if (kind === HANGS) return bad.get(HANGS)?.url('hangs-before-head') ?? '';
  if (kind === REFUSES) return 'http://127.0.0.1:2/';
  return `${bad.get(kind)?.url(kind)}${IMPATIENT}`;
}

/** Of every twenty one that hangs and one that refuses; the kinds come first, so that they are in the way. */
function kindOf(index: number): string {
  const kinds = WAYS.length * EACH;
  if (index < kinds) return WAYS[index % WAYS.length] as string;
  return [HANGS, REFUSES][index % 20] ?? HEALTHY;
}

async function everyMessage(): Promise<Message[]> {
  const reader = await nodes.reader();
  const all: Message[] = [];
  let after: string | undefined;
  for (let hasOlder = true; hasOlder; ) {
    const page = await reader.messages({ accountSid: ACCOUNT.sid, size: PAGE, after });
    all.push(...page.messages);
    after = page.messages.at(-1)?.sid;
    hasOlder = page.hasOlder;
  }
  await reader.close();
  return all;
}

async function callbacksDue(): Promise<number> {
  const reader = await nodes.reader();
  const { callbacksDue: due } = await reader.stats();
  await reader.close();
  return due;
}

/** Codes of alerts by what they are about. */
async function alertCodes(): Promise<Map<string, Set<number>>> {
  const reader = await nodes.reader();
  const codes = new Map<string, Set<number>>();
  const alerts = await reader.alerts({ accountSid: ACCOUNT.sid, limit: 100_000 });
  for (const { resourceSid, code } of alerts) {
    codes.set(resourceSid ?? '', (codes.get(resourceSid ?? '') ?? new Set()).add(code));
  }
  await reader.close();
  return codes;
}

/** Milliseconds from each event to the first that its healthy receiver heard of it; `at` of an event: epoch. */
function delays(events: Map<string, number>, keyOf: (params: Record<string, string>) => string): number[] {
  const first = new Map<string, number>();
  for (const { params, at } of healthy.heard) {
    const key = keyOf(params);
    if (!first.has(key)) first.set(key, performance.timeOrigin + at);
  }
  return [...events].map(([key, at]) => (first.get(key) ?? Number.POSITIVE_INFINITY) - at);
}

async function until(limitMs: number, isDone: () => Promise<boolean>): Promise<void> {
  const limit = performance.now() + limitMs;
  while (!(await isDone()) && performance.now() < limit) await pause(250);
}

function tell(what: string, ms: number[]): void {
  const [p50, p99, most] = [0.5, 0.99, 1].map((share) => Math.round(percentile(ms, share)));
  const memory = Math.round((nodes.peakMemory('a') ?? 0) / 1_048_576);
  console.log(
    `${what} on ${database ? 'PostgreSQL' : 'SQLite'} beside ${WAYS.length} kinds of bad ones, 5 % hanging, 5 % refusing, at ${PER_SECOND}/s: ` +
      `${ms.length} first attempts, p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; peak memory ${memory} MB`,
  );
}

/** The codes that each kind's alerts had; kinds come `EACH` times, and each time with the same. */
function codesByKind(codes: Map<string, Set<number>>, kinds: Map<string, string>): Record<string, number[]> {
  const found: Record<string, number[]> = Object.fromEntries(WAYS.map((way) => [way, []]));
  for (const [sid, kind] of kinds) {
    if (!WAYS.includes(kind)) continue;
    found[kind] = [...new Set([...(found[kind] ?? []), ...(codes.get(sid) ?? [])])].sort();
  }
  return found;
}

const expected = (codes: Record<string, number>) =>
  Object.fromEntries(WAYS.map((way) => [way, way in codes ? [codes[way]] : []]));

async function tellStatuses(): Promise<void> {
  nodes = new Nodes(folder, { database });
  await nodes.start('a');
  const [client] = nodes.clients;
  const kinds = new Map<string, string>();
  const sends: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let index = 0; index < PER_SECOND * SECONDS; index += 1) {
    const due = startedAt + (index / PER_SECOND) * 1_000;
    if (due > performance.now()) await pause(due - performance.now());
    const send = client?.send({ StatusCallback: urlOf(kindOf(index)) }).then(({ status, json }) => {
      expect(status).toBe(201);
      kinds.set(json.sid, kindOf(index));
    });
    if (send) sends.push(send);
  }
  await Promise.all(sends);
  const mine = [...kinds].filter(([, kind]) => kind === HEALTHY);
  await until(SETTLED_MS, async () => {
    const heard = new Set(healthy.heard.map(({ params }) => `${params.MessageSid} ${params.MessageStatus}`));
    return mine.every(([sid]) => heard.has(`${sid} sent`) && heard.has(`${sid} delivered`));
  });
  const events = new Map<string, number>();
  for (const { sid, status, history } of await everyMessage()) {
    expect([sid, status]).toEqual([sid, 'delivered']);
    if (kinds.get(sid) !== HEALTHY) continue;
    for (const step of history)
      if (/^(sent|delivered)$/.test(step.status)) events.set(`${sid} ${step.status}`, step.at);
  }
  const ms = delays(events, ({ MessageSid, MessageStatus }) => `${MessageSid} ${MessageStatus}`);
  tell('status callbacks', ms);
  expect(ms).toHaveLength(mine.length * 2);
  expect(percentile(ms, 0.99)).toBeLessThan(P99_MS);
  expect(nodes.peakMemory('a') ?? 0).toBeLessThan(MOST_MEMORY);
  const wanted = expected(BAD_FOR_BOTH);
  await until(SETTLED_MS, async () => {
    const found = codesByKind(await alertCodes(), kinds);
    return WAYS.every((way) => (found[way]?.length ?? 0) >= (wanted[way]?.length ?? 0));
  });
  expect(codesByKind(await alertCodes(), kinds)).toEqual(wanted);
  // Who hangs or refuses is told for a day: both events of each message are still open.
  const open = [...kinds.values()].filter((kind) => kind === HANGS || kind === REFUSES).length;
  expect(await callbacksDue()).toBeGreaterThanOrEqual(open * 2);
  expect(await nodes.verify()).toEqual([]);
}

async function askApps(): Promise<void> {
  const numbers = new Map([HEALTHY, HANGS, REFUSES, ...WAYS].map((kind, index) => [kind, `+1312555${2_000 + index}`]));
  const paced = [...numbers].map(([kind, number]): PacedNumber => {
    return { number, rate: 0, properties: { sms_url: urlOf(kind), sms_method: 'POST' } };
  });
  nodes = new Nodes(folder, { database, paced, trunkPort: await trunk.start() });
  await nodes.start('a');
  await trunk.flood({ perSecond: PER_SECOND, seconds: SECONDS, to: (index) => numbers.get(kindOf(index)) ?? '' });
  // Whatever the app did: the text is received in the end.
  await until(SETTLED_MS, async () => {
    const reader = await nodes.reader();
    const { messagesByStatus } = await reader.stats();
    await reader.close();
    return trunk.unanswered() === 0 && messagesByStatus.received === trunk.made;
  });
  const kindsByNumber = new Map([...numbers].map(([kind, number]) => [number, kind]));
  const kinds = new Map<string, string>();
  const events = new Map<string, number>();
  for (const { sid, status, to, createdAt } of await everyMessage()) {
    const kind = kindsByNumber.get(to) ?? '';
    expect([kind, status]).toEqual([kind, 'received']);
    kinds.set(sid, kind);
    if (kind === HEALTHY) events.set(sid, createdAt);
  }
  const ms = delays(events, ({ MessageSid }) => MessageSid ?? '');
  tell('webhooks of texts', ms);
  expect(kinds.size).toBe(trunk.made);
  expect(ms.length).toBeGreaterThan(trunk.made / 4);
  expect(percentile(ms, 0.99)).toBeLessThan(P99_MS);
  expect(nodes.peakMemory('a') ?? 0).toBeLessThan(MOST_MEMORY);
  const wanted = expected({ ...BAD_FOR_BOTH, ...BAD_FOR_TEXTS });
  await until(5_000, async () => {
    const found = codesByKind(await alertCodes(), kinds);
    return WAYS.every((way) => (found[way]?.length ?? 0) >= (wanted[way]?.length ?? 0));
  });
  expect(codesByKind(await alertCodes(), kinds)).toEqual(wanted);
  expect(await nodes.verify()).toEqual([]);
}

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED bad receivers on PostgreSQL: ${reason}`);

describe.each(['SQLite', 'PostgreSQL'])('on %s', (engine) => {
  beforeEach(async () => {
    database = undefined;
    if (engine === 'SQLite' || reason !== null) return;
    const server = await startServer();
    closeServer = () => server.close();
    database = await server.createDatabase();
  }, 60_000);

  const isMissing = engine === 'PostgreSQL' && reason !== null;
  // Half a minute each: one of the two is enough for every change.
  it.skipIf(isMissing || (engine === 'PostgreSQL' && !FULL))(
    `status callbacks: healthy receivers are told within ${P99_MS} ms beside bad ones of every kind`,
    tellStatuses,
    600_000,
  );
  it.skipIf(isMissing)(
    `webhooks of texts: healthy apps are asked within ${P99_MS} ms beside bad ones of every kind`,
    askApps,
    600_000,
  );
});
