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

async function start(rate: Rate): Promise<Client> {
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', data: folder } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  config.numbers = [{ number: FROM, rate, properties: {} }];
  running = await startPidge(config, { clock, connectors: () => [notingCarrier(clock.now())] });
  return new Client(running.address, running.account);
}

/** Winds in steps of 5 ms, letting the store's thread have its turn in between. */
async function windUntil(done: () => boolean): Promise<void> {
  for (let step = 0; !done(); step += 1) {
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
