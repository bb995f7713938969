/**
 * Senders that have texts to send and keywords to answer, as their carrier sees it, on the real clock: confirmations are
 * no messages, but what leaves of both together keeps the sender's rate (H8), and none of them is lost.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Ear, Outcome, Submission } from '../../src/connectors/connector.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { makeService } from '../helpers/services.ts';
import { fullestWindow, type Start } from '../helpers/windows.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const SENDERS = (FULL ? [1, 7] : [10, 25]).map((rate, index) => ({ address: `+1312555012${index}`, rate }));
const TEXTS = 20;
const KEYWORDS = ['STOP', 'HELP'];
const ALL_SENT_WITHIN_MS = 90_000;

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** By sender. */
type Starts = Map<string, (Start & { sid: string })[]>;

/** Takes everything, and notes when it was handed over. */
class CountingCarrier implements Connector {
  readonly name = 'carrier';
  readonly honoursIdempotencyKeys = true;
  ear: Ear | null = null;
  readonly #starts: Starts;

  constructor(starts: Starts) {
    this.#starts = starts;
  }

  async start(ear: Ear): Promise<void> {
    this.ear = ear;
  }
  async stop(): Promise<void> {
    this.ear = null;
  }

  async send(batch: Submission[]): Promise<Outcome[]> {
    const at = performance.now();
    return batch.map(({ from, parts, messageSid: sid }) => {
      this.#starts.set(from, [...(this.#starts.get(from) ?? []), { at, segments: parts.length, sid }]);
      return { kind: 'accepted', carrierIds: parts.map((_, part) => `${sid}-${part}`) };
    });
  }
}

async function storm(database: string, nodes: number): Promise<Starts> {
  const starts: Starts = new Map();
  const carriers: CountingCarrier[] = [];
  const running: Running[] = [];
  while (running.length < nodes) {
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database } });
    config.secretKey = 'a key for tests alone, at least 32 long';
    const carrier = new CountingCarrier(starts);
    const node = await startPidge(config, { connectors: () => [carrier] });
    cleanups.push(() => node.close());
    carriers.push(carrier);
    running.push(node);
  }
  const [first] = running as [Running];
  const client = new Client(first.address, first.account);
  cleanups.push(() => client.close());
  const properties = { use_inbound_webhook_on_number: true };
  await makeService({ store: first.store, clock: realClock }, first.account.sid, { senders: SENDERS, properties });
  const ear = () => carriers.find((carrier) => carrier.ear !== null)?.ear;

  async function one(index: number, { address }: { address: string }): Promise<void> {
    const phone = `+1415555${String(1_000 + index)}`;
    const { status, text } = await client.send({ From: address, To: phone, Body: `Text ${index}` });
    if (status !== 201) throw new Error(`Not created: ${text}`);
    const body = KEYWORDS[index % KEYWORDS.length] ?? '';
    const content = { kind: 'text', body, numSegments: 1 } as const;
    // Somebody else, whose STOP stops none of the texts, and for each sender another: they are of one service.
    const from = `+1415556${address.slice(-2)}${String(10 + index)}`;
    const heard = { connector: 'carrier', carrierId: `${address}-${index}`, from, to: address, content };
    await ear()?.inbound([{ ...heard, media: [], channel: null }]);
  }

  await Promise.all(SENDERS.flatMap((sender) => Array.from({ length: TEXTS }, (_, index) => one(index, sender))));
  const total = () => [...starts.values()].flat().length;
  const limit = performance.now() + ALL_SENT_WITHIN_MS;
  while (total() < SENDERS.length * TEXTS * 2 && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return starts;
}

function judge(where: string, starts: Starts): void {
  for (const { address, rate } of SENDERS) {
    const its = starts.get(address) ?? [];
    const notices = its.filter(({ sid }) => sid.endsWith('-notice'));
    const most = fullestWindow(its, rate);
    console.log(`${where}: ${its.length} of ${address}, ${notices.length} confirmations, at most ${most} of ${rate}/s`);
    expect([its.length - notices.length, notices.length, new Set(its.map(({ sid }) => sid)).size]).toEqual([
      TEXTS,
      TEXTS,
      2 * TEXTS,
    ]);
    expect(most).toBeLessThanOrEqual(rate);
  }
}

describe(`${TEXTS} texts and ${TEXTS} answers to keywords of one sender keep its rate together, and all of them leave`, () => {
  it('on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-notices-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    judge('SQLite', await storm(join(folder, 'pidge.db'), 1));
  }, 180_000);

  const reason = whyNoPostgres();
  if (reason) console.log(`SKIPPED confirmations at their rate on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL, where one of two nodes holds the carrier',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      judge('PostgreSQL', await storm(await server.createDatabase(), 2));
    },
    180_000,
  );
});
