import { describe, expect, it } from 'vitest';
import { placeOf, spanOf, ticksOf } from './axis.ts';

const START = '2026-11-22T09:14:02.114Z';

describe('the axis of a timeline', () => {
  it('puts its ends at its ends and holds what lies outside', () => {
    const span = spanOf(START, '2026-11-22T09:14:02.714Z');
    expect(placeOf(span, START)).toBe(0);
    expect(placeOf(span, '2026-11-22T09:14:02.414Z')).toBe(50);
    expect(placeOf(span, '2026-11-22T09:14:05.000Z')).toBe(100);
    expect(placeOf(span, '2026-11-22T09:14:01.000Z')).toBe(0);
  });

  it('has a few round ticks from milliseconds to days', () => {
    expect(ticksOf(spanOf(START, '2026-11-22T09:14:02.714Z'))).toEqual([0, 100, 200, 300, 400, 500, 600]);
    for (const ms of [10, 37, 999, 61_000, 86_400_000 * 3]) {
      const ticks = ticksOf({ startedAt: 0, endedAt: ms });
      expect(ticks.length).toBeGreaterThan(1);
      expect(ticks.length).toBeLessThanOrEqual(8);
    }
  });

  it('is some milliseconds wide when everything happened at once', () => {
    const span = spanOf(START, START);
    expect(span.endedAt - span.startedAt).toBe(10);
  });
});
