import { expect, it } from 'vitest';
import { KnownBrowsers } from './known-browsers.ts';
import type { ConsoleUser } from './parts.ts';

const EVE: ConsoleUser = { name: 'eve', password: 'one password', role: 'operator' };
const ANN: ConsoleUser = { name: 'ann', password: 'one password', role: 'viewer' };
const KEY = Buffer.alloc(32, 1);

it('a browser is known to the user who signed in with it, until the password changes or it is another installation', () => {
  const browsers = new KnownBrowsers({ key: KEY, users: [EVE, ANN] });
  const cookie = `__Host-pidge=1; ${browsers.remember(EVE).split(';', 1)[0]}`;
  expect([browsers.knows('eve', cookie), browsers.knows('ann', cookie), browsers.knows('nobody', cookie)]).toEqual([
    true,
    false,
    false,
  ]);
  expect([undefined, '', '__Host-pidge-known=', cookie.slice(0, -1)].map((one) => browsers.knows('eve', one))).toEqual([
    false,
    false,
    false,
    false,
  ]);
  const changed = { ...EVE, password: 'two password' };
  expect(new KnownBrowsers({ key: KEY, users: [changed] }).knows('eve', cookie)).toBe(false);
  expect(new KnownBrowsers({ key: Buffer.alloc(32, 2), users: [EVE] }).knows('eve', cookie)).toBe(false);
});
