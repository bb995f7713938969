/** Kills under load: what was acknowledged is never lost, and its callbacks come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAULT_POINTS, type FaultPoint } from '../../src/domain/faults.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import { AppHost } from '../helpers/app-host.ts';
import { Ledger } from './ledger.ts';
import { randomFrom } from './random.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const KILLS = FULL ? 200 : 15;
const SEED = Number(process.env.PIDGE_TEST_SEED ?? Date.now() % 1_000_000);

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

describe('a storm', () => {
  let folder: string;
  let ledger: Ledger;
  let app: AppHost;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pidge-storm-'));
    ledger = new Ledger(folder);
    await ledger.sink.start();
    app = await new AppHost().start();
    app.twiml('/sms', '<Message>Here I am</Message>');
    ledger.appUrl = `${app.origin}/sms`;
  });
  afterEach(async () => {
    await ledger.kill();
    await ledger.sink.stop();
    await app.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Lets the survivors finish, then judges: lost, silent, texts without their one answer, and what `verify` finds. */
  async function judge() {
    const limit = performance.now() + 30_000;
    while (ledger.silent().length > 0 && performance.now() < limit) await pause(100);
    while ((await ledger.unanswered()).length > 0 && performance.now() < limit) await pause(100);
    const lost = await ledger.lost();
    const silent = ledger.silent();
    const unanswered = await ledger.unanswered();
    await ledger.stop();
    const reader = openSqliteReader(join(folder, 'pidge.db'));
    const findings = await reader.verify();
    await reader.close();
    return { lost, silent, unanswered, findings };
  }

  it(`of ${KILLS} random kills loses nothing that was acknowledged`, async () => {
    const random = randomFrom(SEED);
    console.log(`storm seed ${SEED}`);
    for (let kill = 0; kill < KILLS; kill += 1) {
      expect(await ledger.start()).toBe(true);
      const load = Promise.all([ledger.load(32, 5_000), ledger.text(kill % 3 === 0 ? 2 : 0)]);
      await pause(30 + random() * 250);
      await ledger.kill();
      await load;
    }
    expect(await ledger.start()).toBe(true);
    const verdict = await judge();
    console.log(
      `storm: ${KILLS} kills, ${ledger.acked.size} acknowledged, ${verdict.lost.length} lost, ${verdict.silent.length} without callbacks; ${ledger.texts.size} texts taken, ${verdict.unanswered.length} without their one answer; verify ${verdict.findings.length}`,
    );
    expect(ledger.acked.size).toBeGreaterThan(KILLS * 10);
    expect(verdict).toEqual({ lost: [], silent: [], unanswered: [], findings: [] });
  }, 600_000);

  it('at every fault point loses nothing, and every point is hit', async () => {
    const missed: FaultPoint[] = [];
    // Migration steps come first: only an empty folder has them to do.
    const points = [...FAULT_POINTS].sort((a, b) => Number(b.startsWith('migrate')) - Number(a.startsWith('migrate')));
    for (const point of points) {
      const started = await ledger.start({ fault: { point, hit: hitOf(point), action: 'kill' } });
      if (started) {
        await ledger.load(8, 40);
        await textAFew();
        await redactOne();
        await renameAccount();
        // The rest of the walk runs by itself; what was not killed by then is asked to stop.
        const gone = await Promise.race([ledger.died().then(() => true), pause(1_500).then(() => false)]);
        if (!gone) await ledger.stop();
      }
      if (!ledger.wasKilled()) missed.push(point);
    }
    expect(await ledger.start()).toBe(true);
    const verdict = await judge();
    console.log(`fault points: ${points.length} killed once each, ${ledger.acked.size} acknowledged`);
    expect(missed).toEqual([]);
    expect(verdict).toEqual({ lost: [], silent: [], unanswered: [], findings: [] });
  }, 600_000);

  /** Points of every message are hit on their third passing, so that something was at stake; the others at once. */
  function hitOf(point: FaultPoint): number {
    return /^(accept|claim|settle|receive|finish|intake|reply|dispatch|receipt|callback|answer)/.test(point) ? 3 : 1;
  }

  /** One after the other, so that each is a commit of its own. */
  async function textAFew(): Promise<void> {
    for (let count = 0; count < 4; count += 1) await ledger.text(1);
  }

  /** Redacts a message that has come to its end; the fault points of privacy lie on this way. */
  async function redactOne(): Promise<void> {
    const client = ledger.client;
    for (let tries = 0; client && tries < 20; tries += 1) {
      const sid = [...ledger.acked].at(tries);
      if (!sid) return;
      const form = { Body: '' };
      const answer = await client.call('POST', `${client.base}/Messages/${sid}.json`, { form }).catch(() => null);
      if (!answer || answer.status === 200) return;
      await pause(50);
    }
  }

  /** The fault points of accounts lie on this way. */
  async function renameAccount(): Promise<void> {
    const client = ledger.client;
    await client?.call('POST', `${client.base}.json`, { form: { FriendlyName: 'Storm' } }).catch(() => null);
  }

  it('control: a server that answers before its commit is caught losing messages', async () => {
    const random = randomFrom(SEED + 1);
    for (let kill = 0; kill < 20 && (await lostSoFar()) === 0; kill += 1) {
      await ledger.start({ ackBeforeCommit: true });
      const load = ledger.load(64, 5_000);
      await pause(100 + random() * 200);
      await ledger.kill();
      await load;
    }
    expect(await lostSoFar()).toBeGreaterThan(0);
  }, 600_000);

  async function lostSoFar(): Promise<number> {
    if (ledger.acked.size === 0) return 0;
    await ledger.start();
    const lost = await ledger.lost();
    await ledger.kill();
    return lost.length;
  }
});
