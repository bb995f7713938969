import { describe, expect, it } from 'vitest';
import { cutAtGuilty, guiltyOf } from './guilty.ts';

describe('the guilty characters', () => {
  it('are none in a GSM-7 text', () => {
    expect(guiltyOf('')).toEqual([]);
    expect(guiltyOf('@£$ {€}~ àé\r\n')).toEqual([]);
  });

  it('are listed in order, with what could stand in their place', () => {
    expect(guiltyOf('See you –“10:00” ☎')).toEqual([
      { char: '–', codePoint: 'U+2013', index: 8, replacement: '-' },
      { char: '“', codePoint: 'U+201C', index: 9, replacement: '"' },
      { char: '”', codePoint: 'U+201D', index: 15, replacement: '"' },
      { char: '☎', codePoint: 'U+260E', index: 17, replacement: null },
    ]);
  });

  it('are whole emoji, named by their first code point, after a CR LF that is innocent', () => {
    const family = '👨‍👩‍👧‍👦';
    expect(guiltyOf(`a\r\n${family} ç`)).toEqual([
      { char: family, codePoint: 'U+1F468', index: 3, replacement: null },
      { char: 'ç', codePoint: 'U+00E7', index: 15, replacement: null },
    ]);
  });

  it('are the accent and not the letter when a GSM letter carries a combining mark', () => {
    expect(guiltyOf('caf' + 'e\u0301!')).toMatchObject([{ char: 'e\u0301', codePoint: 'U+0301', index: 3 }]);
  });

  it('are a joiner or selector alone where the letter before it does not join, and whole where something is drawn', () => {
    expect(guiltyOf('width\u200dtext')).toEqual([{ char: '\u200d', codePoint: 'U+200D', index: 5, replacement: null }]);
    expect(guiltyOf('h\u200cm\ufe0f')).toMatchObject([
      { char: '\u200c', index: 1, replacement: '' },
      { char: '\ufe0f', index: 3, replacement: null },
    ]);
    expect(guiltyOf('1\ufe0f\u20e3')).toMatchObject([{ char: '1\ufe0f\u20e3', index: 0 }]);
  });

  it('may be half a surrogate pair, or dropped by smart encoding', () => {
    expect(guiltyOf('a\ud83d')).toMatchObject([{ char: '\ud83d', codePoint: 'U+D83D', index: 1 }]);
    expect(guiltyOf('a\u200bb')).toMatchObject([{ codePoint: 'U+200B', replacement: '' }]);
  });
});

it('a text cut at its guilty characters is still all of it', () => {
  for (const text of ['', 'plain', '–', '–a– 😀b', 'h\u200dm', 'caf' + 'e\u0301!']) {
    const pieces = cutAtGuilty(text, guiltyOf(text));
    expect(pieces.map((piece) => piece.text).join('')).toBe(text);
    for (const { at, text: piece, guilty } of pieces) {
      expect([text.slice(at, at + piece.length), guilty?.char ?? piece]).toEqual([piece, piece]);
    }
  }
  expect(cutAtGuilty('–a–', guiltyOf('–a–').slice(0, 1)).map((piece) => piece.text)).toEqual(['–', 'a–']);
});
