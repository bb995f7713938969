import { expect, it } from 'vitest';
import { showSegments } from './message-segments.ts';

it('a plain text has nothing to blame and nothing to gain', () => {
  expect(showSegments('Hello', false)).toEqual({
    ...{ encoding: 'GSM-7', count: 1, units: 5, unit: 'septet', characters: 5, smart_encoded: false },
    parts: [{ number: 1, text: 'Hello', units: 5, capacity: 160 }],
    ...{ guilty: [], guilty_count: 0, suggestion: null },
  });
});

it('parts of several have less room, and their units add up', () => {
  const { parts, units, count } = showSegments(`${'€'.repeat(100)}x`, false);
  expect([count, units]).toEqual([2, 201]);
  expect(parts.map((part) => [part.units, part.capacity])).toEqual([
    // An escape pair is never split, so a septet stays empty.
    [152, 153],
    [49, 153],
  ]);
});

it('every guilty character is pointed at, emoji as a whole, with what could stand in its place', () => {
  const text = '“Ok” 👩‍💻 e\u0301';
  const { guilty, guilty_count } = showSegments(text, false);
  expect(guilty_count).toBe(4);
  expect(guilty.map(({ index, char, code_point, replacement }) => [index, char, code_point, replacement])).toEqual([
    [0, '“', 'U+201C', '"'],
    [3, '”', 'U+201D', '"'],
    [5, '👩‍💻', 'U+1F469', null],
    [11, 'e\u0301', 'U+0301', null],
  ]);
  for (const { index, char } of guilty) expect(text.slice(index, index + char.length)).toBe(char);
});

it('a suggestion is made where it saves something', () => {
  expect(showSegments('See – you', false).suggestion).toEqual({ text: 'See - you', encoding: 'GSM-7', count: 1 });
  expect(showSegments('See – you', true)).toMatchObject({ encoding: 'GSM-7', suggestion: null, smart_encoded: true });
  expect(showSegments('See – you 😀', false).suggestion).toBeNull();
});

it('of very many the first fifty are listed and all are counted', () => {
  const { guilty, guilty_count } = showSegments('字'.repeat(1_600), false);
  expect([guilty.length, guilty_count]).toEqual([50, 1_600]);
});
