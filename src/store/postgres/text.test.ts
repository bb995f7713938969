import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decodeText, encodeParameter, encodeText } from './text.ts';

it('every text comes back as it was, and none that is stored has a U+0000', () => {
  const unit = fc.constantFrom('a', '\0', '\uE000', '\uE001', '\uE002', 'é', '\u{1F426}');
  fc.assert(
    fc.property(fc.array(unit), (units) => {
      const text = units.join('');
      const stored = encodeText(text);
      expect(stored).not.toContain('\0');
      expect(decodeText(stored)).toBe(text);
    }),
    { numRuns: 5_000 },
  );
});

it('what needs no change is not changed', () => {
  expect(encodeText('Hello \u{1F426}')).toBe('Hello \u{1F426}');
});

it('parameters are encoded inside arrays too, numbers and null are left alone', () => {
  expect(encodeParameter(['a\0', null, 3])).toEqual(['a\uE000\uE002', null, 3]);
  expect(encodeParameter(7)).toBe(7);
});
