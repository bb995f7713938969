import { expect, it } from 'vitest';
import type { MessagePage, MessageRow } from '../../api/messages.ts';
import { type List, newRows, rowsOf, withHead, withoutRows, withRows } from './merge.ts';

/** A is the newest of all, then B … Z, then a … z. */
const row = (sid: string, status = 'sent') =>
  ({ sid, status, listed_at: String(300 - sid.charCodeAt(0)), sent_at: null }) as MessageRow;
const page = (sids: string, next: string | null = null): MessagePage => ({
  messages: sids.split('').map((sid) => row(sid)),
  next_page: next,
  is_complete: next === null,
  searched_back_to: null,
  notices: [],
});
const list = (...pages: MessagePage[]): List => ({ pages, pageParams: pages.map(() => null) });
const FILTERED = { keepsAll: false, most: 100 };
const ALL = { keepsAll: true, most: 100 };
const sids = (from: List) =>
  rowsOf(from)
    .map(({ sid }) => sid)
    .join('');

it('shows a row once that stands on two pages', () => {
  expect(sids(list(page('abc', 'x'), page('cde')))).toBe('abcde');
});

it('puts new rows on top and keeps what is below the fresh page', () => {
  expect(sids(withHead(list(page('bcd', 'x'), page('ef')), page('Zbc', 'x'), FILTERED))).toBe('Zbcdef');
});

it('keeps on top what came after the fresh page was read', () => {
  expect(sids(withHead(list(page('Abcd', 'x')), page('Zbc', 'x'), FILTERED))).toBe('AZbcd');
});

it('drops what is not on the fresh page any more although it would be its place', () => {
  expect(sids(withHead(list(page('abcd', 'x')), page('acd', 'x'), FILTERED))).toBe('acd');
  expect(sids(withHead(list(page('abc', 'x'), page('de')), page('ab'), FILTERED))).toBe('ab');
});

it('keeps what is not on the fresh page when nothing filters: it was not written yet when that was read', () => {
  expect(sids(withHead(list(page('abcd', 'x')), page('acd', 'x'), ALL))).toBe('abcd');
  expect(sids(withHead(list(page('abc')), page('ac'), ALL))).toBe('abc');
});

it('begins anew when rows may be missing below the fresh page', () => {
  expect(sids(withHead(list(page('abcz', 'x')), page('abcd', 'next'), ALL))).toBe('abcd');
});

it('makes known rows fresh', () => {
  const head = { ...page('a', 'x'), messages: [row('a', 'delivered')] };
  expect(rowsOf(withHead(list(page('ab', 'x')), head, FILTERED))[0]?.status).toBe('delivered');
});

it('begins anew when more has come than a page holds, so no row is missing in between', () => {
  const merged = withHead(list(page('abc', 'x')), page('XYZ', 'next'), FILTERED);
  expect([sids(merged), merged.pages.at(-1)?.next_page]).toEqual(['XYZ', 'next']);
});

it('does not begin anew when everything there is fits on the page', () => {
  expect(sids(withHead(list(page('')), page('ab'), FILTERED))).toBe('ab');
});

it('begins anew when it has grown too long', () => {
  expect(sids(withHead(list(page('bcd', 'x')), page('abc', 'y'), { keepsAll: false, most: 3 }))).toBe('abc');
});

it('counts what is new without taking it in', () => {
  expect(newRows(list(page('bc')), page('xab')).map(({ sid }) => sid)).toEqual(['x', 'a']);
});

it('patches and removes rows, and leaves pages alone that have none of them', () => {
  const before = list(page('ab', 'x'), page('cd'));
  const after = withRows(before, [{ sid: 'c', status: 'failed' }]);
  expect(rowsOf(after)[2]?.status).toBe('failed');
  expect(after.pages[0]).toBe(before.pages[0]);
  expect(sids(withoutRows(before, new Set(['b', 'd'])))).toBe('ac');
});

it('lists a row by the second it was sent in, and where it was made within that', () => {
  const made = { ...row('a', 'queued'), listed_at: '2026-01-01T00:00:00.250Z', created_at: '2026-01-01T00:00:00.250Z' };
  const placed = (sent_at: string) =>
    rowsOf(withRows(list({ ...page(''), messages: [made] }), [{ sid: 'a', sent_at }]))[0]?.listed_at;
  expect(placed('2026-01-01T00:00:00.900Z')).toBe(made.listed_at);
  expect(placed('2026-01-01T00:00:01.900Z')).toBe('2026-01-01T00:00:01.000Z');
});
