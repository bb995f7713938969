import { describe, expect, it } from 'vitest';
import { backoffMs, defaultRate, intervalOf, respace, senderKind, takeSlot } from './pacing.ts';

describe('slots', () => {
  const order = (intervalMicros: number, cost = 1) => ({ intervalMicros, cost, horizonMs: 10_000 });

  it('start at once on an idle lane', () => {
    expect(takeSlot(5_000, order(1_000), 100)).toMatchObject({ dueAt: 100, nextAtMicros: 101_000 });
  });

  it('start when the lane is free on a busy one, and never before', () => {
    expect(takeSlot(900_001, order(1_000), 100)).toMatchObject({ dueAt: 901, nextAtMicros: 901_001 });
  });

  it('of a long message push the next one by as many slots as it has segments', () => {
    expect(takeSlot(0, order(1_000, 3), 0)).toMatchObject({ dueAt: 0, nextAtMicros: 3_000 });
  });

  it('are given up to the horizon, and not beyond it', () => {
    expect(takeSlot(10_100_000, order(1_000), 100)?.dueAt).toBe(10_100);
    expect(takeSlot(10_100_001, order(1_000), 100)).toBeNull();
  });

  it('are not for what has lapsed by then: it is due at its end, and who comes next has its slot', () => {
    const late = takeSlot(5_000_000, order(1_000_000), 100, 4_999);
    expect(late).toEqual({ dueAt: 5_000, nextAtMicros: 5_000_000, lapses: true });
    const inTime = takeSlot(5_000_000, order(1_000_000), 100, 5_000);
    expect(inTime).toEqual({ dueAt: 5_000, nextAtMicros: 6_000_000, lapses: false });
    expect(takeSlot(10_100_001, order(1_000), 100, 4_999)).toBeNull();
  });

  it('never exceed the rate over a thousand messages at 75 a second', () => {
    let free = 0;
    const one = { ...order(intervalOf(75)), horizonMs: 60_000 };
    for (let i = 0; i < 1000; i += 1) free = takeSlot(free, one, 0)?.nextAtMicros ?? Number.NaN;
    expect(free).toBe(1000 * 13_334);
  });

  it('cost nothing on a lane without a rate', () => {
    expect(intervalOf(0)).toBe(0);
    expect(intervalOf(Number.POSITIVE_INFINITY)).toBe(0);
    expect(takeSlot(50, order(0, 9), 100)).toMatchObject({ dueAt: 100, nextAtMicros: 100_000 });
  });
});

describe('back-off', () => {
  it('is about 1 s, 5 s, 15 s, 1 min, and grows to an hour', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8, 500].map((attempt) => backoffMs(attempt, 0.5))).toEqual([
      1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 3_600_000, 3_600_000,
    ]);
  });

  it('spreads by ten per cent either way', () => {
    expect([backoffMs(2, 0), backoffMs(2, 1)]).toEqual([4500, 5500]);
  });
});

describe('default rates', () => {
  it.each([
    ['number', 'US', 'unknown', 1],
    ['number', 'CA', 'unknown', 1],
    ['number', 'US', 'toll-free', 3],
    ['number', 'GB', 'mobile', 10],
    ['number', null, 'unknown', 10],
    ['short-code', null, 'unknown', 100],
    ['alphanumeric', null, 'unknown', 10],
    ['whatsapp', 'US', 'unknown', 80],
    ['messenger', null, 'unknown', 40],
    ['rcs', null, 'unknown', 10],
  ] as const)('of a %s in %s (%s) is %d a second', (kind, country, type, rate) =>
    expect(defaultRate(kind, country, type)).toBe(rate),
  );

  it('see the channel of a channel address', () => {
    expect(senderKind({ kind: 'channel', channel: 'whatsapp', id: '+12025550100' })).toBe('whatsapp');
    expect(senderKind({ kind: 'short-code', code: '76767' })).toBe('short-code');
  });
});

describe('new slots after a change of rate', () => {
  const waiting = (id: number, dueAt: number, cost = 1, isRetry = false) => ({ id, dueAt, cost, isRetry });

  it('follow each other by cost, from the instant given', () => {
    const slots = respace([waiting(1, 50), waiting(2, 60, 3), waiting(3, 90)], 10_000_000, 100_000);
    expect(slots).toEqual({
      dueAts: [10_000, 10_100, 10_400],
      last: { id: 3, dueAt: 10_400 },
      freeAtMicros: 10_500_000,
    });
  });

  it('keep what was put off from coming back early, and nobody waits behind it', () => {
    const slots = respace([waiting(1, 20_000, 1, true), waiting(2, 21_000)], 10_000_000, 100_000);
    expect(slots).toEqual({ dueAts: [20_000, 10_000], last: { id: 2, dueAt: 10_000 }, freeAtMicros: 10_100_000 });
  });

  it('give what was put off its turn when the line is that long', () => {
    const slots = respace([waiting(1, 50), waiting(2, 10_050, 1, true), waiting(3, 10_060)], 10_000_000, 100_000);
    expect(slots.dueAts).toEqual([10_000, 10_100, 10_200]);
  });

  it('are for what had none if they begin before it lapses, and else nobody stands in line behind it', () => {
    const lapsing = (id: number, dueAt: number) => ({ ...waiting(id, dueAt), lapses: true });
    const slots = respace(
      [waiting(1, 50), lapsing(2, 10_100), lapsing(3, 10_101), waiting(4, 10_102)],
      10_000_000,
      100_000,
    );
    expect(slots.dueAts).toEqual([10_000, null, 10_100, 10_200]);
  });

  it('go on behind those of the step before', () => {
    const first = respace([waiting(9, 1)], 10_000_000, 100);
    const { dueAts } = respace([waiting(3, 2)], first.freeAtMicros, 100, first.last);
    expect(dueAts).toEqual([10_001]);
  });

  it('keep the order where ids and times disagree, at any rate', () => {
    const { dueAts } = respace([waiting(9, 1), waiting(3, 2), waiting(5, 3)], 10_000_000, 100);
    expect(dueAts).toEqual([10_000, 10_001, 10_001]);
  });
});
