import { expect, it } from 'vitest';
import { HandWoundClock } from '../../domain/clock.ts';
import { Passwords } from './password.ts';

const ADMIN = { name: 'admin', password: 'pässword one', role: 'operator' } as const;
const CHEAP = { N: 1_024, r: 8, p: 1 };
const GUEST = { name: 'guest', password: 'password two', role: 'viewer' } as const;

it('a password is right for its own user alone, however its letters are composed', async () => {
  const passwords = new Passwords([ADMIN, GUEST], new HandWoundClock(), CHEAP);
  const verify = (name: string, password: string) => passwords.verify(name, password, '::1');
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

it('an address that guesses is not heard for a while, others are', async () => {
  const clock = new HandWoundClock();
  const passwords = new Passwords([ADMIN], clock, CHEAP);
  for (let guess = 0; guess < 20; guess += 1) await passwords.verify('admin', `guess ${guess}`, '10.0.0.1');
  await expect(passwords.verify('admin', ADMIN.password, '10.0.0.1')).rejects.toMatchObject({ code: 20429 });
  expect(await passwords.verify('admin', ADMIN.password, '10.0.0.2')).toBe(ADMIN);
  clock.advance(10_000);
  expect(await passwords.verify('admin', ADMIN.password, '10.0.0.1')).toBe(ADMIN);
});

it('a crowd is turned away before it takes all memory, and afterwards everybody is heard', async () => {
  const passwords = new Passwords([ADMIN], new HandWoundClock(), CHEAP);
  await passwords.verify('admin', ADMIN.password, '::1');
  const crowd = await Promise.allSettled(
    Array.from({ length: 40 }, (_, index) => passwords.verify('admin', ADMIN.password, `10.0.1.${index}`)),
  );
  const heard = crowd.filter(({ status }) => status === 'fulfilled');
  expect(heard).toHaveLength(22);
  expect(await passwords.verify('admin', ADMIN.password, '::1')).toBe(ADMIN);
});
