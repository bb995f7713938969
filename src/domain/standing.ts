/** What an account may do: its own status, and that of the account it belongs to. */

export type Standing = 'active' | 'suspended' | 'closed';

interface Standed {
  sid: string;
  ownerSid: string;
  status: Standing;
}

/** A closed subaccount is shown to its parent for 30 days; then it is as if it had never been. */
export const CLOSED_SHOWN_MS = 30 * 86_400_000;

/**
 * The status in effect: a suspended parent suspends its subaccounts, a closed one closes them, whatever their own
 * says. `owner` may be `null` where there is none any more.
 */
export function standingOf(account: Standed, owner: Standed | null): Standing {
  if (account.status === 'closed' || account.ownerSid === account.sid) return account.status;
  if (owner === null || owner.status === 'closed') return 'closed';
  return owner.status === 'suspended' ? 'suspended' : account.status;
}

/** Whether a closed account is no longer shown. `updatedAt`: when it was closed, as nothing changes it after that. */
export function isForgotten(account: { status: Standing; updatedAt: number }, now: number): boolean {
  return account.status === 'closed' && now - account.updatedAt >= CLOSED_SHOWN_MS;
}
