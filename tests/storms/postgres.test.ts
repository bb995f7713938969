/** Two nodes on a real PostgreSQL, and everything that can happen to them, under load. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { Cluster, LONGEST_ANSWER_MS, pause } from './cluster.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const ROUNDS = FULL ? 20 : 2;
const OUTAGE_MS = FULL ? 30_000 : 8_000;
/** Beyond the lease of a node (10 s), so that the other one takes over. */
const FREEZE_MS = 13_000;
const CLEAN = { lost: 0, silent: 0, windowsOver: 0, unexplained: 0, findings: [] };

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the storms on PostgreSQL: ${reason}`);

describe.skipIf(reason !== null)('a storm over two nodes', () => {
  let folder: string;
  let server: PostgresServer;
  let cluster: Cluster;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-storm-'));
    server = await startServer();
    cluster = new Cluster(folder, await server.createDatabase());
    await cluster.sink.start();
    await cluster.start('a');
    await cluster.start('b');
  }, 60_000);
  afterEach(async () => {
    await cluster.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  async function verdict() {
    await cluster.calm();
    const judged = await cluster.judge(20_000);
    const refused = [...cluster.refused].map(([status, count]) => `${status}: ${count}`).join(', ') || 'none';
    console.log(
      `storm: ${cluster.acked.size} acknowledged, ${judged.lost.length} lost, ${judged.silent.length} without callbacks, ` +
        `${judged.windowsOver} windows over, ${cluster.duplicates} in doubt and repeated, ` +
        `${judged.unexplained.length} repeated otherwise, verify ${judged.findings.length}; ` +
        `refused ${refused}; longest answer ${Math.round(cluster.longestAnswerMs)} ms`,
    );
    for (const sid of [...judged.lost, ...judged.silent, ...judged.unexplained].slice(0, 5)) console.log(sid);
    const { lost, silent, windowsOver, unexplained, findings } = judged;
    return { lost: lost.length, silent: silent.length, windowsOver, unexplained: unexplained.length, findings };
  }

  it(`of ${ROUNDS} rounds of kills, crashes, cut connections and sleeps loses and doubles nothing`, async () => {
    cluster.load(16, 20);
    for (let round = 0; round < ROUNDS; round += 1) {
      const victim = round % 2 === 0 ? 'a' : 'b';
      await pause(1_000);
      await cluster.strike(() => cluster.kill(victim), 15_000);
      await pause(500);
      await cluster.start(victim);
      await pause(1_000);
      await cluster.strike(() => server.restart('immediate'), 15_000);
      await pause(1_500);
      await cluster.strike(() => server.terminateBackends(), 5_000);
      await pause(1_500);
      await cluster.strike(() => cluster.freeze(victim, FREEZE_MS), 15_000);
    }
    expect(await verdict()).toEqual(CLEAN);
    expect(cluster.acked.size).toBeGreaterThan(ROUNDS * 1_000);
    expect(cluster.longestAnswerMs).toBeLessThan(LONGEST_ANSWER_MS + FREEZE_MS);
  }, 900_000);

  it(`a server gone for ${OUTAGE_MS / 1000} s is answered 503 and comes back by itself`, async () => {
    cluster.load(8, 20);
    await pause(1_000);
    await cluster.strike(async () => {
      await server.stop('immediate');
      await pause(OUTAGE_MS);
      await server.start();
    }, 15_000);
    expect(await cluster.recoveredAfterMs(10_000)).toBeLessThan(10_000);
    expect(cluster.refused.get(503)).toBeGreaterThan(10);
    expect([...cluster.refused.keys()]).toEqual([503]);
    expect(await verdict()).toEqual(CLEAN);
    expect(cluster.longestAnswerMs).toBeLessThan(LONGEST_ANSWER_MS);
  }, 180_000);

  it('a rolling restart leaves nothing in doubt', async () => {
    cluster.load(8, 20);
    for (const name of ['a', 'b', 'a', 'b']) {
      await pause(1_000);
      await cluster.stop(name);
      await cluster.start(name);
    }
    await pause(1_000);
    expect(await verdict()).toEqual(CLEAN);
    expect(cluster.duplicates).toBe(0);
  }, 180_000);

  it('work of a dead node is taken over within 15 s', async () => {
    cluster.load(8, 20);
    await pause(2_000);
    await cluster.strike(() => cluster.kill('a'), 15_000);
    const killedAt = performance.now();
    await cluster.calm();
    while (cluster.silent().length > 0 && performance.now() - killedAt < 30_000) await pause(50);
    const tookMs = performance.now() - killedAt;
    console.log(`all told ${Math.round(tookMs)} ms after the kill`);
    expect(tookMs).toBeLessThan(15_000);
    expect(await verdict()).toEqual(CLEAN);
  }, 120_000);

  it('a promoted synchronous standby has everything that was acknowledged', async () => {
    await cluster.stop('a');
    await cluster.stop('b');
    const standby = await server.makeStandby({ synchronous: true });
    const { username, password, pathname } = new URL(cluster.url);
    cluster.url = `postgres://${username}:${password}@127.0.0.1:${server.port},127.0.0.1:${standby.port}${pathname}`;
    await cluster.start('a');
    await cluster.start('b');
    cluster.load(16, 5);
    await pause(3_000);
    await cluster.strike(async () => {
      await server.stop('immediate');
      await standby.promote();
    }, 15_000);
    expect(await cluster.recoveredAfterMs(10_000)).toBeLessThan(10_000);
    await pause(2_000);
    expect(await verdict()).toEqual(CLEAN);
  }, 180_000);
});
