import { describe, expect, it } from 'vitest';
import { Seats } from './seats.ts';

describe('the places of dispatch', () => {
  it('are for one connector no more than half, where there are several', () => {
    let rings = 0;
    let left = 0;
    const seats = new Seats<number>(4, 2, () => {
      rings += 1;
    });
    for (const item of [1, 2]) seats.take(item, 'slow', () => (left += 1));
    seats.take(3, 'well', () => (left += 1));
    expect(seats.full()).toEqual(['slow']);
    seats.free(3);
    expect(rings).toBe(0);
    seats.free(1);
    seats.free(1);
    expect([seats.full(), rings, left]).toEqual([[], 1, 2]);
  });

  it('are all for the only one', () => {
    const seats = new Seats<number>(2, 1, () => undefined);
    for (const item of [1, 2]) seats.take(item, 'only', () => undefined);
    expect(seats.full()).toEqual([]);
  });
});
