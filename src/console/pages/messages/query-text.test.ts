import { expect, it } from 'vitest';
import { readQuery, withoutTerm, withTerm } from './query-text.ts';

const NOW = Date.UTC(2026, 10, 22);

it('adds a term that reads back as it was meant', () => {
  const text = withTerm('to:+12025550101', 'body', 'see you');
  expect(text).toBe('to:+12025550101 body:"see you"');
  expect(readQuery(text, NOW).terms.map(({ key, value }) => [key, value])).toEqual([
    ['to', '+12025550101'],
    ['body', 'see you'],
  ]);
});

it('takes one term away and leaves the others as they were typed', () => {
  const text = 'to:+12025550101  "see you"   status:failed';
  const [, words] = readQuery(text, NOW).terms;
  expect(withoutTerm(text, words ?? { at: 0, text: '' })).toBe('to:+12025550101 status:failed');
});

it('says what is wrong before the server is asked', () => {
  expect(readQuery('stauts:failed', NOW).fault?.fix).toContain('status:failed');
});
