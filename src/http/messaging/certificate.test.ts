import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  CERTIFICATE,
  KEY,
  LOCKED_KEY,
  SELF_SIGNED,
  SELF_SIGNED_KEY,
} from '../../../tests/data/certificates.ts';
import { ApiError } from '../../domain/errors.ts';
import { readCertificate } from './certificate.ts';

const { validFrom, validTo } = new X509Certificate(CERTIFICATE);
const FIRST = Date.parse(validFrom);
const LAST = Date.parse(validTo);
const HOST = 'l.shop.example';

function codeOf(pem: string, place: { host?: string; now?: number } = {}): number | undefined {
  try {
    readCertificate(pem, { host: HOST, now: FIRST, ...place });
    return undefined;
  } catch (error) {
    // Nothing of what was sent comes back: it may be a key.
    if (error instanceof ApiError) expect(JSON.stringify(error.details)).not.toContain('BEGIN');
    return error instanceof ApiError ? error.code : -1;
  }
}

describe('an uploaded certificate', () => {
  it('tells its last day, alone or with those above it, whichever comes first, key or certificate', () => {
    for (const pem of [CERTIFICATE + KEY, KEY + CERTIFICATE, `${CERTIFICATE}${AUTHORITY}${KEY}`]) {
      expect(readCertificate(pem, { host: HOST, now: FIRST })).toEqual({ expiresAt: LAST });
    }
    expect(codeOf((CERTIFICATE + KEY).replaceAll('\n', '\r\n'))).toBeUndefined();
    expect(codeOf(CERTIFICATE + KEY, { host: 'a.go.example', now: LAST - 1 })).toBeUndefined();
  });

  const broken = (pem: string) => pem.replace(/\n[^-]*\n/, '\nAAAA\n');
  it.each([
    ['nothing', '', 30120],
    ['some text', 'certificate', 30120],
    ['no key', CERTIFICATE, 30116],
    ['a key alone', KEY, 30116],
    ['an unreadable certificate', broken(CERTIFICATE) + KEY, 30117],
    ['an unreadable key', CERTIFICATE + broken(KEY), 30118],
    ['a locked key', CERTIFICATE + LOCKED_KEY, 30118],
    ['the key of another', CERTIFICATE + SELF_SIGNED_KEY, 30119],
    ['that of the authority first', AUTHORITY + CERTIFICATE + KEY, 30119],
    ['one signed by itself', SELF_SIGNED + SELF_SIGNED_KEY, 30129],
  ])('is refused with %s', (_what, pem, code) => {
    expect(codeOf(pem)).toBe(code);
  });

  it('is refused out of its time, and for another name', () => {
    expect(codeOf(CERTIFICATE + KEY, { now: LAST })).toBe(30102);
    expect(codeOf(CERTIFICATE + KEY, { now: FIRST - 1 })).toBe(30132);
    expect(codeOf(CERTIFICATE + KEY, { host: 'shop.example' })).toBe(30132);
    expect(codeOf(CERTIFICATE + KEY, { host: '127.0.0.1' })).toBe(30132);
  });
});
