/**
 * The wait that makes an opt-out a promise (S5). Whatever is claimed after an opt-out is stopped by the claim itself;
 * what was claimed before it may still be handed over. So nobody is told that the opt-out holds, neither carrier nor
 * caller, until those works are settled, on whichever node they are. Everybody who waits asks by one read.
 */
import type { Clock } from '../domain/clock.ts';
import type { ClaimedWork } from '../store/inbound-shapes.ts';
import { type Store, StoreUnavailable } from '../store/store.ts';

/** Resolves when none of these works is claimed any more; rejects when that takes too long. */
export type Drain = (works: ClaimedWork[]) => Promise<void>;

const POLL_MS = 50;
/** Less than a carrier waits for its answer. It repeats what it got none for, and then is waited for again. */
const LIMIT_MS = 5_000;

interface Waiting {
  works: ClaimedWork[];
  /** Monotonic. */
  until: number;
  resolve(): void;
  reject(reason: unknown): void;
}

export function makeDrain({ store, clock }: { store: Pick<Store, 'stillClaimed'>; clock: Clock }): Drain {
  const waiting = new Set<Waiting>();
  let isPolling = false;

  async function poll(): Promise<void> {
    while (waiting.size > 0) {
      await new Promise<void>((resolve) => void clock.after(POLL_MS, resolve));
      const asked = [...waiting];
      try {
        const left = await store.stillClaimed(
          asked.flatMap(({ works }) => works),
          clock.now(),
        );
        const open = new Set(left.map(nameOf));
        for (const one of asked) judge(one, open);
      } catch (error) {
        for (const one of asked) {
          waiting.delete(one);
          one.reject(error);
        }
      }
    }
    isPolling = false;
  }

  function judge(one: Waiting, open: Set<string>): void {
    one.works = one.works.filter((work) => open.has(nameOf(work)));
    const count = one.works.length;
    if (count > 0 && clock.monotonic() < one.until) return;
    waiting.delete(one);
    if (count === 0) one.resolve();
    else one.reject(new StoreUnavailable(`${count} sends to somebody who opted out are still under way`));
  }

  return async (claimed) => {
    if (claimed.length === 0) return;
    const until = clock.monotonic() + LIMIT_MS;
    // Mostly there is nothing left by now, and nobody waits for the next poll.
    const works = await store.stillClaimed(claimed, clock.now());
    if (works.length === 0) return;
    await new Promise<void>((resolve, reject) => {
      waiting.add({ works, until, resolve, reject });
      if (isPolling) return;
      isPolling = true;
      void poll();
    });
  };
}

function nameOf({ accountSid, workId, attempt }: ClaimedWork): string {
  return `${accountSid} ${workId} ${attempt}`;
}
