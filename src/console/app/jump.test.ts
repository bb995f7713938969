import { expect, it } from 'vitest';
import { jumpsFor } from './jump.ts';
import type { PageEntry } from './pages.ts';

const load = () => Promise.reject(new Error('not loaded here'));
const PAGES: PageEntry[] = [
  { path: '/messages', label: 'Messages', load },
  { path: '/errors', label: 'Errors', load },
];
const paths = (typed: string) => jumpsFor(typed, PAGES).map(({ path, search }) => [path, search?.q ?? search?.code]);

it('offers every page before anything is typed', () => {
  expect(paths('')).toEqual([
    ['/messages', undefined],
    ['/errors', undefined],
  ]);
});

it('opens a message by its SID', () => {
  const sid = `SM${'0'.repeat(32)}`;
  expect(paths(` ${sid} `)[0]).toEqual([`/messages/${sid}`, undefined]);
});

it('finds the messages of a number however it is written', () => {
  expect(paths('+1 (202) 555-0101')[0]).toEqual(['/messages', 'to:+12025550101']);
});

it('explains a code', () => {
  expect(paths('30003')).toEqual([
    ['/errors', '30003'],
    ['/messages', 'error:30003'],
  ]);
});

it('looks for digits in numbers and texts alike', () => {
  expect(paths('+1202')).toEqual([['/messages', '+1202']]);
  expect(paths('482913').at(-1)).toEqual(['/messages', '482913']);
});

it('searches texts for anything else, and takes the query language as it is', () => {
  expect(paths('your code')).toEqual([['/messages', 'body:"your code"']]);
  expect(paths('status:failed')).toEqual([['/messages', 'status:failed']]);
});
