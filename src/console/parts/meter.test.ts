import { expect, it } from 'vitest';
import { guiltyOf } from '../../domain/guilty.ts';
import { measure, withoutGuilty } from './meter.ts';

it('counts as the server counts', () => {
  expect(measure('')).toMatchObject({ encoding: 'GSM-7', segments: 0, units: 0, capacity: 160 });
  expect(measure('a'.repeat(160))).toMatchObject({ segments: 1, units: 160, capacity: 160 });
  expect(measure('a'.repeat(161))).toMatchObject({ segments: 2, units: 161, capacity: 306 });
  expect(measure('€')).toMatchObject({ encoding: 'GSM-7', units: 2 });
  expect(measure('–'.repeat(71))).toMatchObject({ encoding: 'UCS-2', segments: 2, capacity: 134 });
});

it('points at the characters that force 16 bits, with what could stand there', () => {
  const text = 'See you – at “ten” 👩‍👩‍👧';
  const found = guiltyOf(text);
  expect(found.map(({ char, codePoint, replacement }) => [char, codePoint, replacement])).toEqual([
    ['–', 'U+2013', '-'],
    ['“', 'U+201C', '"'],
    ['”', 'U+201D', '"'],
    ['👩‍👩‍👧', 'U+1F469', null],
  ]);
  expect(withoutGuilty(text)).toBe('See you - at "ten" 👩‍👩‍👧');
});

it('measures what leaves when smart encoding is on, and names what it cannot mend', () => {
  expect(measure('10–12', true)).toMatchObject({ encoding: 'GSM-7', guilty: [] });
  expect(measure('10–12 ✓', true)).toMatchObject({ encoding: 'UCS-2', guilty: [{ char: '✓' }] });
});
