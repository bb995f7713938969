import { expect, it } from 'vitest';
import { HandWoundClock } from './domain/clock.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { provisionAccount } from './provision.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

const NOBODY = { accountSid: null, authToken: null };

async function village(change: (store: Store) => Partial<Store> = () => ({})) {
  const clock = new HandWoundClock();
  const store = await openSqlite({
    path: ':memory:',
    clock,
    onFatal: (error) => {
      throw error;
    },
  });
  const sids = new SidMaker(clock, cryptoRandom);
  let tokens = 0;
  const parts = {
    store: new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(change(store), name) ?? Reflect.get(target, name, target);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    }),
    clock,
    sids,
    makeToken: () => `token ${++tokens}`,
    seal: (token: string) => `sealed ${token}`,
    open: (sealed: string) => sealed.slice('sealed '.length),
  };
  return { store, parts };
}

it('makes the first account once, and finds it at the next start', async () => {
  const { store, parts } = await village();
  const first = await provisionAccount(parts, NOBODY);
  expect(first).toMatchObject({ token: 'token 1', fresh: true });
  expect(await provisionAccount(parts, NOBODY)).toEqual({ ...first, fresh: false });
  await store.close();
});

it('two nodes that start on an empty store at once agree on one account', async () => {
  // Neither sees the other's account before it has made its own.
  const { store, parts } = await village(() => ({ accounts: async () => [] }));
  const made = await Promise.all([provisionAccount(parts, NOBODY), provisionAccount(parts, NOBODY)]);
  expect(made[0]?.account.sid).toBe(made[1]?.account.sid);
  expect(made[0]?.token).toBe(made[1]?.token);
  expect(made.filter(({ fresh }) => fresh)).toHaveLength(1);
  expect((await store.accounts()).map(({ status }) => status).sort()).toEqual(['active', 'closed']);
  await store.close();
});
