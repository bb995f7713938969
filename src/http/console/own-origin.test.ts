import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { ApiError } from '../../domain/errors.ts';
import { isSecureOrigin, refuseForeign } from './own-origin.ts';

const NAMES = { publicUrl: undefined, allowHosts: [] };

/** The parameter that was refused; `null`: it came in. */
function refused(headers: Record<string, string>, names: Partial<Parameters<typeof refuseForeign>[1]> = {}) {
  try {
    refuseForeign({ headers } as FastifyRequest, { ...NAMES, ...names });
    return null;
  } catch (error) {
    return error instanceof ApiError ? error.details?.parameter : error;
  }
}

describe('pages of others', () => {
  it('are known by what their browser says of them', () => {
    const host = 'pidge.example';
    expect(refused({ host })).toBeNull();
    for (const site of ['same-origin', 'none']) expect(refused({ host, 'sec-fetch-site': site })).toBeNull();
    for (const site of ['same-site', 'cross-site']) {
      expect(refused({ host, 'sec-fetch-site': site })).toBe('Sec-Fetch-Site');
    }
    for (const origin of [`https://${host}`, `http://${host}`, `https://${host}:443`]) {
      expect([origin, refused({ host, origin })]).toEqual([origin, null]);
    }
    for (const origin of ['null', '', 'https://evil.example', `https://${host}:8443`, `https://${host}.evil.example`]) {
      expect([origin, refused({ host, origin })]).toEqual([origin, 'Origin']);
    }
  });

  it('are not those of the public URL, though the proxy changes Host', () => {
    const publicUrl = 'https://sms.example/base';
    expect(refused({ host: 'internal:7670', origin: 'https://sms.example' }, { publicUrl })).toBeNull();
    expect(refused({ host: 'internal:7670', origin: 'http://sms.example' }, { publicUrl })).toBe('Origin');
  });

  it('come by no other name once some are listed', () => {
    const allowHosts = ['sms.example'];
    for (const host of ['sms.example', 'SMS.example:80', 'localhost:7670'])
      expect(refused({ host }, { allowHosts })).toBeNull();
    expect(refused({ host: 'evil.example' }, { allowHosts })).toBe('Host');
    expect(refused({ host: 'own.example' }, { allowHosts, publicUrl: 'https://own.example' })).toBeNull();
  });
});

it('a browser keeps a secure cookie over TLS, or of this machine', () => {
  for (const origin of ['https://a.example', 'http://localhost:7670', 'http://127.0.0.1', 'http://[::1]:1']) {
    expect([origin, isSecureOrigin(origin)]).toEqual([origin, true]);
  }
  for (const origin of ['http://a.example', 'http://localhost.a.example', 'http://192.168.1.7', 'null', '']) {
    expect([origin, isSecureOrigin(origin)]).toEqual([origin, false]);
  }
});
