/** Thousands of messages due within a minute, with a kill and a graceful restart in between (S3). */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inTime } from '../helpers/in-time.ts';
import { percentile } from '../helpers/percentile.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { eachOf, Nodes, pauseUntil } from './nodes.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const MESSAGES = FULL ? 5_000 : 500;
const DUE_WITHIN_MS = FULL ? 60_000 : 10_000;
/** Long enough to have them all accepted before the first is due. */
const LEAD_MS = FULL ? 20_000 : 4_000;
/** Of the time in which they fall due: when a node is killed, and when one is asked to stop. */
const KILL_AT = 0.3;
const STOP_AT = 0.65;
const CREATED_AT_ONCE = 32;
/** S3; the outages do not count. */
const LATE_MS = { p99: 1_000, most: 3_000 };
const SENT_WITHIN_MS = 20_000;

describe(`${MESSAGES} messages due within ${DUE_WITHIN_MS / 1_000} s, through a kill and a restart`, () => {
  let cleanups: (() => Promise<void>)[];

  beforeEach(() => {
    cleanups = [];
  });
  afterEach(async () => {
    for (const clean of cleanups.reverse()) await clean();
  }, 60_000);

  function makeFolder(): string {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-schedules-'));
    cleanups.push(async () => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Accepts them all; answers each one's hour by its sid. */
  async function schedule(nodes: Nodes, firstAt: number): Promise<Map<string, number>> {
    const hours = new Map<string, number>();
    // What is no schedule shows the account's default service, which has every sender.
    const service = (await nodes.clients[0]?.send())?.json.messaging_service_sid;
    await eachOf(MESSAGES, CREATED_AT_ONCE, async (index) => {
      const client = nodes.clients[index % nodes.clients.length];
      const sendAt = firstAt + Math.floor(((index * 0.618_033_988_7) % 1) * DUE_WITHIN_MS);
      const answer = await client?.send({
        To: `+1202555${String(2_000 + (index % 5_000))}`,
        From: '',
        MessagingServiceSid: service,
        ScheduleType: 'fixed',
        SendAt: new Date(sendAt).toISOString(),
      });
      if (answer?.status !== 201) throw new Error(`Not scheduled: ${answer?.text}`);
      hours.set(answer.json.sid, sendAt);
    });
    return hours;
  }

  async function storm(where: string, makeNodes: () => Promise<Nodes>, names: string[]): Promise<void> {
    const late = await inTime(
      async () => {
        const nodes = await makeNodes();
        cleanups.push(() => nodes.close());
        const times = await pass(where, nodes, names);
        await nodes.close();
        return times;
      },
      ({ p99, most }) => p99 <= LATE_MS.p99 && most <= LATE_MS.most,
    );
    expect(late.p99).toBeLessThanOrEqual(LATE_MS.p99);
    expect(late.most).toBeLessThanOrEqual(LATE_MS.most);
  }

  /** Answers how late they were (ms), while a node was up. */
  async function pass(where: string, nodes: Nodes, names: string[]): Promise<{ p99: number; most: number }> {
    for (const name of names) await nodes.start(name);
    const firstAt = Date.now() + LEAD_MS;
    const hours = await schedule(nodes, firstAt);
    const isReadyMs = firstAt - Date.now();
    await pauseUntil(firstAt + KILL_AT * DUE_WITHIN_MS);
    await nodes.replace(names[0] ?? '', 'after-kill', 'SIGKILL');
    await pauseUntil(firstAt + STOP_AT * DUE_WITHIN_MS);
    await nodes.replace(names[1] ?? 'after-kill', 'after-stop', 'SIGTERM');
    await pauseUntil(firstAt + DUE_WITHIN_MS);
    const limit = Date.now() + SENT_WITHIN_MS;
    const missing = () => {
      const sent = new Set(nodes.lines().map(({ sid }) => sid));
      return [...hours.keys()].filter((sid) => !sent.has(sid));
    };
    while (missing().length > 0 && Date.now() < limit) await pauseUntil(Date.now() + 200);

    const lines = nodes.lines().filter(({ sid }) => hours.has(sid));
    const early = lines.filter(({ sid, wallAt }) => wallAt < (hours.get(sid) ?? 0));
    const firsts = new Map(lines.toReversed().map((line) => [line.sid, line.wallAt]));
    const lateMs = [...firsts].map(([sid, at]) => nodes.upBetween(hours.get(sid) ?? 0, at));
    const { inDoubt, unexplained } = nodes.repeated(lines);
    const never = missing();
    const late = { p99: percentile(lateMs, 0.99), most: percentile(lateMs, 1) };
    const findings = await nodes.verify();
    console.log(
      `schedules on ${where}: ${hours.size} due within ${DUE_WITHIN_MS / 1_000} s, ${never.length} never sent, ${early.length} early, ` +
        `late p50 ${percentile(lateMs, 0.5)} ms, p99 ${late.p99} ms, most ${late.most} ms, ${inDoubt.length} in doubt and repeated, ` +
        `${unexplained.length} repeated otherwise, down ${nodes.outages.map(({ from, to }) => to - from).join(' and ')} ms, ` +
        `accepted ${isReadyMs} ms before the first was due, verify ${findings.length}`,
    );
    expect({ never, early, unexplained, findings }).toEqual({ never: [], early: [], unexplained: [], findings: [] });
    return late;
  }

  it('on SQLite leave each at its hour, once', async () => {
    await storm('SQLite', async () => new Nodes(makeFolder()), ['a']);
  }, 180_000);

  const reason = FULL ? whyNoPostgres() : 'only in the full lane (PIDGE_TEST_LANE=full)';
  if (reason) console.log(`SKIPPED the schedules on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL, by two nodes, leave each at its hour, once',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      const makeNodes = async () => new Nodes(makeFolder(), { database: await server.createDatabase() });
      await storm('PostgreSQL, two nodes', makeNodes, ['a', 'b']);
    },
    240_000,
  );
});
