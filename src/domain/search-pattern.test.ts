import { expect, test } from 'vitest';
import { makeSearch } from './search-pattern.ts';

const TEXT = 'Order_update v1.2: hi {{1}}, "soon" (or never)';

test.each([
  'order',
  'UPDATE V1',
  '^Order',
  'never\\)$',
  '^order.*never\\)$',
  'v\\d\\.\\d',
  'v[0-9]+',
  '[^a-z]{{1}}',
  '{{1}}',
  '(or never)',
  '(foo|up)date',
  'foo|hi',
  'colou?r|o+n',
  '(?:so){{|"soon"',
  'x*',
  '(a*)*hi',
  '.*?never',
  '',
  '\\S\\s\\W?hi',
])('%s is found', (pattern) => {
  expect(makeSearch(pattern)(TEXT)).toBe(true);
});

test.each([
  '^update',
  'order$',
  'v\\d{2}',
  '[x-z]der',
  'q|^b$',
  '(foo',
  'order)',
  '*',
  '[a',
  'u\\',
  '(?=o)r',
  '\\d1\\.',
  'constructor',
])('%s is not', (pattern) => {
  expect(makeSearch(pattern)(TEXT)).toBe(false);
});

test('dates and prices are told apart by their expressions', () => {
  expect(['x1', 'x22', 'x333'].map(makeSearch('^x\\d\\d?$'))).toEqual([true, true, false]);
  expect(['ab', 'abab', 'aba'].map(makeSearch('^(ab)+$'))).toEqual([true, true, false]);
  expect(['a', '', 'b'].map(makeSearch('^a?$'))).toEqual([true, true, false]);
});

test('no pattern takes longer than its length for each character', () => {
  const text = 'a'.repeat(5_000);
  for (const pattern of ['(a*)*b', '(a|a)*b', 'a*a*a*a*a*b', `${'(a?'.repeat(40)}${')'.repeat(40)}b`]) {
    expect(makeSearch(pattern)(text)).toBe(false);
  }
});
