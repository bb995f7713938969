import { expect, it } from 'vitest';
import { duration, relative, timeOf } from './time-words.ts';

it('tells how far an instant is in one unit', () => {
  expect([0, -2_500, 900_000, -90_000_000].map(relative)).toEqual(['now', '2 s ago', 'in 15 min', '1 d ago']);
});

it('leaves the day out when it is today', () => {
  const now = new Date(2026, 10, 22, 12);
  expect(timeOf(new Date(2026, 10, 22, 9, 14, 41, 220), now)).toBe('09:14:41.220');
  expect(timeOf(new Date(2026, 10, 22, 9, 14, 41), now)).toBe('09:14:41');
  expect(timeOf(new Date(2026, 10, 21, 9, 14, 41, 220), now)).toBe('21 Nov 09:14:41');
  expect(timeOf(new Date(2025, 10, 21, 9, 14, 41), now)).toBe('21 Nov 2025 09:14:41');
});

it('tells a length in at most two units', () => {
  expect([590, 2_000, 2_413, 200_000, 3_600_000, 352_800_000].map(duration)).toEqual([
    '590 ms',
    '2 s',
    '2.41 s',
    '3 min 20 s',
    '1 h',
    '4 d 2 h',
  ]);
});
