/**
 * A connector that is paused at one node while both send, on one PostgreSQL: nobody hands it anything within five
 * seconds, what is accepted meanwhile waits, and once it goes on, told at the other node, everything leaves once.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import type { JournalLine } from './journaling-carrier.ts';
import { eachOf, Nodes, pauseUntil } from './nodes.ts';
import { Trunk } from './trunk.ts';

const CONNECTOR = 'simulated';
const RATE = 25;
const PACED = Array.from({ length: 4 }, (_, index) => ({ number: `+1202555015${index}`, rate: RATE }));
/** 10 s of sending: at the pause most of them wait. */
const BEFORE = 10 * RATE * PACED.length;
const MEANWHILE = 100;
const CREATED_AT_ONCE = 32;
/** At the node that was told, what was handed over beside the answer to the pause. */
const AT_ONCE_MS = 1_000;
/** On every node, as the guide has it. */
const STOPPED_WITHIN_MS = 5_000;
const QUIET_MS = 3_000;
const DRAINED_WITHIN_MS = 60_000;

let server: PostgresServer;
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}, 60_000);

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED pausing on two nodes: ${reason}`);

describe.skipIf(reason !== null)('a connector paused at one of two nodes', () => {
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.close());

  it('by which both send gets nothing more from either, and loses nothing', async () => {
    const trunk = new Trunk();
    const trunkPort = await trunk.start();
    cleanups.push(() => trunk.stop());
    // Connectors with a trunk are every node's, as those of HTTP are.
    const { before, nodes, pause } = await storm(trunkPort);
    const senders = new Set(before.map(({ node }) => node));
    expect(senders).toEqual(new Set(['a', 'b']));
    await judge(nodes, await pause('a'));
  }, 180_000);

  it('that the other one holds gets nothing more from it, and loses nothing', async () => {
    // Without one it is one node's at a time, as those of SMPP are.
    const { before, nodes, pause } = await storm(0);
    const holders = [...new Set(before.map(({ node }) => node))];
    expect(holders).toHaveLength(1);
    await judge(nodes, await pause(holders[0] === 'a' ? 'b' : 'a'));
  }, 180_000);
});

interface Paused {
  at: number;
  /** The node that was told. */
  name: string;
  acked: Set<string>;
  told: Client;
  other: Client;
}

/** Both nodes up, with more accepted than can have left, and sending. */
async function storm(trunkPort: number) {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-paused-'));
  cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
  const nodes = new Nodes(folder, { database: await server.createDatabase(), paced: PACED, trunkPort });
  cleanups.push(() => nodes.close());
  for (const name of ['a', 'b']) await nodes.start(name);
  const acked = new Set<string>();
  await accept(nodes, BEFORE, acked);
  // Each has had its turn, and a second more.
  const startedAt = Date.now();
  const isUnderWay = () => {
    const seen = new Set(nodes.lines().map(({ node }) => node)).size;
    return seen >= (trunkPort === 0 ? 1 : 2) && Date.now() - startedAt > 1_000;
  };
  while (!isUnderWay() && Date.now() - startedAt < 20_000) await pauseUntil(Date.now() + 50);
  const pause = async (name: string): Promise<Paused> => {
    const [a, b] = nodes.clients as [Client, Client];
    const [told, other] = name === 'a' ? [a, b] : [b, a];
    const { status, json } = await turn(told, 'pause', { reason: 'They are migrating' });
    expect([status, json.paused?.reason]).toEqual([200, 'They are migrating']);
    return { at: Date.now(), name, acked, told, other };
  };
  return { before: nodes.lines(), nodes, pause };
}

async function judge(nodes: Nodes, { at, name, acked, told, other }: Paused): Promise<void> {
  await accept(nodes, MEANWHILE, acked);
  await pauseUntil(at + STOPPED_WITHIN_MS);
  const stopped = nodes.lines();
  const here = lastOf(stopped.filter(({ node }) => node === name)) - at;
  const there = lastOf(stopped.filter(({ node }) => node !== name)) - at;
  await pauseUntil(at + STOPPED_WITHIN_MS + QUIET_MS);
  const quiet = nodes.lines();
  expect(quiet.length, 'handed over although it is paused').toBe(stopped.length);
  expect(here).toBeLessThan(AT_ONCE_MS);

  const sent = new Set(quiet.map(({ sid }) => sid));
  const waiting = [...acked].filter((sid) => !sent.has(sid));
  expect(waiting.length).toBeGreaterThan(MEANWHILE);
  for (const client of [told, other]) {
    const { connectors } = (await client.call('GET', '/_admin/v1/connectors')).json;
    expect(connectors).toMatchObject([{ name: CONNECTOR, paused: { reason: 'They are migrating' } }]);
    expect(await statusOf(client, waiting.at(-1) ?? '')).toBe('queued');
  }

  const resumedAt = Date.now();
  expect(await turn(other, 'resume')).toMatchObject({ status: 200, json: { paused: null } });
  const missing = () => {
    const gone = new Set(nodes.lines().map(({ sid }) => sid));
    return [...acked].filter((sid) => !gone.has(sid)).length;
  };
  while (missing() > 0 && Date.now() - resumedAt < DRAINED_WITHIN_MS) await pauseUntil(Date.now() + 200);
  const drainedMs = Date.now() - resumedAt;
  const lines = nodes.lines();
  const first = Math.min(...lines.slice(quiet.length).map(({ wallAt }) => wallAt)) - resumedAt;
  for (const sid of waiting.slice(-3)) {
    const isDelivered = async () => (await statusOf(told, sid)) === 'delivered';
    while (!(await isDelivered()) && Date.now() - resumedAt < DRAINED_WITHIN_MS) await pauseUntil(Date.now() + 100);
    expect(await statusOf(told, sid)).toBe('delivered');
  }
  const result = { never: missing(), twice: lines.length - new Set(lines.map(({ sid }) => sid)).size };
  const findings = await nodes.verify();
  console.log(
    `paused at ${name}: its own last hand-over ${here} ms after the answer, the other's ${there} ms; ` +
      `${waiting.length} of ${acked.size} waited; resumed at the other: the first ${first} ms later, all in ${drainedMs} ms`,
  );
  expect({ ...result, findings }).toEqual({ never: 0, twice: 0, findings: [] });
}

/** By both nodes in turn, of each sender as many. */
async function accept(nodes: Nodes, count: number, acked: Set<string>): Promise<void> {
  const { clients } = nodes;
  await eachOf(count, CREATED_AT_ONCE, async (index) => {
    const From = PACED[Math.floor(index / clients.length) % PACED.length]?.number ?? '';
    const To = `+1415${2_000_000 + index}`;
    const answer = await clients[index % clients.length]?.send({ From, To, Body: 'Patience' });
    if (answer?.status !== 201) throw new Error(`Not accepted: ${answer?.text}`);
    acked.add(answer.json.sid);
  });
}

function turn(client: Client, way: 'pause' | 'resume', json: object = {}) {
  return client.call('POST', `/_admin/v1/connectors/${CONNECTOR}/${way}`, {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(json),
  });
}

async function statusOf(client: Client, sid: string): Promise<string> {
  return (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json.status;
}

function lastOf(lines: JournalLine[]): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...lines.map(({ wallAt }) => wallAt));
}
