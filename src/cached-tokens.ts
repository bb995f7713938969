import type { Clock } from './domain/clock.ts';
import type { Store } from './store/store.ts';

/** A token read within this time is not unsealed again; a rotated one is known everywhere after it. */
const TOKEN_CACHE_MS = 1_000;

/** Tokens by account, opened when they are needed. Rejects for an account that there is not. */
export function cachedTokens(store: Store, clock: Clock, open: (sealed: string) => string) {
  const known = new Map<string, { token: string; until: number }>();
  return async (accountSid: string): Promise<string> => {
    const cached = known.get(accountSid);
    if (cached && cached.until > clock.monotonic()) return cached.token;
    const account = await store.account(accountSid);
    if (!account) throw new Error(`No account ${accountSid}, although it owns a message`);
    const token = open(account.sealedToken);
    known.set(accountSid, { token, until: clock.monotonic() + TOKEN_CACHE_MS });
    return token;
  };
}
