/** A sender whose rate is another at the next start: what waited leaves at the new one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import type { Rate } from '../../src/config.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Submission } from '../../src/connectors/connector.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { Client } from '../helpers/client.ts';

const FROM = '+12025550155';

let folder: string;
let clock: HandWoundClock;
/** Body and start of what the carrier got, in its order. */
let sent: [string, number][];
let running: Running | null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pidge-rate-'));
  clock = new HandWoundClock();
  sent = [];
  running = null;
});
afterEach(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A carrier that takes everything at once and writes down when. */
function notingCarrier(since: number): Connector {
  return {
    name: 'noting',
    honoursIdempotencyKeys: true,
    shared: true,
    start: async () => undefined,
    stop: async () => undefined,
    async send(batch: Submission[]) {
      sent.push(...batch.map(({ parts }): [string, number] => [parts.join(''), clock.now() - since]));
      return batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [messageSid] }));
    },
  };
}

const ROUTE = { priority: 10, weight: 1, from: [], channels: [], accounts: [] };

/** There is another carrier, for which nothing here is. */
async function start(rate: Rate): Promise<Client> {
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', data: folder } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  config.numbers = [{ number: FROM, rate, properties: {} }];
  config.routes = [
    { ...ROUTE, connector: 'noting', to: ['+1'] },
    { ...ROUTE, connector: 'other', to: ['+44'] },
  ];
  const connectors = () => [notingCarrier(clock.now()), { ...notingCarrier(0), name: 'other' }];
  running = await startPidge(config, { clock, connectors });
  return new Client(running.address, running.account);
}

/** Winds in steps of 5 ms, letting the store's thread have its turn in between. */
async function windUntil(done: () => boolean | Promise<boolean>): Promise<void> {
  for (let step = 0; !(await done()); step += 1) {
    if (step > 4_000) throw new Error('The state never came, although 20 s were wound');
    await new Promise((resolve) => setTimeout(resolve, 1));
    clock.advance(5);
  }
}

async function leaveWaiting(rate: Rate, bodies: string[]): Promise<void> {
  const client = await start(rate);
  for (const Body of bodies) expect((await client.send({ From: FROM, Body })).status).toBe(201);
  await windUntil(() => sent.length >= 1);
  await client.close();
  await running?.close();
}

it.each([
  ['faster', 0.1, 10, 100],
  ['slower', 10, 2, 500],
])('%s: in order, and never faster than it', async (_, before, after, gapMs) => {
  const bodies = ['1', '2', '3', '4', '5', '6'];
  await leaveWaiting(before, bodies);
  const left = sent.length;
  const client = await start(after);
  await client.send({ From: FROM, Body: '7' });
  await windUntil(() => sent.length === 7);
  expect(sent.map(([body]) => body)).toEqual([...bodies, '7']);
  const starts = sent.slice(left).map(([, at]) => at);
  for (const [index, at] of starts.entries()) {
    if (index === 0) continue;
    const gap = at - (starts[index - 1] ?? 0);
    expect(gap).toBeGreaterThanOrEqual(gapMs);
    // The clock is wound on while the store works, so a busy machine makes them late; the slowest rate here is 10 s.
    expect(gap).toBeLessThan(gapMs + 5_000);
  }
  await client.close();
});

it('none at all: what waited leaves at once', async () => {
  await leaveWaiting(0.1, ['1', '2', '3', '4']);
  const client = await start(null);
  await windUntil(() => sent.length === 4);
  // Seconds after the start on a busy machine, whose clock is wound on while the store works; 10 s apart before.
  for (const [, at] of sent.slice(1)) expect(at).toBeLessThan(5_000);
  await client.close();
});

it('faster, after a pause in which all that waited was looked at: it leaves at that rate, and so does what comes', async () => {
  const client = await start(0.1);
  const turn = (way: string) =>
    client.call('POST', `/_admin/v1/connectors/noting/${way}`, {
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
  const bodies = ['1', '2', '3', '4', '5', '6'];
  const sids: string[] = [];
  for (const Body of bodies) sids.push((await client.send({ From: FROM, Body })).json.sid);
  await windUntil(() => sent.length >= 1);
  expect((await turn('pause')).status).toBe(200);
  const { store, account } = running as Running;
  await windUntil(async () => {
    const message = await store.message(account.sid, sids.at(-1) ?? '');
    return message?.history.at(-1)?.note === 'noting is paused';
  });
  expect((await turn('resume')).status).toBe(200);
  await client.close();
  await running?.close();
  expect(sent).toHaveLength(1);

  const later = await start(10);
  await later.send({ From: FROM, Body: '7' });
  // Within 20 s of the clock, which is as long as a pause puts off what it looks at; at 0.1 a second they take 60 s.
  await windUntil(() => sent.length === 7);
  expect(sent.map(([body]) => body)).toEqual([...bodies, '7']);
  await later.close();
});
