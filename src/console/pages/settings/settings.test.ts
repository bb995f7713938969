import { expect, it } from 'vitest';
import { partsOf, type Setting, shownValue, tomlOf } from './settings.ts';

const setting = (changes: Partial<Setting>): Setting => ({
  ...{ path: 'limits.max_price', about: '', value: 'ignore', origin: 'default', where: '', default: 'ignore' },
  ...{ variable: 'PIDGE_LIMITS_MAX_PRICE', allowed: null, is_secret: false },
  ...changes,
});

it('a setting is written as the file has it, and a secret never', () => {
  expect(tomlOf(setting({}))).toBe('[limits]\nmax_price = "ignore"');
  expect(tomlOf(setting({ path: 'data', value: ['a', 'b'] }))).toBe('data = ["a","b"]');
  expect(tomlOf(setting({ is_secret: true, value: '(set)' }))).toContain('"…"');
});

it('settings stand in parts, those without one first', () => {
  const parts = partsOf([setting({}), setting({ path: 'data' }), setting({ path: 'limits.x' })]);
  expect(parts.map(([part, its]) => [part, its.length])).toEqual([
    ['general', 1],
    ['limits', 2],
  ]);
});

it('values are shown as people say them', () => {
  expect([null, [], ['a', 'b'], false, 7].map((value) => shownValue({ value }))).toEqual([
    ...['unset', 'none', 'a, b', 'false', '7'],
  ]);
});
