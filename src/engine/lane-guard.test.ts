import { describe, expect, it } from 'vitest';
import type { Lane } from '../store/store.ts';
import { LaneGuard } from './lane-guard.ts';

const lane = (intervalMs: number, cost = 1, key = 'a'): Lane => ({
  key,
  intervalMicros: Math.ceil(intervalMs * 1000),
  cost,
  horizonMs: 60_000,
});

/** Small, and the same again for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

interface Start {
  at: number;
  cost: number;
}

/**
 * A lane with a backlog, on a simulated clock: a store that gives slots and is told when they are late, a dispatcher
 * that claims a little ahead, timers that fire late, now and then a pause of the whole process.
 */
function simulate(options: {
  intervalMs: number;
  cost?: (nth: number) => number;
  seconds: number;
  lateMs?: number;
  commitMs?: number;
  busyMs?: number;
  pauses?: { at: number; ms: number }[];
}) {
  const { intervalMs, seconds, lateMs = 1.5, commitMs = 1, busyMs = 0, cost = () => 1, pauses = [] } = options;
  const random = randomFrom(7);
  const guard = new LaneGuard<{ cost: number }>();
  const starts: Start[] = [];
  let reports = 0;
  let slotFreeAt = 0;
  let nth = 0;
  let claimAt = 0;
  let now = 0;
  /** A timer set for `at` fires late by chance, and not before the end of a pause. */
  const fire = (at: number): number => {
    let fires = Math.max(now, at) + random() * lateMs;
    for (const pause of pauses) if (fires >= pause.at && fires < pause.at + pause.ms) fires = pause.at + pause.ms;
    return fires;
  };
  /** What is released reaches the carrier a little later, when the machine is busy. */
  const release = (): void => {
    for (const { cost } of guard.release(now)) {
      now += random() * busyMs;
      starts.push({ at: now, cost });
    }
    guard.handedOver(now);
  };
  while (now < seconds * 1000) {
    const next = guard.nextAt();
    if (next !== null && next <= claimAt) {
      now = fire(next);
      release();
      continue;
    }
    now = fire(claimAt);
    const late = guard.late(now, 30);
    reports += late.length;
    for (const one of late) slotFreeAt = Math.max(slotFreeAt, one.freeAt);
    const asked = now;
    now += random() * commitMs;
    for (;;) {
      const slotAt = Math.max(asked, slotFreeAt);
      if (slotAt > asked + 30) break;
      const units = cost(nth);
      guard.add({ cost: units }, lane(intervalMs, units), slotAt, now);
      slotFreeAt = slotAt + units * intervalMs;
      nth += 1;
    }
    release();
    claimAt = slotFreeAt - 10;
  }
  return { starts, reports };
}

/** Segments in the fullest sliding second; those of one message count an interval apart (settled 26). */
function fullestSecond(starts: Start[], intervalMs: number): number {
  const segments = starts.flatMap(({ at, cost }) => Array.from({ length: cost }, (_, nth) => at + nth * intervalMs));
  let fullest = 0;
  for (let first = 0, end = 0; first < segments.length; first += 1) {
    while (end < segments.length && (segments[end] ?? 0) - (segments[first] ?? 0) < 1000) end += 1;
    fullest = Math.max(fullest, end - first);
  }
  return fullest;
}

function smallestGap(starts: Start[], intervalMs: number): number {
  return Math.min(
    ...starts.slice(1).map(({ at }, index) => {
      const before = starts[index] as Start;
      return at - before.at - before.cost * intervalMs;
    }),
  );
}

const usedOf = (starts: Start[], intervalMs: number, seconds: number): number =>
  (starts.reduce((sum, { cost }) => sum + cost, 0) * intervalMs) / (seconds * 1000);

describe('the guard of a slow lane', () => {
  it.each([50, 100, 333.334, 1000])(
    'at %d ms leaves at least that much between starts and uses the rate',
    (intervalMs) => {
      const { starts } = simulate({ intervalMs, seconds: 120 });
      expect(smallestGap(starts, intervalMs)).toBeGreaterThanOrEqual(-1e-6);
      expect(usedOf(starts, intervalMs, 120)).toBeGreaterThan(0.95);
    },
  );

  it('counts what a long message costs', () => {
    const { starts } = simulate({ intervalMs: 100, seconds: 120, cost: (nth) => 1 + (nth % 4) });
    expect(smallestGap(starts, 100)).toBeGreaterThanOrEqual(-1e-6);
    expect(usedOf(starts, 100, 120)).toBeGreaterThan(0.95);
  });

  it('does not make up for a pause', () => {
    const { starts } = simulate({ intervalMs: 100, seconds: 60, pauses: [{ at: 20_000, ms: 7_000 }] });
    expect(smallestGap(starts, 100)).toBeGreaterThanOrEqual(-1e-6);
    expect(starts.filter(({ at }) => at >= 27_000).length).toBeGreaterThan(300);
  });
});

