/** Who looks, and at what kind of server. */
import { useQuery } from '@tanstack/react-query';
import { admin, armClient } from './client.ts';
import { setServerClock } from './clock.ts';
import { queries } from './query.ts';

export interface Session {
  user: { name: string; role: 'operator' | 'viewer' } | null;
  needs_login: boolean;
  /** Why nobody can sign in; `null` where somebody can. */
  sign_in_note?: string | null;
  csrf: string;
  mode: 'dev' | 'serve';
  /** No message reaches a real person. */
  simulated: boolean;
  /** Whom messages reach; `nobody`: production without a carrier. */
  reach: 'people' | 'phones' | 'nobody';
  lenient: boolean;
  version: string;
  public_url: string;
  now: string;
  default_account_sid: string;
  /** Phones, faults and the clock are there. */
  test_side: boolean;
  /** How far ahead a message may be scheduled. */
  schedule_lead: { min_seconds: number; max_seconds: number };
}

const KEY = ['server', 'session'];

/** The session of this browser, asked for once and again when the server no longer knows it. */
export function useSessionQuery() {
  return useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => fetchSession(signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

async function fetchSession(signal?: AbortSignal): Promise<Session> {
  return arm(await admin<Session>('session', { signal }));
}

function arm(session: Session): Session {
  setServerClock(new Date(session.now).getTime());
  armClient(session.csrf, () => void queries.invalidateQueries({ queryKey: KEY }));
  return session;
}

/** Signs in; throws the server's refusal. `user` may be left out for the operator's own password. */
export async function signIn(user: string, password: string): Promise<void> {
  await admin('session', { method: 'POST', json: user === '' ? { password } : { user, password } });
  queries.setQueryData(KEY, await fetchSession());
}

/** Signs out and forgets every answer. */
export async function signOut(): Promise<void> {
  await admin('session', { method: 'DELETE' });
  queries.clear();
  location.assign('/');
}
