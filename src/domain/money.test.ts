import { describe, expect, it } from 'vitest';
import { formatPrice, parsePrice, priceOf } from './money.ts';

describe('prices', () => {
  it.each([
    [-7500, '-0.00750'],
    [0, '0.00000'],
    [-0, '0.00000'],
    [-1, '0.00000'],
    [-5, '-0.00001'],
    [12_345_678, '12.34568'],
    [-999_999, '-1.00000'],
  ])('%d micro-units are written %s', (micros, text) => expect(formatPrice(micros)).toBe(text));

  it('stay null until known', () => expect(formatPrice(null)).toBeNull());

  it.each([
    ['-0.00750', -7500],
    ['0.0075', 7500],
    ['12', 12_000_000],
    ['-0', 0],
    ['0.000001', 1],
  ])('%s is read as %d micro-units', (text, micros) => expect(parsePrice(text)).toBe(micros));

  it.each(['', '.5', '1.', '1e3', 'NaN', '0.0000001', '1,5', ' 1'])('%j is no price', (text) =>
    expect(parsePrice(text)).toBeNull(),
  );

  it('of a message is a charge, without a negative zero', () => {
    expect(priceOf(22_500)).toBe(-22_500);
    expect(Object.is(priceOf(0), 0)).toBe(true);
  });
});
