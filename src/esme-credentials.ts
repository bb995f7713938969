/** Binds by SID: the account or the API key behind one, and whether what it was made with is good still. */
import type { Clock } from './domain/clock.ts';
import { isSid } from './domain/sid.ts';
import { ESME_DEFAULTS } from './esme/settings.ts';
import type { Admission } from './esme/sign-in.ts';
import { hashSecret, KEYS, matchCredentials } from './http/credentials.ts';
import { canonicalSid } from './http/sids.ts';
import type { Account } from './store/directory.ts';
import type { Store } from './store/store.ts';

export interface EsmeCredentialsParts {
  store: Pick<Store, 'account' | 'document'>;
  clock: Pick<Clock, 'monotonic'>;
  openToken: (sealed: string) => string;
  sealToken: (token: string) => string;
}

/** How long a bind is believed; also the longest a deleted key or a replaced token goes unnoticed. */
const BELIEVED_MS = 1_000;

/** In whatever case the SID came; receipts are addressed to its canonical form. `null`: the two are not a pair. */
export function admitBySid(parts: EsmeCredentialsParts) {
  const decoy = parts.sealToken('0'.repeat(32));

  return async (username: string, password: string): Promise<Admission | null> => {
    const name = canonicalSid(username);
    const matched = await matchCredentials(parts, { username: name, password }, decoy);
    if (!isOpen(matched?.account)) return null;
    // A bind lasts for weeks: of its secret no more is kept than tells it from another.
    const secretHash = hashSecret(password);
    const holds = believed(parts.clock, () => isStillGood(parts, name, secretHash));
    return { user: { ...ESME_DEFAULTS, name, accountSid: matched.account.sid }, holds };
  };
}

async function isStillGood({ store, openToken }: EsmeCredentialsParts, sid: string, secretHash: string) {
  if (isSid(sid, 'SK')) {
    const key = await store.document(KEYS.accountSid, KEYS.kind, sid);
    return key?.properties.secret_sha256 === secretHash && isOpen(await store.account(key.parentSid));
  }
  const account = await store.account(sid);
  if (!isOpen(account)) return false;
  // Opened, not compared as they are sealed: a token that is sealed anew is the same token.
  const sealed = [account.sealedToken, account.secondToken?.sealed];
  return sealed.some((one) => one !== undefined && hashSecret(openToken(one)) === secretHash);
}

function isOpen<T extends Pick<Account, 'status'>>(account: T | null | undefined): account is T {
  return !!account && account.status !== 'closed';
}

/** Who asks at the same time shares a read. One that failed says nothing and is not kept. */
function believed(clock: Pick<Clock, 'monotonic'>, read: () => Promise<boolean>): () => Promise<boolean> {
  let last: Promise<boolean> | null = null;
  let until = 0;
  return () => {
    if (last !== null && clock.monotonic() < until) return last;
    const mine = read();
    last = mine;
    until = clock.monotonic() + BELIEVED_MS;
    mine.catch(() => {
      if (last === mine) last = null;
    });
    return mine;
  };
}
