/**
 * A process that ends with a thousand messages in flight on a bind (H2, H3, H5): killed, every message comes to its end
 * all the same, what is sent again is what was in doubt and nothing else, and the node counts it as the ledger does;
 * asked to stop, it leaves nothing in doubt.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { randomFrom } from './random.ts';
import { SmppRestarts, until } from './smpp-restarts.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const IN_FLIGHT = FULL ? 1_000 : 300;
/** Answered, reported and told of before the process ends. */
const SETTLED = FULL ? 300 : 100;
const KILLS = FULL ? 20 : 1;
const WINDOW = 50;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);
const NEVER_MS = 3_600_000;
const LONGEST_STOP_MS = 12_000;

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED restarts with messages in flight on PostgreSQL: ${reason}`);
const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
}, 60_000);

const ENGINES = [
  { engine: 'SQLite', why: null },
  { engine: 'PostgreSQL', why: reason },
] as const;

async function start(engine: string, window: number): Promise<SmppRestarts> {
  const folder = mkdtempSync(join(tmpdir(), 'pidge-restarts-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  let server: PostgresServer | null = null;
  if (engine === 'PostgreSQL') {
    server = await startServer();
    cleanups.push(() => (server as PostgresServer).close());
  }
  const restarts = new SmppRestarts({ folder, window, database: await server?.createDatabase() });
  cleanups.push(() => restarts.close());
  await restarts.start();
  return restarts;
}

describe.each(ENGINES)(`on $engine, a process with ${IN_FLIGHT} messages in flight`, ({ engine, why }) => {
  it.skipIf(why !== null)(
    'is killed: what was in doubt goes out once more, and nothing else',
    async () => {
      const restarts = await start(engine, IN_FLIGHT);
      const answered = new Set<string>();
      let isHolding = true;
      restarts.plan = (token) => {
        if (isHolding && answered.size < SETTLED) answered.add(token);
        return isHolding && !answered.has(token) ? { afterMs: NEVER_MS } : {};
      };
      await restarts.send(IN_FLIGHT);
      await until(() => restarts.copies.size === IN_FLIGHT && restarts.open().length === IN_FLIGHT - SETTLED, 20_000);
      await restarts.kill();
      const [kill] = restarts.kills;
      if (!kill) throw new Error('It was never killed');
      const inDoubt = restarts.inDoubtAt(kill, 0);
      isHolding = false;
      await restarts.start();
      const { statuses, findings } = await restarts.judge();
      const twice = [...restarts.copies].filter(([, all]) => all.length > 1).map(([token]) => token);
      console.log(
        `restart on ${engine}: ${IN_FLIGHT} in flight, ${inDoubt.size} in doubt at the carrier and ${restarts.doubted.size} by ` +
          `the node, ${twice.length} resent at the carrier and ${restarts.resent.size} by the node, verify ${findings.length}`,
      );
      expect(statuses).toEqual({ delivered: IN_FLIGHT });
      expect(inDoubt.size).toBe(IN_FLIGHT - SETTLED);
      expect(restarts.doubted).toEqual(new Set([...inDoubt].map((token) => restarts.acked.get(token))));
      expect(new Set(twice)).toEqual(inDoubt);
      expect(restarts.resent).toEqual(new Set(twice.map((token) => restarts.acked.get(token))));
      expect([...restarts.copies.values()].every((all) => all.length <= 2)).toBe(true);
      expect(findings).toEqual([]);
    },
    90_000,
  );

  it.skipIf(why !== null)(
    'is asked to stop: it waits for its answers, and nothing is in doubt',
    async () => {
      const restarts = await start(engine, IN_FLIGHT);
      restarts.plan = () => ({ afterMs: 400 });
      const sending = restarts.send(IN_FLIGHT);
      await until(() => restarts.copies.size >= IN_FLIGHT / 4, 20_000);
      const { code, ms } = await restarts.stop();
      await sending;
      const submitted = restarts.copies.size;
      await restarts.start();
      const { statuses, findings } = await restarts.judge();
      const twice = [...restarts.copies.values()].filter((all) => all.length > 1).length;
      console.log(
        `graceful stop on ${engine}: ${submitted} of ${restarts.acked.size} submitted, stopped in ${Math.round(ms)} ms, ` +
          `${restarts.doubted.size} in doubt, ${twice} resent, verify ${findings.length}`,
      );
      expect({ code, doubted: restarts.doubted.size, twice, findings }).toEqual({
        code: 0,
        doubted: 0,
        twice: 0,
        findings: [],
      });
      expect(statuses).toEqual({ delivered: restarts.acked.size });
      expect(ms).toBeLessThan(LONGEST_STOP_MS);
    },
    90_000,
  );

  it.skipIf(why !== null)(
    `is killed ${KILLS} times at any instant: only what was in doubt goes out twice`,
    async () => {
      const random = randomFrom(SEED);
      console.log(`restarts seed ${SEED}`);
      const restarts = await start(engine, WINDOW);
      restarts.plan = () => ({ afterMs: Math.floor(random() * 60) });
      for (let kill = 0; kill < KILLS; kill += 1) {
        const sending = restarts.send(400);
        await new Promise((resolve) => setTimeout(resolve, 100 + random() * 900));
        await restarts.kill();
        await sending;
        await restarts.start();
      }
      const { statuses, givenUp, findings } = await restarts.judge();
      const doubts = restarts.kills.map((at) => restarts.inDoubtAt(at));
      const isInDoubtTwice = (token: string) => doubts.filter((one) => one.has(token)).length > 1;
      const needless = givenUp.filter((token) => !isInDoubtTwice(token));
      const unexplained = [...restarts.copies].filter(
        ([token, all]) => all.length > 1 + doubts.filter((one) => one.has(token)).length,
      );
      const extra = [...restarts.copies.values()].reduce((sum, all) => sum + all.length - 1, 0);
      const { delivered = 0, failed = 0 } = statuses;
      console.log(
        `${KILLS} kills on ${engine}: ${restarts.acked.size} acknowledged, ${delivered} delivered, ${failed} in doubt twice ` +
          `(${needless.length} of them not so at the carrier), ${extra} sent again, ${unexplained.length} of them for no doubt, verify ${findings.length}`,
      );
      // For whoever has to explain them: milliseconds from the first kill.
      const zero = restarts.kills[0]?.from ?? 0;
      const told = unexplained.map(([token, all]) => {
        const copies = all.map(
          ({ at, answeredAt }) => `${Math.round(at - zero)} ${Math.round((answeredAt ?? 0) - zero)}`,
        );
        return `${token}: ${copies.join(', ')}`;
      });
      const kills = restarts.kills.map(
        ({ from, goneAt }) => `${Math.round(from - zero)} to ${Math.round(goneAt - zero)}`,
      );
      expect({ unexplained: told.slice(0, 6), kills }).toEqual({ unexplained: [], kills });
      expect(delivered + failed).toBe(restarts.acked.size);
      expect(failed).toBe(givenUp.length);
      // Only who was out at two kills is given up. How many that are is the carrier's to say: the half of a window that the
      // node notes ahead is in doubt at each kill without having been written. It is so once: the second time it is
      // noted when it can be written.
      expect(needless.length).toBeLessThanOrEqual((KILLS * WINDOW) / 2);
      expect(findings).toEqual([]);
    },
    180_000,
  );
});
