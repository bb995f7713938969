import { describe, expect, it } from 'vitest';
import data from './data/smart-encoding.json' with { type: 'json' };
import { chooseEncoding } from './encoding.ts';
import { smartEncode } from './smart-encoding.ts';

describe('smart encoding', () => {
  it('leaves a text without typographic characters as it is', () => {
    for (const text of ['', 'Hello "you"\r\n', 'ç 😀 e\u0301 \ud83d']) expect(smartEncode(text)).toBe(text);
  });

  it('replaces each kind of typography everywhere in the text', () => {
    expect(smartEncode('“It’s” – ½…')).toBe('"It\'s" - 1/2...');
    expect(smartEncode('a\u00a0b\tc\u200bd\u200b')).toBe('a  b       cd');
  });

  it('replaces what it can even when the text stays UCS-2', () => {
    expect(smartEncode('•😀')).toBe('-😀');
  });

  it('knows 271 characters, each replaced by its list and by nothing that needs UCS-2', () => {
    const entries = Object.entries(data.map);
    expect(entries).toHaveLength(271);
    for (const [from, to] of entries) {
      const expected = to.map((hex) => String.fromCodePoint(Number.parseInt(hex, 16))).join('');
      const replaced = smartEncode(`x${String.fromCodePoint(Number.parseInt(from, 16))}x`);
      expect(replaced).toBe(`x${expected}x`);
      expect(chooseEncoding(replaced)).toBe('GSM-7');
    }
  });
});
