import { describe, expect, it } from 'vitest';
import gsm7 from './data/gsm7.json' with { type: 'json' };
import { chooseEncoding, countSeptets, decodeGsm7, encodeGsm7, septetsOf } from './encoding.ts';

const fromHex = (hex: string) => String.fromCharCode(Number.parseInt(hex, 16));
const BASIC = Object.keys(gsm7.basic).map(fromHex).join('');
const EXTENSION = Object.keys(gsm7.extension).map(fromHex).join('');
const cost = (char: string) => septetsOf(char.charCodeAt(0));

describe('the alphabet', () => {
  it('has 127 basic and 10 extension characters, and no other unit costs anything', () => {
    const tally = [0, 0, 0];
    for (let unit = 0; unit <= 0xffff; unit++) tally[septetsOf(unit)]!++;
    expect(tally).toEqual([0x10000 - 137, 127, 10]);
  });

  it('costs one septet for a basic character, two for an extension, none for a stranger', () => {
    expect([...'a@Δ\n\rÇ'].map(cost)).toEqual([1, 1, 1, 1, 1, 1]);
    expect([...'€|^{}[]~\\\f'].map(cost)).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
    expect([...'`\tçáíóú’–…•\u00a0\u001b\u0000'].every((char) => cost(char) === 0)).toBe(true);
  });

  it('counts the septets of a text, and -1 when it has none', () => {
    expect(countSeptets('')).toBe(0);
    expect(countSeptets('a€\r\n')).toBe(5);
    expect(countSeptets('aç')).toBe(-1);
  });
});

describe('the choice of encoding', () => {
  it('is GSM-7 for every character of both tables, for the empty text and for CR LF', () => {
    expect(chooseEncoding(BASIC + EXTENSION)).toBe('GSM-7');
    expect(chooseEncoding('')).toBe('GSM-7');
    expect(chooseEncoding('a\r\nb')).toBe('GSM-7');
  });

  it('is UCS-2 as soon as one character is outside, wherever it stands', () => {
    for (const char of ['`', 'ç', '\t', '“', '😀', 'e\u0301', '\ud83d', '\u200d']) {
      expect(chooseEncoding(`${char}aa`)).toBe('UCS-2');
      expect(chooseEncoding(`aa${char}`)).toBe('UCS-2');
    }
  });
});

describe('GSM-7 octets', () => {
  it('carry one septet each, with an escape before an extension', () => {
    expect([...encodeGsm7('@a€\r\n|')]).toEqual([0x00, 0x61, 0x1b, 0x65, 0x0d, 0x0a, 0x1b, 0x40]);
    expect(encodeGsm7('')).toHaveLength(0);
  });

  it('read back as the text they were made of, for every character', () => {
    expect(encodeGsm7(BASIC + EXTENSION)).toHaveLength(127 + 20);
    expect(decodeGsm7(encodeGsm7(BASIC + EXTENSION))).toBe(BASIC + EXTENSION);
  });

  it('are refused to a text that is not GSM-7', () => {
    expect(() => encodeGsm7('aç')).toThrow(RangeError);
  });

  it('from a stranger are read as 3GPP TS 23.038 says, and never throw', () => {
    expect(decodeGsm7(Uint8Array.of(0x1b, 0x61))).toBe('a');
    expect(decodeGsm7(Uint8Array.of(0x61, 0x1b))).toBe('a ');
    expect(decodeGsm7(Uint8Array.of(0x1b, 0x1b, 0x65))).toBe(' e');
    expect(decodeGsm7(Uint8Array.of(0x80, 0x61))).toBe('\ufffda');
    expect(decodeGsm7(Uint8Array.of(0x1b, 0xff))).toBe('\ufffd');
  });
});
