/** What a node tells of itself: its roles, its readiness, a store that comes and goes. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector } from '../../src/connectors/connector.ts';
import { realClock } from '../../src/domain/clock.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';

const open: { running: Running; client: Client }[] = [];
afterEach(async () => {
  for (const { running, client } of open.splice(0)) {
    await client.close();
    await running.close();
  }
});

async function start(options: { roles?: string; connectors?: () => Connector[]; store?: Store } = {}) {
  const config = readConfig({
    mode: 'dev',
    env: {},
    file: null,
    flags: { 'http.port': '0', database: ':memory:', 'node.roles': options.roles },
  });
  config.secretKey = 'a key for tests alone, at least 32 long';
  const store =
    options.store ??
    (await openSqlite({ path: ':memory:', clock: realClock, onFatal: (error) => Promise.reject(error) }));
  const running = await startPidge(config, { store, ...(options.connectors && { connectors: options.connectors }) });
  const client = new Client(running.address, running.account);
  open.push({ running, client });
  const ready = () => client.call('GET', '/readyz');
  const until = async (done: () => Promise<boolean>) => {
    const limit = performance.now() + 10_000;
    while (!(await done())) {
      if (performance.now() > limit) throw new Error('The state did not come within 10 s');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  return { running, client, store, ready, until };
}

/** A carrier that takes everything and remembers it. */
function recorder() {
  const log: string[] = [];
  const connector: Connector = {
    name: 'recorder',
    honoursIdempotencyKeys: true,
    start: async () => void log.push('start'),
    async send(batch) {
      log.push(...batch.map(({ messageSid }) => messageSid));
      return batch.map(({ messageSid, parts }) => ({
        kind: 'accepted',
        carrierIds: parts.map((_, index) => `${messageSid}-${index}`),
      }));
    },
    stop: async () => void log.push('stop'),
  };
  return { connector, log };
}

describe('a node', () => {
  it('with every role takes messages and sends them, by the connectors it was given', async () => {
    const { connector, log } = recorder();
    const { client, until } = await start({ connectors: () => [connector] });
    const { json } = await client.send();
    await until(async () => log.includes(json.sid));
    expect(log).toEqual(['start', json.sid]);
  });

  it('without dispatch takes messages and leaves them to others; its connectors stay closed', async () => {
    const { connector, log } = recorder();
    const { client, running } = await start({ connectors: () => [connector], roles: 'api,callbacks' });
    const { status, json } = await client.send();
    expect(status).toBe(201);
    await running.engine.idle();
    expect(log).toEqual([]);
    expect((await client.call('GET', `${client.base}/Messages/${json.sid}.json`)).json.status).toBe('queued');
  });

  it('without api sends what others took, and answers nothing but health', async () => {
    const { connector, log } = recorder();
    const { client, ready } = await start({ connectors: () => [connector], roles: 'dispatch' });
    expect((await client.send()).status).toBe(503);
    expect((await ready()).status).toBe(200);
    expect(log).toEqual(['start']);
  });
});

describe('readiness', () => {
  it('says so while the store cannot be read, and no longer when it can', async () => {
    const { ready, store } = await start();
    expect((await ready()).json).toEqual({ status: 'ready' });
    const { nextDueAt } = store;
    store.nextDueAt = () => Promise.reject(new StoreUnavailable('the database is gone'));
    expect((await ready()).json).toEqual({ status: 'unavailable', why: 'the database is gone' });
    store.nextDueAt = nextDueAt;
    expect((await ready()).status).toBe(200);
  });

  it('says so after a message could not be written, until one can', async () => {
    const { ready, client, store } = await start();
    const { accept } = store;
    store.accept = () => Promise.reject(new StoreUnavailable('database or disk is full'));
    expect((await client.send()).status).toBe(503);
    expect((await ready()).json.why).toBe('database or disk is full');
    store.accept = accept;
    expect((await client.send()).status).toBe(201);
    expect((await ready()).status).toBe(200);
  });
});
