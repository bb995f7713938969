import { expect, it } from 'vitest';
import { placeOf, spanOf, ticksOf } from './axis.ts';

const NOW = new Date(2026, 10, 22, 9, 20).getTime();
const HOUR_MS = 3_600_000;

it('reaches from now to a little after the last one', () => {
  const span = spanOf(NOW, [NOW + 10 * HOUR_MS]);
  expect(placeOf(NOW, span)).toBe(0);
  expect(placeOf(NOW + 10 * HOUR_MS, span)).toBeCloseTo(0.952, 2);
  expect(spanOf(NOW, [])).toEqual({ from: NOW, to: NOW + HOUR_MS });
});

it('has a handful of round hours or days, whatever its length', () => {
  for (const hours of [1, 2, 5, 12, 30, 24 * 7, 24 * 35]) {
    const ticks = ticksOf(spanOf(NOW, [NOW + hours * HOUR_MS]));
    expect(ticks.length).toBeGreaterThan(0);
    expect(ticks.length).toBeLessThanOrEqual(9);
    expect(ticks.every(({ place }) => place >= 0 && place <= 1)).toBe(true);
  }
  expect(ticksOf(spanOf(NOW, [NOW + 2 * HOUR_MS])).map(({ label }) => label)).toContain('10:00');
});