describe('the guard of a fast lane', () => {
  it.each([1, 4, 13.334, 25, 49])(
    'at %d ms lets no more through in any second than the rate, and nearly all of it',
    (intervalMs) => {
      const { starts } = simulate({ intervalMs, seconds: 30 });
      expect(fullestSecond(starts, intervalMs)).toBeLessThanOrEqual(Math.ceil(1000 / intervalMs));
      expect(usedOf(starts, intervalMs, 30)).toBeGreaterThan(0.95);
    },
  );

  it('keeps to it with long messages, slow commits and pauses', () => {
    const pauses = [3_000, 9_500, 16_100].map((at) => ({ at, ms: 1_300 }));
    const { starts } = simulate({ intervalMs: 10, seconds: 30, commitMs: 12, cost: (nth) => 1 + (nth % 7), pauses });
    expect(fullestSecond(starts, 10)).toBeLessThanOrEqual(100);
    expect(usedOf(starts, 10, 30 - 3.9)).toBeGreaterThan(0.95);
  });

  it('counts from the instant at which a busy machine really handed over', () => {
    const { starts } = simulate({ intervalMs: 10, seconds: 30, busyMs: 3 });
    expect(fullestSecond(starts, 10)).toBeLessThanOrEqual(100);
    expect(usedOf(starts, 10, 30)).toBeGreaterThan(0.95);
    const slow = simulate({ intervalMs: 100, seconds: 30, busyMs: 3 });
    expect(smallestGap(slow.starts, 100)).toBeGreaterThanOrEqual(-1e-6);
  });

  it('would let too many through without it: timers alone are too unsteady', () => {
    const random = randomFrom(3);
    const starts = Array.from({ length: 1_000 }, (_, nth) => ({ at: nth * 10 + random() * 1.5, cost: 1 }));
    expect(fullestSecond(starts, 10)).toBeGreaterThan(100);
  });
});

describe('the guard', () => {
  it('keeps the order of a lane, and lets others pass', () => {
    const guard = new LaneGuard<string>();
    for (const item of ['a1', 'a2', 'a3']) guard.add(item, lane(100), 0, 0);
    guard.add('b1', lane(100, 1, 'b'), 50, 0);
    expect(guard.release(0)).toEqual(['a1']);
    expect(guard.nextAt()).toBe(50);
    expect(guard.release(60)).toEqual(['b1']);
    expect(guard.release(99.9)).toEqual([]);
    expect(guard.release(130)).toEqual(['a2']);
    expect(guard.release(229)).toEqual([]);
    expect(guard.release(230)).toEqual(['a3']);
    expect(guard.nextAt()).toBeNull();
  });

  it('starts nothing before its slot', () => {
    const guard = new LaneGuard<string>();
    guard.add('a', lane(1), 20, 0);
    expect(guard.release(19.99)).toEqual([]);
    expect(guard.release(20)).toEqual(['a']);
  });

  it('tells of a lane that runs late until its next start is in time', () => {
    const guard = new LaneGuard<string>();
    guard.add('a1', lane(100), 0, 0);
    guard.release(4);
    expect(guard.late(4, 1_000)).toEqual([]);
    guard.add('a2', lane(100), 100, 90);
    guard.release(140);
    expect(guard.late(140, 30)).toEqual([]);
    expect(guard.late(180, 30)).toEqual([{ key: 'a', freeAt: 240 }]);
    guard.add('a3', lane(100), 240, 230);
    guard.release(240.5);
    expect(guard.late(241, 1_000)).toEqual([]);
  });

  it('judges by the new interval once the rate has changed', () => {
    const guard = new LaneGuard<string>();
    guard.add('a1', lane(1_000), 0, 0);
    guard.add('a2', lane(20), 30, 0);
    guard.add('a3', lane(200), 40, 0);
    expect(guard.release(0)).toEqual(['a1']);
    expect(guard.release(45)).toEqual(['a2']);
    expect(guard.nextAt()).toBe(65);
    expect(guard.release(65)).toEqual(['a3']);
  });

  it('forgets lanes that are idle, and no others', () => {
    const guard = new LaneGuard<string>();
    for (let nth = 0; nth < 500; nth += 1) guard.add('x', lane(10, 1, `lane ${nth}`), 0, 0);
    guard.add('slow', lane(60_000, 1, 'slow'), 0, 0);
    guard.release(0);
    guard.add('x', lane(10), 2_000, 2_000);
    expect(guard.size).toBe(2);
  });

  it('gives up what waits when it is cleared', () => {
    const guard = new LaneGuard<string>();
    guard.add('a', lane(100), 500, 0);
    guard.add('b', lane(100, 1, 'b'), 500, 0);
    expect(guard.clear().sort()).toEqual(['a', 'b']);
    expect(guard.nextAt()).toBeNull();
    expect(guard.release(1_000)).toEqual([]);
  });
});
