import { expect, it } from 'vitest';
import { readValue } from './config-values.ts';

it.each([
  [3_600_000, '"500ms", "2s", "15m", up to "1h"'],
  [8_000, '"500ms", "2s", up to "8s"'],
  [60_000, '"500ms", "2s", up to "1m"'],
  [40_000, '"500ms", "2s", up to "40s"'],
  [86_400_000, '"500ms", "2s", "15m", "24h", up to "1d"'],
  [35 * 86_400_000, '"500ms", "2s", "15m", "24h", "7d", up to "35d"'],
  [undefined, '"500ms", "2s", "15m", "24h", "7d"'],
])('a duration of up to %s ms is refused with examples that are allowed', (maxMs, allowed) => {
  expect(readValue({ kind: 'duration', maxMs }, 'soon')).toEqual({ allowed: `a duration like ${allowed}` });
});

it('a duration is taken up to its bound, and no further', () => {
  const type = { kind: 'duration', maxMs: 8_000 } as const;
  expect(readValue(type, '8s')).toEqual({ value: 8_000 });
  expect(readValue(type, ' 0.5s ')).toEqual({ value: 500 });
  expect(readValue(type, '8001ms')).toHaveProperty('allowed');
});
