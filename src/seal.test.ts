import { expect, it } from 'vitest';
import { SealBroken, sealer } from './seal.ts';

it('opens what it sealed, and seals differently every time', () => {
  const { seal, open } = sealer('k'.repeat(32));
  expect(open(seal('tökén'))).toBe('tökén');
  expect(seal('a')).not.toBe(seal('a'));
  expect(seal('plainly')).not.toContain('plainly');
});

it('does not open under another key, nor after one changed bit, nor cut short', () => {
  const { seal, open } = sealer('k'.repeat(32));
  const sealed = seal('token');
  const bytes = Buffer.from(sealed.slice(3), 'base64url');
  bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1;
  expect(() => sealer('j'.repeat(32)).open(sealed)).toThrow(SealBroken);
  expect(() => open(`v1.${bytes.toString('base64url')}`)).toThrow(SealBroken);
  expect(() => open(sealed.slice(0, 20))).toThrow(SealBroken);
  expect(() => open('token')).toThrow(SealBroken);
});
