import { expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { Account } from '../store/directory.ts';
import { makeAccountGate } from './account-gate.ts';

function gate() {
  const clock = new HandWoundClock();
  const statuses = new Map<string, Account['status']>([['AC1', 'active']]);
  const owners = new Map<string, string>();
  const asked: string[] = [];
  const store = {
    async account(sid: string) {
      asked.push(sid);
      const status = statuses.get(sid);
      return status ? ({ sid, ownerSid: owners.get(sid) ?? sid, status } as Account) : null;
    },
  };
  return { clock, statuses, owners, asked, gate: makeAccountGate({ store, clock }) };
}

it('asks once a second, and without a promise in between', async () => {
  const { gate: accounts, asked, clock } = gate();
  expect(accounts.closed(new Set(['AC1']))).toBeInstanceOf(Promise);
  await accounts.closed(new Set(['AC1']));
  expect(accounts.closed(new Set(['AC1']))).toEqual(new Set());
  const before = asked.length;
  clock.advance(1_000);
  await accounts.closed(new Set(['AC1']));
  expect(asked.length).toBe(before + 1);
});

it('tells who is suspended or closed, and lets alone whom nobody knows', async () => {
  const { gate: accounts, statuses, clock } = gate();
  statuses.set('AC2', 'suspended').set('AC3', 'closed');
  expect(await accounts.closed(new Set(['AC1', 'AC2', 'AC3', 'AC4']))).toEqual(new Set(['AC2', 'AC3']));
  statuses.set('AC2', 'active');
  clock.advance(1_000);
  expect(await accounts.closed(new Set(['AC2']))).toEqual(new Set());
});

it('counts a subaccount as suspended while its parent is', async () => {
  const { gate: accounts, statuses, owners, clock } = gate();
  statuses.set('AC2', 'active');
  owners.set('AC2', 'AC1');
  expect(await accounts.closed(new Set(['AC2']))).toEqual(new Set());
  statuses.set('AC1', 'suspended');
  clock.advance(1_000);
  expect(await accounts.closed(new Set(['AC2']))).toEqual(new Set(['AC2']));
});
