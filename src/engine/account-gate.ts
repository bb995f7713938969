/** Which accounts may not send: suspended and closed ones, and those whose parent is. Asked before every hand-over, so what is known is kept for a second. */
import type { Clock } from '../domain/clock.ts';
import { standingOf } from '../domain/standing.ts';
import type { Store } from '../store/store.ts';
import { oneLook } from './one-look.ts';

export interface AccountGate {
  /** Those of `sids` that are suspended or closed. A promise only when one of them has to be looked up. */
  closed(sids: Set<string>): ReadonlySet<string> | Promise<ReadonlySet<string>>;
}

/** A suspension by another node shows within this time. */
const KNOWN_MS = 1_000;
const MOST_KNOWN = 10_000;

export function makeAccountGate({ store, clock }: { store: Pick<Store, 'account'>; clock: Clock }): AccountGate {
  const known = new Map<string, { isClosed: boolean; until: number }>();

  const look = oneLook(async (sid: string): Promise<void> => {
    const account = await store.account(sid);
    const isMain = account === null || account.ownerSid === account.sid;
    const owner = isMain ? account : await store.account(account.ownerSid);
    if (known.size >= MOST_KNOWN) known.clear();
    const isClosed = account !== null && standingOf(account, owner) !== 'active';
    known.set(sid, { isClosed, until: clock.monotonic() + KNOWN_MS });
  });

  function closedOf(sids: Set<string>): ReadonlySet<string> {
    return new Set([...sids].filter((sid) => known.get(sid)?.isClosed === true));
  }

  return {
    closed(sids) {
      const now = clock.monotonic();
      const unknown = [...sids].filter((sid) => !((known.get(sid)?.until ?? 0) > now));
      if (unknown.length === 0) return closedOf(sids);
      return Promise.all(unknown.map(look)).then(() => closedOf(sids));
    },
  };
}
