import { describe, expect, it } from 'vitest';
import vectors from '../../tests/data/segment-vectors.json' with { type: 'json' };
import { clustersOf } from './encoding.ts';
import { characters, segment } from './segments.ts';
import { smartEncode } from './smart-encoding.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const lengths = (text: string) => segment(text).parts.map((part) => part.length);

/** What the vectors call `chars` in UCS-2: graphemes, CR LF being two. */
function graphemes(text: string): number {
  return [...clustersOf(text)].reduce((sum, { segment }) => sum + (segment === '\r\n' ? 2 : 1), 0);
}

describe('the vectors', () => {
  it('are the 50 of the sheet', () => {
    expect(vectors.sms).toHaveLength(50);
  });

  it.each(vectors.sms)('$name: $encoding in $segments', (vector) => {
    const text = (vector.pieces as [string, number][]).map(([piece, times]) => piece.repeat(times)).join('');
    const body = vector.smart ? smartEncode(text) : text;
    if (vector.smartText !== undefined) expect(body).toBe(vector.smartText);
    const { encoding, parts, units } = segment(body);
    expect({ encoding, segments: parts.length }).toEqual({ encoding: vector.encoding, segments: vector.segments });
    expect(encoding === 'GSM-7' ? units : graphemes(body)).toBe(vector.chars);
    expect(parts.join('')).toBe(body);
  });
});

describe('the parts', () => {
  it('of an empty text are one empty part', () => {
    expect(segment('')).toEqual({ encoding: 'GSM-7', parts: [''], units: 0 });
  });

  it('leave a septet empty rather than split an escape pair', () => {
    const text = `${'a'.repeat(152)}€${'b'.repeat(10)}`;
    expect(segment(text)).toEqual({ encoding: 'GSM-7', parts: ['a'.repeat(152), `€${'b'.repeat(10)}`], units: 164 });
    expect(lengths('€'.repeat(153))).toEqual([76, 76, 1]);
  });

  it('let an escape pair that just fits end a part', () => {
    expect(lengths(`${'a'.repeat(151)}€${'b'.repeat(10)}`)).toEqual([152, 10]);
  });

  it('may divide CR LF, in both encodings', () => {
    expect(segment(`${'a'.repeat(152)}\r\n${'b'.repeat(10)}`).parts[1]).toBe(`\n${'b'.repeat(10)}`);
    expect(segment(`${'ç'.repeat(66)}\r\n${'ç'.repeat(10)}`).parts[1]).toBe(`\n${'ç'.repeat(10)}`);
  });

  it('never divide a grapheme that fits one part', () => {
    expect(lengths('😀'.repeat(36))).toEqual([66, 6]);
    expect(segment(`${'a'.repeat(60)}${FAMILY}`).parts).toEqual(['a'.repeat(60), FAMILY]);
    expect(segment(`${'a'.repeat(66)}e\u0301${'b'.repeat(5)}`).parts).toEqual(['a'.repeat(66), `e\u0301bbbbb`]);
    const whole = `e${'\u0301'.repeat(66)}`;
    expect(segment(`aa${whole}bb`).parts).toEqual(['aa', whole, 'bb']);
  });

  it('cut a grapheme larger than a part by unit, from where it stands', () => {
    const giant = `e${'\u0301'.repeat(99)}`;
    expect(lengths(`aaa${giant}bbb`)).toEqual([67, 39]);
    expect(segment(`aaa${giant}bbb`).parts.join('')).toBe(`aaa${giant}bbb`);
  });

  it('hold a grapheme of 70 units in a single message', () => {
    expect(lengths(`e${'\u0301'.repeat(69)}`)).toEqual([70]);
  });

  it('are never empty when there are several, and always join to the text', () => {
    for (let length = 60; length < 220; length++) {
      for (const unit of ['€', '😀', FAMILY, '\r\n', '\ud83d']) {
        const text = unit.repeat(length);
        const { parts } = segment(text);
        expect(parts.join('')).toBe(text);
        expect(parts.every((part) => part.length > 0)).toBe(true);
      }
    }
  });
});

describe('characters', () => {
  it('are code points, whatever they cost', () => {
    expect(characters('')).toBe(0);
    expect(characters('a€\r\n')).toBe(4);
    expect(characters('😀'.repeat(800))).toBe(800);
    expect(characters(FAMILY)).toBe(7);
    expect(characters('e\u0301')).toBe(2);
    expect(characters('\ud83d\ud83d\ude00\ude00')).toBe(3);
  });
});
