/** The accounts of this server, as the switcher and the pages need them. */
import { useQuery } from '@tanstack/react-query';
import { admin } from './client.ts';

export interface Account {
  sid: string;
  friendly_name: string;
  status: 'active' | 'suspended' | 'closed';
  type: string;
  owner_sid: string;
  /** Beside its first token: its rotation has begun. */
  has_second_token: boolean;
}

export const ACCOUNTS_KEY = ['server', 'accounts'];

/** Every account, oldest first. */
export function useAccounts(): Account[] {
  const { data } = useQuery({
    queryKey: ACCOUNTS_KEY,
    queryFn: ({ signal }) => admin<{ accounts: Account[] }>('accounts', { signal }),
    staleTime: 60_000,
  });
  return data?.accounts ?? [];
}

/** Whether this server has no such account; asked anew where the list at hand does not name it, as that may be old. */
export function useIsUnknown(sid: string): boolean {
  const listed = useAccounts();
  const isIn = (accounts: Account[]) => accounts.some((one) => one.sid.toLowerCase() === sid.toLowerCase());
  const { data } = useQuery({
    queryKey: [...ACCOUNTS_KEY, sid],
    queryFn: ({ signal }) => admin<{ accounts: Account[] }>('accounts', { signal }),
    enabled: listed.length > 0 && !isIn(listed),
  });
  return !isIn(listed) && data !== undefined && !isIn(data.accounts);
}
