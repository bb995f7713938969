import { expect, it } from 'vitest';
import { commonGround } from './common-ground.ts';

const things = (...values: (string | null)[]) => values.map((phone) => ({ phone, url: 'same' }));

it('four of five are enough, and less is not', () => {
  expect(commonGround(things('a', 'a', 'b', 'a', 'a'), ['phone'])).toEqual({
    kind: 'phone',
    value: 'a',
    count: 4,
    of: 5,
  });
  expect(commonGround(things('a', 'a', 'b', 'a'), ['phone'])).toBeNull();
});

it('the first kind that explains is taken', () => {
  expect(commonGround(things('a', 'a'), ['phone', 'url'])?.kind).toBe('phone');
  expect(commonGround(things('a', 'b'), ['phone', 'url'])?.kind).toBe('url');
});

it('what lacks a value counts against it, and one thing alone has nothing in common', () => {
  expect(commonGround(things('a', null, null), ['phone'])).toBeNull();
  expect(commonGround(things('a'), ['phone'])).toBeNull();
});
