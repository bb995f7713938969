import { expect, it } from 'vitest';
import { CliError } from './exit.ts';
import { isSameMatch, matchOf, matchOfEntry, matchWords, priorityOf, waysOf } from './route-words.ts';

const ACCOUNT = `AC${'a'.repeat(32)}`;

function refusalOf(work: () => unknown): [code: number, text: string] {
  try {
    work();
  } catch (error) {
    if (error instanceof CliError) return [error.code, error.message];
    throw error;
  }
  return [0, ''];
}

it('flags say which messages are meant, in the form in which messages name them', () => {
  const flags = { prefix: '+49, +43,+49', sender: '+1 202 555 0100,Shop', channel: 'sms', account: ACCOUNT };
  const match = matchOf(flags);
  expect(match).toEqual({ to: ['+49', '+43'], from: ['+12025550100', 'Shop'], channel: ['sms'], account: [ACCOUNT] });
  expect(matchWords(match)).toBe(`+49, +43 from +12025550100, Shop by sms of ${ACCOUNT}`);
  expect(matchWords(matchOf({}))).toBe('any recipient');
});

it('an entry is for the same messages however it is written', () => {
  const match = matchOf({ prefix: '+49,+43' });
  expect(isSameMatch(match, matchOfEntry({ connector: 'a', to: ['+43', '+49'] }))).toBe(true);
  expect(isSameMatch(match, matchOfEntry({ connector: 'a', to: '+49, +43', priority: 3 }))).toBe(true);
  expect(isSameMatch(match, matchOfEntry({ connector: 'a', to: ['+49'] }))).toBe(false);
  expect(isSameMatch(match, matchOfEntry({ connector: 'a', to: ['+49', '+43'], from: ['Shop'] }))).toBe(false);
});

it('connectors have the weight that is said, or 1', () => {
  expect(waysOf('acme:90, beta,gamma:0', ['acme', 'beta', 'gamma'])).toEqual([
    { connector: 'acme', weight: 90 },
    { connector: 'beta', weight: 1 },
    { connector: 'gamma', weight: 0 },
  ]);
});

it.each([
  [6, 'which is no connector. There are: acme, beta. Did you mean "acme"?', () => waysOf('acmee', ['acme', 'beta'])],
  [6, 'There is none: pidge connector add', () => waysOf('acme', [])],
  [2, '--to gives acme the weight "many". Allowed: 0 to 1000.', () => waysOf('acme:many', ['acme'])],
  [2, '--to gives acme the weight "1001"', () => waysOf('acme:1001', ['acme'])],
  [2, '--to gives acme the weight ""', () => waysOf('acme:', ['acme'])],
  [2, '--to names acme twice', () => waysOf('acme:1,acme:2', ['acme'])],
  [2, '--to names no connector', () => waysOf(' , ', ['acme'])],
  [2, '--prefix holds "49". Allowed: + and the first digits', () => matchOf({ prefix: '+43,49' })],
  [2, '--prefix is empty', () => matchOf({ prefix: '' })],
  [2, '--sender holds "?"', () => matchOf({ sender: '?' })],
  [2, '--channel holds "fax". Allowed: sms, mms, whatsapp, messenger, rcs.', () => matchOf({ channel: 'fax' })],
  [2, '--account holds "me". Allowed: AC and 32 hexadecimal digits.', () => matchOf({ account: 'me' })],
  [2, '--priority is "-1". Allowed: 0 to 1000', () => priorityOf('-1')],
] as const)('ends with %i: %s', (code, text, work) => {
  expect(refusalOf(work)).toEqual([code, expect.stringContaining(text)]);
});
