/**
 * The wait that makes an opt-out a promise (S5). Whatever is claimed after an opt-out is stopped by the claim itself;
 * what was claimed before it may still be handed over. So nobody is told that the opt-out holds, neither carrier nor
 * caller, until those works are settled, on whichever node they are.
 */
import type { Clock } from '../domain/clock.ts';
import type { ClaimedWork } from '../store/inbound-shapes.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';

/** Resolves when none of these works is claimed any more; rejects when that takes too long. */
export type Drain = (works: ClaimedWork[]) => Promise<void>;

const POLL_MS = 50;
/** Less than a carrier waits for its answer. It repeats what it got none for, and then is waited for again. */
const LIMIT_MS = 5_000;

export function makeDrain({ store, clock }: { store: Pick<Store, 'stillClaimed'>; clock: Clock }): Drain {
  return async (works) => {
    const until = clock.monotonic() + LIMIT_MS;
    for (let left = works; left.length > 0; ) {
      left = await store.stillClaimed(left, clock.now());
      if (left.length === 0) return;
      if (clock.monotonic() >= until) {
        throw new StoreUnavailable(`${left.length} sends to somebody who opted out are still under way`);
      }
      await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve));
    }
  };
}
