import { expect, test } from 'vitest';
import { HandWoundClock, OffsetClock } from './clock.ts';

test('a clock with an offset tells the time of the store in whole milliseconds, and durations as its own', () => {
  const own = new HandWoundClock(1_000);
  const clock = new OffsetClock(own);
  expect(clock.now()).toBe(1_000);
  clock.offsetMs = -250.4;
  expect(clock.now()).toBe(750);
  expect(clock.monotonic()).toBe(own.monotonic());
  let fired = false;
  const cancel = clock.after(100, () => {
    fired = true;
  });
  own.advance(99);
  cancel();
  own.advance(1);
  expect([fired, clock.now()]).toEqual([false, 850]);
});
