import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import { Passwords } from './password.ts';

const ADMIN = { name: 'admin', password: 'pässword one', role: 'operator' } as const;
const CHEAP = { N: 1_024, r: 8, p: 1 };
const GUEST = { name: 'guest', password: 'password two', role: 'viewer' } as const;

it('a password is right for its own user alone, however its letters are composed', async () => {
  const passwords = new Passwords([ADMIN, GUEST], new HandWoundClock(), CHEAP);
  const verify = (name: string, password: string) =>
    passwords.verify({ name, password, address: '::1', isKnown: false });
  expect(await verify('admin', ADMIN.password.normalize('NFD'))).toBe(ADMIN);
  expect(await verify('guest', GUEST.password)).toBe(GUEST);
  for (const [name, password] of [
    ['admin', GUEST.password],
    ['admin', ''],
    ['nobody', ADMIN.password],
    ['', ''],
    ['admin', ADMIN.password + 'x'.repeat(2_000)],
  ] as const) {
    expect([name, await verify(name, password)]).toEqual([name, null]);
  }
});

describe('from an address where somebody guesses', () => {
  const GUESSER = '10.0.0.1';

  async function guessed() {
    const clock = new HandWoundClock();
    const passwords = new Passwords([ADMIN], clock, CHEAP);
    const verify = (password: string, address = GUESSER, isKnown = false) =>
      passwords.verify({ name: 'admin', password, address, isKnown });
    for (let guess = 0; guess < 20; guess += 1) expect(await verify(`guess ${guess}`)).toBeNull();
    return { clock, verify };
  }

  it('the right password opens all the same', async () => {
    const { verify } = await guessed();
    expect([await verify(ADMIN.password), await verify(ADMIN.password)]).toEqual([ADMIN, ADMIN]);
  });

  it('a wrong one makes the next wait, those of other addresses not', async () => {
    const { clock, verify } = await guessed();
    expect(await verify('guess')).toBeNull();
    let answered = false;
    const next = verify(ADMIN.password).finally(() => {
      answered = true;
    });
    expect(await verify(ADMIN.password, '10.0.0.2')).toBe(ADMIN);
    clock.advance(499);
    expect(await verify(ADMIN.password, '10.0.0.2')).toBe(ADMIN);
    expect(answered).toBe(false);
    clock.advance(1);
    expect(await next).toBe(ADMIN);
  });

  it('so many wait and no more', async () => {
    const { clock, verify } = await guessed();
    expect(await verify('guess')).toBeNull();
    const waiting = Array.from({ length: 20 }, () => verify(ADMIN.password));
    await expect(verify(ADMIN.password)).rejects.toMatchObject({ code: 20429 });
    clock.advance(500);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([ADMIN]));
  });

  it('a line full of guesses keeps nobody out who signed in with this browser before', async () => {
    const { clock, verify } = await guessed();
    expect(await verify('guess')).toBeNull();
    const guesses = Array.from({ length: 30 }, () => verify('guess').catch(() => null));
    await expect(verify(ADMIN.password)).rejects.toMatchObject({ code: 20429 });
    expect(await verify(ADMIN.password, GUESSER, true)).toBe(ADMIN);
    expect(await verify('mistyped', GUESSER, true)).toBeNull();
    const again = verify(ADMIN.password, GUESSER, true);
    clock.advance(500);
    expect(await again).toBe(ADMIN);
    let left = guesses.length;
    for (const guess of guesses) void guess.finally(() => left--);
    while (left > 0) {
      clock.advance(500);
      await new Promise(setImmediate);
    }
  });

  it('nothing waits once the guesses are some time ago', async () => {
    const { clock, verify } = await guessed();
    clock.advance(10_000);
    expect([await verify('guess'), await verify(ADMIN.password)]).toEqual([null, ADMIN]);
  });
});

it('a crowd is turned away before it takes all memory, and afterwards everybody is heard', async () => {
  const passwords = new Passwords([ADMIN], new HandWoundClock(), CHEAP);
  const verify = (address: string, isKnown = false) =>
    passwords.verify({ name: 'admin', password: ADMIN.password, address, isKnown });
  await verify('::1');
  const crowd = await Promise.allSettled(Array.from({ length: 40 }, (_, index) => verify(`10.0.1.${index}`)));
  const heard = crowd.filter(({ status }) => status === 'fulfilled');
  expect(heard).toHaveLength(22);
  expect(await verify('::1')).toBe(ADMIN);
});
