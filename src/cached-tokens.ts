import type { Clock } from './domain/clock.ts';
import type { Store } from './store/store.ts';

/** A token read within this time is not unsealed again; one rotated by another node is known here after it. */
const TOKEN_CACHE_MS = 1_000;

export interface CachedTokens {
  /** The token of an account, opened when it is needed. Rejects for an account that there is not. */
  tokenOf(accountSid: string): Promise<string>;
  /** Its token has changed: what is asked for from here on is the new one. */
  forget(accountSid: string): void;
}

export function cachedTokens(
  store: Pick<Store, 'account'>,
  clock: Clock,
  open: (sealed: string) => string,
): CachedTokens {
  const known = new Map<string, { token: string; until: number }>();
  /** How often something was forgotten: what was read before that is not kept. */
  let changes = 0;

  return {
    async tokenOf(accountSid) {
      const cached = known.get(accountSid);
      if (cached && cached.until > clock.monotonic()) return cached.token;
      const before = changes;
      const account = await store.account(accountSid);
      if (!account) throw new Error(`No account ${accountSid}, although it owns a message`);
      const token = open(account.sealedToken);
      if (before === changes) known.set(accountSid, { token, until: clock.monotonic() + TOKEN_CACHE_MS });
      return token;
    },
    forget(accountSid) {
      changes += 1;
      known.delete(accountSid);
    },
  };
}
