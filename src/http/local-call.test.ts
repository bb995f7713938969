import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { addressOf, isLocalCall } from './local-call.ts';

function request(headers: Record<string, string>, remoteAddress = '127.0.0.1'): FastifyRequest {
  return { headers, raw: { socket: { remoteAddress } } } as never;
}

describe('a call of this machine', () => {
  it('comes over loopback, by a name of loopback, and through nobody', () => {
    const cases: [Record<string, string>, string, boolean][] = [
      [{ host: 'localhost:7670' }, '127.0.0.1', true],
      [{ host: '127.0.0.1' }, '::ffff:127.0.0.1', true],
      [{ host: '[::1]:7670' }, '::1', true],
      [{ host: 'localhost:7670' }, '192.168.1.7', false],
      [{ host: 'localhost:7670' }, '', false],
      [{ host: 'evil.example:7670' }, '127.0.0.1', false],
      [{ host: 'localhost.evil.example' }, '127.0.0.1', false],
      [{ host: '127.0.0.1.evil.example' }, '127.0.0.1', false],
      [{ host: '' }, '127.0.0.1', false],
      [{ host: 'localhost', 'x-forwarded-for': '203.0.113.1' }, '127.0.0.1', false],
      [{ host: 'localhost', 'x-forwarded-host': 'a.example' }, '127.0.0.1', false],
      [{ host: 'localhost', via: '1.1 proxy' }, '127.0.0.1', false],
    ];
    for (const [headers, address, isLocal] of cases) {
      expect([headers, isLocalCall(request(headers, address), [])]).toEqual([headers, isLocal]);
    }
  });

  it('may come by a name that the operator has listed', () => {
    const hosts = ['pidge.test', 'exact.test:7670'];
    const local = (host: string) => isLocalCall(request({ host }), hosts);
    expect([local('PIDGE.test:1'), local('exact.test:7670'), local('exact.test:1')]).toEqual([true, true, false]);
  });
});

it('who comes through a tunnel does not count as this machine', () => {
  const from = (ip: string, headers: Record<string, string> = {}) => addressOf({ ip, headers } as never);
  expect([from('127.0.0.1'), from('192.0.2.1')]).toEqual(['127.0.0.1', '192.0.2.1']);
  expect(from('127.0.0.1', { 'x-forwarded-for': '203.0.113.1' })).toBe('through 127.0.0.1');
  // By its own address, where the proxy is trusted to name it.
  expect(from('203.0.113.1', { 'x-forwarded-for': '203.0.113.1' })).toBe('203.0.113.1');
});
