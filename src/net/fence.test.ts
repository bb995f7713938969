import { expect, test } from 'vitest';
import { judge } from './fence.ts';

const closed = { allow: [] };

test.each([
  '0.0.0.0',
  '10.0.0.1',
  '100.64.0.1',
  '127.0.0.1',
  '127.255.255.254',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.0.8',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.7',
  '203.0.113.9',
  '224.0.0.1',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '::127.0.0.1',
  '::a9fe:a9fe',
  '64:ff9b::808:808',
  '64:ff9b:1::1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::1',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  '4000::1',
])('%s is denied', (ip) => {
  expect(judge(ip, 80, closed)).toEqual({ denied: expect.any(String) });
});

test.each(['8.8.8.8', '1.1.1.1', '::ffff:8.8.8.8', '2606:4700:4700::1111', '2a00:1450:4001:80b::200e'])(
  '%s is public',
  (ip) => {
    expect(judge(ip, 443, closed)).toBe('allowed');
  },
);

test('what is no address is denied, not thrown', () => {
  expect(judge('example.com', 80, closed)).toEqual({ denied: expect.stringContaining('no IP address') });
});

test('the allow-list opens exactly its networks', () => {
  const policy = { allow: ['127.0.0.1/32', '10.0.0.0/8', '::1'] };
  expect(judge('127.0.0.1', 3000, policy)).toBe('allowed');
  expect(judge('::ffff:127.0.0.1', 3000, policy)).toBe('allowed');
  expect(judge('::1', 3000, policy)).toBe('allowed');
  expect(judge('10.9.8.7', 3000, policy)).toBe('allowed');
  expect(judge('127.0.0.2', 3000, policy)).not.toBe('allowed');
  expect(judge('192.168.0.1', 3000, policy)).not.toBe('allowed');
});

test.each([22, 25, 587, 2775, 3306, 5432, 6379, 11211])('port %i is denied, even inside the allow-list', (port) => {
  expect(judge('8.8.8.8', port, closed)).not.toBe('allowed');
  expect(judge('10.0.0.1', port, { allow: ['10.0.0.0/8'] })).not.toBe('allowed');
});

test('own listeners stay closed although their network is open', () => {
  const policy = { allow: ['127.0.0.0/8', '::1/128'], forbid: [{ address: '127.0.0.1', port: 7670 }] };
  expect(judge('127.0.0.1', 7670, policy)).not.toBe('allowed');
  expect(judge('::ffff:7f00:1', 7670, policy)).not.toBe('allowed');
  expect(judge('127.0.0.1', 7671, policy)).toBe('allowed');
});

test('a listener on every address is closed at each of them, and no list opens 0.0.0.0', () => {
  const policy = { allow: ['0.0.0.0/0', '::/0'], forbid: [{ address: '0.0.0.0', port: 7670 }] };
  expect(judge('127.0.0.1', 7670, policy)).not.toBe('allowed');
  expect(judge('::1', 7670, policy)).not.toBe('allowed');
  expect(judge('0.0.0.0', 7671, policy)).not.toBe('allowed');
  expect(judge('192.168.7.7', 7671, policy)).toBe('allowed');
});

test('a list that holds no network is a fault that names it', () => {
  expect(() => judge('127.0.0.1', 80, { allow: ['localhost'] })).toThrow('"localhost" is not a network');
});
