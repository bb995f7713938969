import { expect, it } from 'vitest';
import { CommitUnknown, ConnectionLost, judge } from './driver.ts';
import { monthsBetween } from './partitions.ts';
import { hostsOf } from './pg-driver.ts';

it.each([
  ['a lost connection', new ConnectionLost('gone'), 'lost'],
  ['a commit without an answer', new CommitUnknown('gone'), 'lost'],
  ['an administrator who cut the connection', { code: '57P01' }, 'lost'],
  ['a crash of the server', { code: '57P02' }, 'lost'],
  ['a server that is starting', { code: '57P03' }, 'lost'],
  ['a primary that has become a standby', { code: '25006' }, 'lost'],
  ['a session that stood still in its transaction', { code: '25P03' }, 'lost'],
  ['two transactions that wait for each other', { code: '40P01' }, 'collision'],
  ['a full disk', { code: '53100' }, 'unavailable'],
  ['too many connections', { code: '53300' }, 'unavailable'],
  ['a lock that took too long', { code: '55P03' }, 'unavailable'],
  ['a statement that took too long', { code: '57014' }, 'unavailable'],
  ['a value twice', { code: '23505' }, 'other'],
  ['a fault of ours', new TypeError('x is not a function'), 'other'],
])('%s is told apart', (_about, error, verdict) => {
  expect(judge(error)).toBe(verdict);
});

it('a url with several hosts is one url for each', () => {
  expect(hostsOf('postgres://me:pa:ss@one:5432,two:5433/pidge?sslmode=require')).toEqual([
    'postgres://me:pa:ss@one:5432/pidge?sslmode=require',
    'postgres://me:pa:ss@two:5433/pidge?sslmode=require',
  ]);
  expect(hostsOf('postgresql:///pidge?host=/run/postgresql')).toEqual(['postgresql:///pidge?host=/run/postgresql']);
  expect(() => hostsOf('mysql://x')).toThrow('A database url looks like');
});

it('months between two instants are whole, and cross the year', () => {
  const months = monthsBetween(Date.UTC(2025, 10, 30, 23), Date.UTC(2026, 0, 1));
  expect(months.map(({ name }) => name)).toEqual(['202511', '202512', '202601']);
  expect(months[1]).toEqual({ name: '202512', startAt: Date.UTC(2025, 11, 1), endAt: Date.UTC(2026, 0, 1) });
});
