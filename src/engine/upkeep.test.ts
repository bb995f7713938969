import { expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { makeUpkeep } from './upkeep.ts';

const DAY_MS = 86_400_000;

function village(keepMs: number | null, left: number[], leftLinks: number[] = []) {
  const clock = new HandWoundClock();
  const asked: number[] = [];
  const askedLinks: number[] = [];
  const faults: PidgeEvent[] = [];
  const forget = async (before: number) => {
    asked.push(before);
    const gone = left.shift() ?? 0;
    if (gone < 0) throw new Error('no disk');
    return gone;
  };
  const forgetLinks = async (before: number) => {
    askedLinks.push(before);
    return leftLinks.shift() ?? 0;
  };
  const store = { forget, forgetLinks, forgetInbound: async () => 0, forgetAlerts: async () => 0 };
  const upkeep = makeUpkeep({ store, clock, observe: (event) => faults.push(event), keepMs, keepAlertsMs: DAY_MS });
  const wind = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
  };
  return { clock, asked, askedLinks, faults, upkeep, wind };
}

it('goes on in small steps until nothing old is left, then looks again every hour', async () => {
  const { clock, asked, upkeep, wind } = village(30 * DAY_MS, [500, 12]);
  const startedAt = clock.now();
  upkeep.start();
  await wind(0);
  await wind(50);
  await wind(50);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toBe(startedAt - 30 * DAY_MS);
  await wind(3_599_000);
  expect(asked).toHaveLength(3);
  await wind(1_000);
  expect(asked).toHaveLength(4);
  await upkeep.stop();
  await wind(DAY_MS);
  expect(asked).toHaveLength(4);
});

it('tells of a failure and tries again an hour later', async () => {
  const { asked, faults, upkeep, wind } = village(DAY_MS, [-1]);
  upkeep.start();
  await wind(0);
  expect(faults).toMatchObject([{ type: 'fault', where: 'upkeep: forget' }]);
  await wind(3_600_000);
  expect(asked).toHaveLength(2);
  await upkeep.stop();
});

it('forgets nothing when everything is kept', async () => {
  const { asked, upkeep, wind } = village(null, []);
  upkeep.start();
  await wind(DAY_MS);
  expect(asked).toEqual([]);
  await upkeep.stop();
});

it('forgets links 90 days after their end, whatever else is kept', async () => {
  const { clock, asked, askedLinks, upkeep, wind } = village(null, [], [500, 1]);
  upkeep.start();
  await wind(0);
  expect(askedLinks).toEqual([clock.now() - 90 * DAY_MS]);
  await wind(50);
  await wind(50);
  expect(askedLinks).toHaveLength(3);
  await wind(3_599_000);
  expect(askedLinks).toHaveLength(3);
  expect(asked).toEqual([]);
  await upkeep.stop();
});
