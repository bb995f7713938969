/** What every page may ask for: the session, and the account in view. */
import { useRouterState } from '@tanstack/react-router';
import { createContext, useContext } from 'react';
import type { Session } from '../api/session.ts';

export const SessionContext = createContext<Session | null>(null);

/** The session; there is one wherever a page stands. */
export function useSession(): Session {
  const session = useContext(SessionContext);
  if (session === null) throw new Error('A page stands outside the shell.');
  return session;
}

/** Whether this user may change things. Buttons that change are left out for a viewer. */
export function useMayChange(): boolean {
  const { user, needs_login } = useSession();
  return !needs_login || user?.role === 'operator';
}

/** SID of the account in view: the one in the address, else the server's first. */
export function useAccountSid(): string {
  const { default_account_sid } = useSession();
  const named = useRouterState({ select: (state) => (state.location.search as { account?: string }).account });
  return named ?? default_account_sid;
}
