/**
 * The rate of senders as their carrier sees it, on the real clock, while there is always more to send and with a crash in
 * the middle (H8). The rates run side by side, each a sender of its own.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { fullestWindow, shareUsed, windowsOver } from '../helpers/windows.ts';
import { eachOf, Nodes, pauseUntil } from './nodes.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const RATES = [1, 7, 100, 1_000];
/** Of sending, before the crash and after it. */
const HALF_MS = FULL ? 30_000 : 4_000;
/** Worth of backlog beside that: there is always more to send. */
const SPARE_MS = FULL ? 10_000 : 4_000;
/** A dead node's connector is another's within 15 s (settled 41). */
const RESUMED_WITHIN_MS = 30_000;
/** A busy machine starts what is slow late again and again; the full lane wants a quiet one. */
const LEAST_USED = FULL ? 0.95 : 0.75;
const CREATED_AT_ONCE = 48;
/** One message in three has two parts, so messages cost 4/3 on average. */
const BODIES = ['one part', 'one part', 'two parts '.repeat(20)];
const AVERAGE_COST = 4 / 3;

const PACED = RATES.map((rate, index) => ({ number: `+1202555016${index}`, rate }));

describe(`rates of ${RATES.join(', ')} segments a second, through a crash`, () => {
  let folder: string;
  let cleanups: (() => Promise<void>)[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-rates-'));
    cleanups = [];
  });
  afterEach(async () => {
    for (const clean of cleanups.reverse()) await clean();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  /** More than can be sent while the test lasts, accepted by a node that sends nothing. */
  async function load(nodes: Nodes): Promise<void> {
    await nodes.start('door', { onlyAccepts: true });
    const [client] = nodes.clients;
    for (const { number, rate } of PACED) {
      const count = Math.ceil((rate * (2 * HALF_MS + SPARE_MS)) / 1_000 / AVERAGE_COST) + 3;
      await eachOf(count, CREATED_AT_ONCE, async (index) => {
        const answer = await client?.send({ From: number, Body: BODIES[index % BODIES.length] ?? '' });
        if (answer?.status !== 201) throw new Error(`Not accepted: ${answer?.text}`);
      });
    }
    await nodes.stop('door');
  }

  /** Waits for the first hand-over after an instant, from which on all senders are due; answers when it was. */
  async function firstAfter(nodes: Nodes, instant: number): Promise<number> {
    const limit = Date.now() + RESUMED_WITHIN_MS;
    for (;;) {
      const first = nodes.lines().find(({ wallAt }) => wallAt > instant);
      if (first) return first.wallAt;
      if (Date.now() > limit) throw new Error(`Nothing was sent within ${RESUMED_WITHIN_MS} ms`);
      await pauseUntil(Date.now() + 50);
    }
  }

  async function storm(where: string, nodes: Nodes, names: string[]): Promise<void> {
    cleanups.push(() => nodes.close());
    await load(nodes);
    const startedAt = Date.now();
    for (const name of names) await nodes.start(name);
    await pauseUntil((await firstAfter(nodes, startedAt)) + HALF_MS);
    await nodes.replace(names[0] ?? '', 'after-crash', 'SIGKILL');
    const crashedAt = nodes.outages[0]?.goneAt ?? 0;
    const resumedAt = await firstAfter(nodes, crashedAt);
    await pauseUntil(resumedAt + HALF_MS);
    const lines = nodes.lines();
    await nodes.close();

    const { unexplained } = nodes.repeated(lines);
    const findings: string[] = [];
    for (const { number, rate } of PACED) {
      const all = lines.filter(({ from }) => from === number);
      const most = Math.floor(rate * 1.01 + 1);
      // As we count in each process, and as the peer does across all of them (H8).
      const runs = Map.groupBy(all, ({ node }) => node);
      const over = [...runs.values()].reduce((sum, run) => sum + windowsOver(run, rate, rate), 0);
      const overAtPeer = windowsOver(all, rate, most);
      const before = all.filter(({ wallAt }) => wallAt <= crashedAt);
      const after = all.filter(({ wallAt }) => wallAt > crashedAt);
      const used = [shareUsed(before, rate), shareUsed(after, rate)];
      console.log(
        `rate ${rate}/s on ${where}: ${all.length} messages, ${over} windows over, ${overAtPeer} at the peer, ` +
          `fullest ${fullestWindow(all, rate)}, used ${used.map((share) => `${(share * 100).toFixed(1)} %`).join(' and ')} before and ` +
          `after the crash`,
      );
      if (over > 0 || overAtPeer > 0) findings.push(`${rate}/s: ${over} windows over, ${overAtPeer} at the peer`);
      if (Math.min(...used) < LEAST_USED) findings.push(`${rate}/s: used ${used.join(' and ')}`);
    }
    console.log(`rates on ${where}: first hand-over ${resumedAt - crashedAt} ms after the crash`);
    expect(findings).toEqual([]);
    expect(unexplained).toEqual([]);
  }

  it('on SQLite are kept, and used', async () => {
    await storm('SQLite', new Nodes(folder, { paced: PACED }), ['a']);
  }, 400_000);

  const reason = FULL ? whyNoPostgres() : 'only in the full lane (PIDGE_TEST_LANE=full)';
  if (reason) console.log(`SKIPPED the rates on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL, by two nodes, are kept, and used',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      const database = await server.createDatabase();
      await storm('PostgreSQL, two nodes', new Nodes(folder, { database, paced: PACED }), ['a', 'b']);
    },
    400_000,
  );
});
