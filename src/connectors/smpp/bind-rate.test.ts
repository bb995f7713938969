import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import { BindRate } from './bind-rate.ts';

/** Writes as fast as it may for `ms`, asking every `stepMs`; answers when. */
function writes(rate: BindRate, clock: HandWoundClock, ms: number, stepMs: number): number[] {
  const at: number[] = [];
  for (const end = clock.monotonic() + ms; clock.monotonic() < end; clock.advance(stepMs)) {
    while (rate.waitMs() === 0) {
      rate.take();
      at.push(clock.monotonic());
    }
  }
  return at;
}

function busiestSecond(at: number[]): number {
  return Math.max(...at.map((from, index) => at.slice(index).filter((one) => one < from + 1_000).length));
}

describe('the rate of a bind', () => {
  it.each([1, 7, 100, 900])('is %i in no second exceeded and nearly used up, with late timers too', (ratePerSecond) => {
    const clock = new HandWoundClock();
    const at = writes(new BindRate(clock, ratePerSecond), clock, 5_000, 3);
    expect(busiestSecond(at)).toBeLessThanOrEqual(ratePerSecond);
    expect(at.length).toBeGreaterThanOrEqual(ratePerSecond * 5 * 0.95);
  });

  it('makes no burst after a rest', () => {
    const clock = new HandWoundClock();
    const rate = new BindRate(clock, 100);
    clock.advance(60_000);
    expect(writes(rate, clock, 100, 1).length).toBeLessThanOrEqual(16);
  });

  it('may be less than one a second', () => {
    const clock = new HandWoundClock();
    expect(writes(new BindRate(clock, 0.5), clock, 10_000, 10)).toHaveLength(5);
  });

  it('rests when it is throttled, and then goes on', () => {
    const clock = new HandWoundClock();
    const rate = new BindRate(clock, null);
    rate.pause(500);
    expect(rate.waitMs()).toBe(500);
    clock.advance(500);
    expect(rate.waitMs()).toBe(0);
  });
});
