/** Calling off against leaving: 300 messages canceled at about their hour, over real HTTP and on the real clock. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { realClock } from '../../src/domain/clock.ts';
import { Client } from '../helpers/client.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { startServer } from '../helpers/postgres-server.ts';
import { makeService } from '../helpers/services.ts';

const RACES = 300;
const AT_ONCE = 30;
const AHEAD_MS = 250;

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

const LATEST_MS = 1_000;

async function race(database: string, nodes: number) {
  const sent = new Map<string, number[]>();
  const running: Running[] = [];
  for (let index = 0; index < nodes; index += 1) {
    const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database } });
    config.secretKey = 'a key for tests alone, at least 32 long';
    config.auth = { accountSid: `AC${'5'.repeat(32)}`, authToken: 'token of the schedule tests' };
    config.limits.scheduleMinLeadMs = 0;
    const node = await startPidge(config, {
      connectors: () => [
        {
          name: 'carrier',
          honoursIdempotencyKeys: true,
          start: async () => undefined,
          async send(batch) {
            for (const { messageSid } of batch) {
              sent.set(messageSid, [...(sent.get(messageSid) ?? []), realClock.now()]);
            }
            return batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [`c-${messageSid}`] }));
          },
          stop: async () => undefined,
        },
      ],
    });
    const client = new Client(node.address, node.account);
    cleanups.push(async () => {
      await client.close();
      await node.close();
    });
    running.push(node);
  }
  const [first] = running;
  if (!first) throw new Error('No node was started');
  const clients = running.map((node) => new Client(node.address, node.account));
  cleanups.push(async () => void (await Promise.all(clients.map((client) => client.close()))));
  const service = await makeService({ store: first.store, clock: realClock }, first.account.sid, {
    senders: [{ address: '+13125550110' }],
  });

  async function one(index: number) {
    const client = clients[index % clients.length] ?? clients[0];
    if (!client) throw new Error('There is no client');
    const sendAt = realClock.now() + AHEAD_MS;
    const made = await client.send({
      From: '',
      MessagingServiceSid: service,
      ScheduleType: 'fixed',
      SendAt: new Date(sendAt).toISOString(),
    });
    expect(made.json).toMatchObject({ status: 'scheduled' });
    const path = `${client.base}/Messages/${made.json.sid}.json`;
    // From before the hour to after it, most of them where the release is being written.
    const offset = 25 + ((index % AT_ONCE) - AT_ONCE / 2) ** 3 / 40;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, sendAt + offset - realClock.now())));
    const answer = await client.call('POST', path, { form: { Status: 'canceled' } });
    return { sid: made.json.sid as string, path, client, sendAt, status: answer.status, code: answer.json.code };
  }

  const races: Awaited<ReturnType<typeof one>>[] = [];
  for (let from = 0; from < RACES; from += AT_ONCE) {
    races.push(...(await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(from + index)))));
  }
  const lost = races.filter(({ status }) => status !== 200);
  const limit = performance.now() + 20_000;
  while (lost.some(({ sid }) => !sent.has(sid)) && performance.now() < limit) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const won = races.length - lost.length;
  // Both must happen, else nothing was raced for.
  expect([won > 0, lost.length > 0]).toEqual([true, true]);
  for (const { sid, path, client, sendAt, status, code } of races) {
    const ends = (await client.call('GET', path)).json.status;
    const times = sent.get(sid) ?? [];
    if (status === 200) expect([ends, times.length]).toEqual(['canceled', 0]);
    else {
      expect([status, code, ends, times.length]).toEqual([409, 30409, 'sent', 1]);
      expect(times[0]).toBeGreaterThanOrEqual(sendAt);
      expect((times[0] ?? 0) - sendAt).toBeLessThanOrEqual(LATEST_MS);
    }
  }
  return {
    won,
    lost: lost.length,
    latestMs: Math.max(...races.map(({ sid, sendAt }) => (sent.get(sid)?.[0] ?? sendAt) - sendAt)),
  };
}

describe('of 300 messages called off at about their hour each is either canceled or sent once, never early', () => {
  it('on SQLite', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pidge-races-'));
    cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
    console.log('races on SQLite', await race(join(folder, 'pidge.db'), 1));
  }, 60_000);

  const reason = process.env.PIDGE_TEST_POSTGRES === '1' ? whyNoPostgres() : 'PIDGE_TEST_POSTGRES is not 1';
  if (reason) console.log(`SKIPPED the races on PostgreSQL: ${reason}`);
  it.skipIf(reason !== null)(
    'on PostgreSQL, by two nodes',
    async () => {
      const server = await startServer();
      cleanups.push(() => server.close());
      console.log('races on PostgreSQL', await race(await server.createDatabase(), 2));
    },
    120_000,
  );
});
