import { expect, it } from 'vitest';
import { soonAt, soonMs, windowWords } from './schedule-window.ts';

const DAY_SECONDS = 86_400;

it('has minutes to spare at the nearest hour that it proposes, whatever second it is', () => {
  for (const min_seconds of [0, 900, 1_800]) {
    const lead = { min_seconds, max_seconds: 7 * DAY_SECONDS };
    for (const nowAt of [0, 1, 59_999, 60_000]) {
      const at = soonAt(lead, nowAt);
      expect(at % 60_000).toBe(0);
      expect(at - nowAt).toBeGreaterThanOrEqual(soonMs(lead));
      expect(at - nowAt).toBeLessThan(soonMs(lead) + 60_000);
      expect(at - nowAt - min_seconds * 1_000).toBeGreaterThanOrEqual(5 * 60_000);
    }
  }
});

it('names the window that is set', () => {
  expect(windowWords({ min_seconds: 900, max_seconds: 7 * DAY_SECONDS })).toBe('15 min to 7 d ahead');
  expect(windowWords({ min_seconds: 0, max_seconds: 35 * DAY_SECONDS })).toBe('up to 35 d ahead');
});
