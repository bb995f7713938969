/**
 * Sweeps away bytes that no message refers to any more: at the start, each minute, and whenever media were removed. The
 * file goes first and what the store knows of it last, so who dies in between leaves a file that is swept again. Several
 * nodes may do the same: what is gone is gone.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store } from '../store/store.ts';

export interface SweeperParts {
  store: Pick<Store, 'dyingBlobs' | 'forgetBlobs'>;
  blobs: Pick<BlobStore, 'remove'>;
  clock: Clock;
  observe: Observer;
}

export interface Sweeper {
  start(): void;
  /** Media were removed. */
  ring(): void;
  stop(): Promise<void>;
}

const ROUND_MS = 60_000;
const BATCH = 100;

export function makeSweeper({ store, blobs, clock, observe }: SweeperParts): Sweeper {
  let running: Promise<void> | null = null;
  let again = false;
  let stopped = true;
  let cancel = (): void => undefined;

  function ring(): void {
    if (stopped) return;
    again = true;
    running ??= rounds();
  }

  async function rounds(): Promise<void> {
    cancel();
    while (again && !stopped) {
      again = false;
      try {
        await sweep();
      } catch (error) {
        observe({ type: 'fault', at: clock.now(), where: 'sweep blobs', error });
      }
    }
    running = null;
    if (!stopped) cancel = clock.after(ROUND_MS, ring);
  }

  async function sweep(): Promise<void> {
    for (;;) {
      const keys = await store.dyingBlobs(BATCH, clock.now());
      if (keys.length === 0) return;
      for (const key of keys) await blobs.remove(key);
      await store.forgetBlobs(keys);
      if (keys.length < BATCH || stopped) return;
    }
  }

  return {
    start() {
      stopped = false;
      ring();
    },
    ring,
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
