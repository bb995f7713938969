import type { Account, AccountChange, AccountChanged } from './directory.ts';

/** What a change makes of an account, for both engines: they read and write it in one transaction, under its lock. */
export function changedAccount(
  present: Account | null,
  { set, expected = {} }: AccountChange,
  now: number,
): AccountChanged {
  if (present === null) return { kind: 'missing' };
  const isOther =
    present.status === 'closed' ||
    (expected.status !== undefined && expected.status !== present.status) ||
    (expected.secondToken !== undefined && expected.secondToken !== (present.secondToken?.sealed ?? null));
  if (isOther) return { kind: 'differs', account: present };
  const { secondToken = present.secondToken, ...columns } = set;
  const { secondToken: _, ...rest } = present;
  const account: Account = { ...rest, ...columns, updatedAt: now };
  if (secondToken) account.secondToken = secondToken;
  return { kind: 'done', account };
}
