import { expect, it } from 'vitest';
import { readConfig } from './config.ts';
import { HandWoundClock } from './domain/clock.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { provisionAccount, provisionSenders, provisionTypes } from './provision.ts';
import { provisionHolds } from './provision-holds.ts';
import { applyRateChanges } from './provision-rates.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

const NOBODY = { accountSid: null, authToken: null, accountType: 'full' as const };

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

it('an account is of the type that the settings give it, at every start', async () => {
  const { store, parts } = await village();
  const { account } = await provisionAccount(parts, { ...NOBODY, accountType: 'trial' });
  expect(account.type).toBe('Trial');
  expect((await provisionAccount(parts, NOBODY)).account.type).toBe('Full');
  const named = new Map([[account.sid, 'trial' as const]]);
  expect((await provisionAccount(parts, NOBODY, named)).account.type).toBe('Trial');
  const child = { ...account, sid: `AC${'c'.repeat(32)}`, ownerSid: account.sid };
  await store.saveAccount(child);
  await provisionTypes(
    parts,
    new Map([
      [child.sid, 'full' as const],
      [`AC${'d'.repeat(32)}`, 'trial' as const],
    ]),
  );
  expect((await store.account(child.sid))?.type).toBe('Full');
  expect((await store.account(account.sid))?.type).toBe('Trial');
  await store.close();
});

it('tells whose rate is another than at the last start, and of nobody else', async () => {
  const { store, parts } = await village();
  const { account } = await provisionAccount(parts, NOBODY);
  const rates = async (...numbers: [string, number | undefined][]) => {
    const config = readConfig({ mode: 'dev', env: {}, file: null });
    config.numbers = numbers.map(([number, rate]) => ({ number, ...(rate !== undefined && { rate }), properties: {} }));
    const changes = await provisionSenders(parts, account, config);
    await applyRateChanges({ store, clock: parts.clock, laneOf: () => null, connectors: [] }, changes);
    return changes.map(({ sender, former, rate }) => [sender.address, former, rate]);
  };
  // The first of them is also one that `dev` has from the start.
  const [one, two] = ['+12025550100', '+12025550155'];
  expect(await rates([one, 7], [two, undefined])).toEqual([]);
  expect(await rates([one, 7], [two, undefined])).toEqual([]);
  expect(await rates([one, 7], [two, 3])).toEqual([[two, null, 3]]);
  expect(await rates([two, undefined])).toEqual([
    [one, 7, null],
    [two, 3, null],
  ]);
  await store.close();
});

it('suspends what the settings suspend, and gives back nothing else', async () => {
  const { store, parts } = await village();
  const { account } = await provisionAccount(parts, NOBODY);
  const child = async (status: 'active' | 'suspended' | 'closed') => {
    const sid = parts.sids.make('AC');
    await store.saveAccount({ ...account, sid, ownerSid: account.sid, status });
    return sid;
  };
  const sids = [account.sid, await child('active'), await child('suspended'), await child('closed')];
  const statuses = async () => Promise.all(sids.map(async (sid) => (await store.account(sid))?.status));
  await provisionHolds(parts, new Set([...sids, `AC${'0'.repeat(32)}`]));
  expect(await statuses()).toEqual(['suspended', 'suspended', 'suspended', 'closed']);
  await provisionHolds(parts, new Set(sids));
  expect(await statuses()).toEqual(['suspended', 'suspended', 'suspended', 'closed']);
  await provisionHolds(parts, new Set());
  expect(await statuses()).toEqual(['active', 'active', 'suspended', 'closed']);
  await store.close();
});
