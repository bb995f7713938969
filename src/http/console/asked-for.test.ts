import { expect, it } from 'vitest';
import { askedFor } from './asked-for.ts';

const SID = `SM${'1'.repeat(32)}`;
const asked = (query: string) => askedFor(`/_admin/v1/accounts/AC/messages.csv?${query}`);
const searched = (q: string) => asked(`q=${encodeURIComponent(q)}`);

it('keeps which filters there were, and no number, name or word', () => {
  const q = 'to:+12025550101 from:Reminders body:"my PIN is 1234" service:Ada Lovelace status:failed error:30003';
  expect(searched(q)).toBe('q=to:… from:… body:… service:… … status:failed error:30003');
  expect(asked('peer=%2B12025550101&scope=%2B12025550100&channel=sms')).toBe('peer=…&scope=…&channel=…');
});

it('keeps what names nobody: plain values and SIDs', () => {
  const plain = 'date:2026-11-20..2026-11-22 direction:inbound segments:>1 has:media is:scheduled';
  expect(searched(plain)).toBe(`q=${plain}`);
  expect(searched(`${SID} service:MG${'2'.repeat(32)}`)).toBe(`q=${SID} service:MG${'2'.repeat(32)}`);
  expect(asked(`scope=MG${'2'.repeat(32)}`)).toBe(`scope=MG${'2'.repeat(32)}`);
});

it('keeps nothing of what it cannot read, nor of a name that is none', () => {
  expect(searched('status:ada')).toBe('q=…');
  expect(searched('"+12025550101')).toBe('q=…');
  expect(asked('%2B12025550101=yes&to%20Ada=')).toBe('…=…&…=…');
  expect(asked('')).toBe('');
});

it('is never longer than what is kept', () => {
  expect(asked('a=b&'.repeat(400))).toHaveLength(500);
});
