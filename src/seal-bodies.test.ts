import { describe, expect, it } from 'vitest';
import { SealBroken } from './seal.ts';
import { bodyVault } from './seal-bodies.ts';

describe('sealed bodies', () => {
  const vault = bodyVault('a key for tests alone, at least 32 long');

  it('open again, whatever they hold', () => {
    for (const text of ['x', 'Grüße 🙂', 'a'.repeat(1_600), '~1:not sealed', '\u0000\n']) {
      const sealed = vault.seal(text, 'SM1');
      expect(vault.isSealed(sealed)).toBe(true);
      expect(vault.isSealed(text)).toBe(false);
      expect(vault.open(sealed, 'SM1')).toBe(text);
    }
  });

  it('differ every time, so that equal bodies cannot be told', () => {
    const texts = Array.from({ length: 100 }, () => vault.seal('same', 'SM1'));
    expect(new Set(texts).size).toBe(100);
  });

  it('open for their own message and master key alone, and not when a bit was changed', () => {
    const sealed = vault.seal('text', 'SM1');
    const bent = sealed.slice(0, -1) + (sealed.endsWith('A') ? 'Q' : 'A');
    expect(() => vault.open(sealed, 'SM2')).toThrow(SealBroken);
    expect(() => bodyVault('another key for tests, also 32 long').open(sealed, 'SM1')).toThrow(SealBroken);
    expect(() => vault.open(bent, 'SM1')).toThrow(SealBroken);
    expect(() => vault.open('~1:short', 'SM1')).toThrow(SealBroken);
  });
});
