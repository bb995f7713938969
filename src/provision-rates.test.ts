import { afterEach, beforeEach, expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { HandWoundClock } from './domain/clock.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { makeLanes } from './engine/lanes.ts';
import type { RateChange } from './engine/repace.ts';
import { provisionAccount, provisionSenders } from './provision.ts';
import { applyRateChanges } from './provision-rates.ts';
import { openSqlite } from './store/sqlite.ts';
import type { RepaceStep, Store } from './store/store.ts';

const ADDRESS = '+12025550155';

let store: Store;
let clock: HandWoundClock;

beforeEach(async () => {
  clock = new HandWoundClock();
  const onFatal = (error: Error) => {
    throw error;
  };
  store = await openSqlite({ path: ':memory:', clock, onFatal });
});
afterEach(() => store.close());

/** What a start with this rate finds to be moved. */
async function start(rate: number | null): Promise<RateChange[]> {
  const sids = new SidMaker(clock, cryptoRandom);
  const parts = { store, clock, sids, makeToken: () => 'token', seal: String, open: String };
  const { account } = await provisionAccount(parts, { accountSid: null, authToken: null, accountType: 'full' });
  const config = readConfig({ mode: 'dev', env: {}, file: null });
  config.numbers = [{ number: ADDRESS, rate, properties: {} }];
  return provisionSenders(parts, account, config);
}

/** Moves what waits; answers the steps that the store was asked for. From the step after so many on the store is away. */
async function apply(changes: RateChange[], goodSteps = Number.POSITIVE_INFINITY): Promise<RepaceStep[]> {
  const steps: RepaceStep[] = [];
  const breaking = new Proxy(store, {
    get(target, name) {
      if (name === 'repace') {
        return async (step: RepaceStep, now: number) => {
          steps.push(step);
          if (steps.length > goodSteps) throw new Error('The store is away');
          return target.repace(step, now);
        };
      }
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const laneOf = makeLanes({ defaultRate: null, queueHorizonMs: 60_000 });
  const done = applyRateChanges({ store: breaking, clock, laneOf, connectors: ['one', 'two'] }, changes);
  if (goodSteps < Number.POSITIVE_INFINITY) await expect(done).rejects.toThrow('The store is away');
  else await done;
  return steps;
}

const rates = (steps: RepaceStep[]) => steps.map((step) => [step.connector, step.formerMicros, step.intervalMicros]);

it('a new rate is moved to on every connector, once', async () => {
  expect(await start(1)).toEqual([]);
  expect(rates(await apply(await start(10)))).toEqual([
    ['one', 1_000_000, 100_000],
    ['two', 1_000_000, 100_000],
  ]);
  expect(await start(10)).toEqual([]);
});

it('a start that breaks off leaves the change to the next, which cannot tell how much of it was done', async () => {
  await start(1);
  await apply(await start(10), 1);
  const again = await start(10);
  expect(again).toMatchObject([{ former: 'unknown', rate: 10 }]);
  expect(rates(await apply(again))).toEqual([
    ['one', 0, 100_000],
    ['two', 0, 100_000],
  ]);
  expect(await start(10)).toEqual([]);
});

it.each([
  ['back to what it was', 1, 1_000_000],
  ['a third one', 5, 200_000],
  ['none', null, null],
])('a change that broke off is moved on to the rate of the next start: %s', async (_, rate, interval) => {
  await start(1);
  await apply(await start(10), 0);
  expect(rates(await apply(await start(rate)))).toEqual([
    ['one', 0, interval],
    ['two', 0, interval],
  ]);
  expect(await start(rate)).toEqual([]);
});

it('a change that broke off before the sender was saved is made by the next start', async () => {
  await start(1);
  const sender = await store.senderByAddress(ADDRESS);
  const saved = store.saveSender;
  store.saveSender = async () => {
    throw new Error('The store is away');
  };
  await expect(start(10)).rejects.toThrow('The store is away');
  store.saveSender = saved;
  expect((await store.senderByAddress(ADDRESS))?.rate).toBe(sender?.rate);
  expect(rates(await apply(await start(10)))).toHaveLength(2);
});

it('forgets the change of a sender that is gone', async () => {
  await start(1);
  await apply(await start(10), 0);
  const sender = await store.senderByAddress(ADDRESS);
  await store.removeSender(sender?.accountSid ?? '', sender?.sid ?? '');
  expect(await start(10)).toEqual([]);
});
