import { describe, expect, it } from 'vitest';
import { fullestWindow, type Start, shareUsed, windowsOver } from './windows.ts';

const each = (gapMs: number, count: number, segments = 1): Start[] =>
  Array.from({ length: count }, (_, index) => ({ at: 5 + index * gapMs, segments }));

describe('the judge of windows', () => {
  it('finds nothing wrong with starts exactly an interval apart', () => {
    expect(windowsOver(each(100, 50), 10, 10)).toBe(0);
    expect(fullestWindow(each(100, 50), 10)).toBe(10);
    expect(shareUsed(each(100, 50), 10)).toBeCloseTo(1);
  });

  it('finds every start that comes a millisecond too soon', () => {
    expect(windowsOver(each(99, 50), 10, 10)).toBe(40);
    expect(windowsOver(each(99, 50), 10, 11)).toBe(0);
  });

  it('reckons the segments of a message an interval apart, however it left', () => {
    expect(windowsOver(each(200, 20, 2), 10, 10)).toBe(0);
    expect(windowsOver(each(150, 20, 2), 10, 10)).toBeGreaterThan(0);
    expect(shareUsed(each(200, 20, 2), 10)).toBeCloseTo(1);
  });

  it('sees what was left unused', () => {
    expect(shareUsed(each(125, 50), 10)).toBeCloseTo(0.8);
    expect(shareUsed(each(125, 1), 10)).toBe(0);
  });
});
