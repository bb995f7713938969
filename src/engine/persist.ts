/**
 * Writes that must not be lost while the store is gone: what a carrier or a receiver has answered is known here alone
 * until it is recorded, and without it the same would be sent again. Who writes keeps its place meanwhile, so what
 * waits is bounded by what may be in flight.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { StoreUnavailable } from '../store/store.ts';
import { makeNaps } from './naps.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 2_000;

export interface Persist {
  /**
   * The value of `write`, tried again while the store is gone; `null` when that lasts until `untilMonotonic`, as the
   * work is then somebody else's. Any other error is passed on.
   */
  <T>(write: () => Promise<T>, untilMonotonic: number): Promise<T | null>;
  /** Nobody waits any longer: each write gets one last try. */
  end(): void;
}

export function makePersist({ clock, observe, where }: { clock: Clock; observe: Observer; where: string }): Persist {
  const naps = makeNaps(clock);
  let ended = false;

  const persist = async <T>(write: () => Promise<T>, untilMonotonic: number): Promise<T | null> => {
    for (let waitMs = FIRST_WAIT_MS, told = false; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
      const isLast = ended;
      try {
        return await write();
      } catch (error) {
        if (!(error instanceof StoreUnavailable)) throw error;
        const isOver = isLast || clock.monotonic() + waitMs > untilMonotonic;
        if (isOver) fault(new Error('Not recorded: the store was gone until the lease was over', { cause: error }));
        else if (!told) fault(error);
        if (isOver) return null;
        told = true;
        await naps.nap(waitMs);
      }
    }
  };

  function fault(error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  return Object.assign(persist, {
    end() {
      ended = true;
      naps.end();
    },
  });
}
