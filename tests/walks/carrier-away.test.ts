/** A carrier that is away for ten minutes, by a clock that is wound: nothing fails for it, and the queue then drains at its rate. */
import { afterEach, describe, expect, it } from 'vitest';
import { startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Connector, Outcome } from '../../src/connectors/connector.ts';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { openStore } from '../../src/open-store.ts';
import type { Store } from '../../src/store/store.ts';
import { Client } from '../helpers/client.ts';
import { FakeCarrier } from '../helpers/fake-carrier.ts';
import { prepareStore } from '../helpers/store.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';
const NUMBER = '+12125550140';
const PHONE = '+12025550101';
const RATE = 200;
/** Ten segments each. */
const BODY = 'ten parts '.repeat(153);
const SEGMENTS = 10;
const MESSAGES = (FULL ? 36_000 : 1_000) / SEGMENTS;
const GAP_MS = (SEGMENTS * 1_000) / RATE;
const AT_ONCE = 24;
const MINUTE_MS = 60_000;

let closes: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closes.reverse()) await close();
  closes = [];
}, 60_000);

/** A store that can tell when nothing is asked of it: only then may the clock go on, or slots pass unused. */
function counted(store: Store): { store: Store; quiet: () => Promise<void> } {
  let open = 0;
  const proxy = new Proxy(store, {
    get(target, key) {
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const answer: unknown = value.apply(target, args);
        if (!(answer instanceof Promise)) return answer;
        open += 1;
        return answer.finally(() => {
          open -= 1;
        });
      };
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    store: proxy,
    async quiet() {
      for (let calm = 0; calm < 4; calm = open === 0 ? calm + 1 : 0) await turn();
    },
  };
}

async function start<Carrier extends Connector>(makeCarrier: (clock: HandWoundClock) => Carrier) {
  const clock = new HandWoundClock();
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0' } });
  config.secretKey = 'a key for tests alone, at least 32 long';
  const prepared = await prepareStore(config, clock);
  const { release } = prepared;
  const real = prepared.store ?? (await openStore(config, config.secretKey, { clock, observe: () => undefined }));
  const { store, quiet } = counted(real);
  const carrier = makeCarrier(clock);
  const running = await startPidge(config, { clock, store, connectors: () => [carrier] });
  const client = new Client(running.address, running.account);
  closes.push(async () => {
    await client.close();
    await running.close();
    await release();
  });
  await real.saveSender({
    sid: `PN${'0'.repeat(32)}`,
    accountSid: running.account.sid,
    address: NUMBER,
    kind: 'number',
    canSms: true,
    canMms: true,
    rate: RATE,
    properties: {},
    createdAt: clock.now(),
    updatedAt: clock.now(),
  });
  const send = async (more: Record<string, string> = {}) => {
    const form = { From: NUMBER, To: PHONE, Body: BODY, ...more };
    const { status, json } = await client.call('POST', `${client.base}/Messages.json`, { form });
    expect(status).toBe(201);
    return json.sid as string;
  };
  const wind = async (ms: number, stepMs: number) => {
    for (let left = ms; left > 0; left -= stepMs) {
      clock.advance(stepMs);
      await quiet();
    }
  };
  const statuses = async () => (await real.stats()).messagesByStatus;
  const message = (sid: string) => real.message(running.account.sid, sid);
  return { clock, carrier, send, wind, statuses, message, verify: () => real.verify() };
}

describe(`${MESSAGES * SEGMENTS} segments for a carrier that is away for ten minutes`, () => {
  it(
    'are taken in, wait without a failure, and leave at exactly the rate of their sender once it is back',
    async () => {
      const { carrier, send, wind, statuses, message, verify } = await start((clock) => new FakeCarrier('acme', clock));
      carrier.bind(false);
      const startedAt = performance.now();
      let left = MESSAGES;
      const lane = async () => {
        for (; left > 0; ) {
          left -= 1;
          await send();
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, lane));
      const brief = await send({ ValidityPeriod: '300', Body: 'Your code' });
      // Of the 36 000 alone: a busy machine has no time for a part of a minute.
      if (FULL) expect(performance.now() - startedAt).toBeLessThan(MINUTE_MS);

      await wind(5 * MINUTE_MS - 5_000, 5_000);
      expect(await statuses()).toEqual({ queued: MESSAGES + 1 });
      // What is over is told within a minute, though nobody is there to be asked.
      await wind(MINUTE_MS, 5_000);
      expect(await message(brief)).toMatchObject({ status: 'failed', errorCode: 30036 });
      await wind(4 * MINUTE_MS, 5_000);
      expect(await statuses()).toEqual({ queued: MESSAGES, failed: 1 });

      carrier.bind(true);
      await wind(MESSAGES * GAP_MS, 10);
      expect(await statuses()).toEqual({ sent: MESSAGES, failed: 1 });
      const gaps = carrier.taken.slice(1).map(({ at }, index) => at - (carrier.taken[index]?.at ?? 0));
      expect([Math.min(...gaps), Math.max(...gaps)]).toEqual([GAP_MS, GAP_MS]);
      expect(await verify()).toEqual([]);
    },
    FULL ? 600_000 : 120_000,
  );
});

it('a carrier without a connection is tried now and then, and the walk of a message says once that nobody was there', async () => {
  const state = { isThere: false, asked: 0 };
  const { send, wind, statuses, message } = await start(
    (): Connector => ({
      name: 'acme',
      honoursIdempotencyKeys: true,
      start: async () => undefined,
      stop: async () => undefined,
      async send(batch) {
        state.asked += 1;
        return batch.map(({ messageSid }): Outcome => {
          return state.isThere ? { kind: 'accepted', carrierIds: [messageSid] } : { kind: 'unreachable' };
        });
      },
    }),
  );
  const sids: string[] = [];
  for (let nth = 0; nth < 10; nth += 1) sids.push(await send({ Body: 'Hello' }));
  await wind(10 * MINUTE_MS, 1_000);
  expect(await statuses()).toMatchObject({ sending: expect.any(Number) });
  const [asked] = [state.asked];
  expect(asked).toBeLessThan(10 * 60);
  const notes = (await message(sids[0] ?? ''))?.history.flatMap(({ note }) => note ?? []);
  expect(notes).toEqual(['carrier unreachable']);
  state.isThere = true;
  await wind(2 * MINUTE_MS, 1_000);
  expect(await statuses()).toEqual({ sent: 10 });
}, 60_000);
