/** Waits that end early when their room closes. */
import type { Clock } from '../domain/clock.ts';

export interface Naps {
  /** Resolves after `ms`, or at once when the room closes. Answers whether the room is still open. */
  nap(ms: number): Promise<boolean>;
  /** The room closes: everybody wakes, and nobody sleeps again. */
  end(): void;
}

export function makeNaps(clock: Clock): Naps {
  const asleep = new Set<() => void>();
  let ended = false;
  return {
    nap(ms) {
      if (ended || ms <= 0) return Promise.resolve(!ended);
      return new Promise((resolve) => {
        const wake = () => {
          cancel();
          asleep.delete(wake);
          resolve(!ended);
        };
        const cancel = clock.after(ms, wake);
        asleep.add(wake);
      });
    },
    end() {
      ended = true;
      for (const wake of [...asleep]) wake();
    },
  };
}
