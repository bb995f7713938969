/**
 * Whether an account has any opt-out at all, as of the last second: most have none, and then accepting a message asks
 * nothing. This process forgets it the moment it has recorded a change, before anybody is told of that; what another node
 * records shows here within a second, and meanwhile the claim stops what was accepted (S5). Records themselves are never
 * remembered.
 */
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/store.ts';
import type { OptOutReads } from './opt-outs.ts';

export interface OptOutPeek extends OptOutReads, Pick<Store, 'optOutsOf'> {
  hasNone(accountSid: string): boolean;
  /** Its opt-outs have just changed, and the change is committed. */
  forget(accountSid: string): void;
}

const KNOWN_MS = 1_000;
const MOST_KNOWN = 10_000;

interface Known {
  /** `null`: being read. */
  none: boolean | null;
  reading: Promise<boolean>;
  until: number;
}

export function makeOptOutPeek(parts: {
  store: Pick<Store, 'optOuts' | 'optOutScopes' | 'optOutsOf' | 'documents'>;
  clock: Pick<Clock, 'monotonic'>;
}): OptOutPeek {
  const { store, clock } = parts;
  const accounts = new Map<string, Known>();

  /** Read once, however many ask. Who forgets meanwhile leaves the answer to those alone who had asked before. */
  function look(accountSid: string): Promise<boolean> {
    const known = accounts.get(accountSid);
    if (known && (known.none === null || known.until > clock.monotonic())) return known.reading;
    const fresh: Known = { none: null, reading: Promise.resolve(false), until: 0 };
    fresh.reading = read(accountSid, fresh);
    if (accounts.size >= MOST_KNOWN) accounts.clear();
    accounts.set(accountSid, fresh);
    return fresh.reading;
  }

  async function read(accountSid: string, known: Known): Promise<boolean> {
    const until = clock.monotonic() + KNOWN_MS;
    try {
      const none = (await store.optOuts({ accountSid, limit: 1 })).length === 0;
      Object.assign(known, { none, until });
      return none;
    } catch (error) {
      if (accounts.get(accountSid) === known) accounts.delete(accountSid);
      throw error;
    }
  }

  return {
    hasNone(accountSid) {
      const known = accounts.get(accountSid);
      return known?.none === true && known.until > clock.monotonic();
    },
    async optOutScopes(accountSid, who) {
      return (await look(accountSid)) ? [] : store.optOutScopes(accountSid, who);
    },
    async optOutsOf(accountSid, who) {
      return (await look(accountSid)) ? [] : store.optOutsOf(accountSid, who);
    },
    documents: (query) => store.documents(query),
    forget: (accountSid) => void accounts.delete(accountSid),
  };
}
