/** What keeps a node from being called ready. */
import type { Clock } from './domain/clock.ts';
import { type Store, StoreUnavailable } from './store/store.ts';

/** How long a refused write keeps this node from being called ready. */
const TROUBLE_MS = 5_000;

/**
 * Remembers for a while that the store could not write, for `/readyz`: a full disk still answers reads. Not for longer,
 * as a node nobody sends to has no other way to show that it can write again.
 */
export function makeTrouble(clock: Clock) {
  let last: { text: string; until: number } | null = null;
  return {
    async watch<T>(write: Promise<T>): Promise<T> {
      try {
        const value = await write;
        last = null;
        return value;
      } catch (error) {
        if (error instanceof StoreUnavailable) last = { text: error.message, until: clock.monotonic() + TROUBLE_MS };
        throw error;
      }
    },
    why: () => (last && last.until > clock.monotonic() ? last.text : null),
  };
}

/** Why the store cannot even be read, or `null`. */
export async function storeTrouble(store: Store): Promise<string | null> {
  try {
    await store.nextDueAt('send');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
