/**
 * Quarantine (H6): a work that breaks its room. An exception of our own says nothing about whom the work is for, and the
 * end of its lease makes it due again, so it would be tried for ever. The third time it is given up: it ends as it would
 * have ended if the thing had failed, is told of here, and its room tells the account. Bad answers, busy carriers and a
 * store that is gone are none of this.
 *
 * The count is this process' own. (Rejected: a column that every claim raises and every settlement clears. It would count
 * each crash and each stop against whatever was claimed, and three restarts in a row would give up innocent messages.)
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { StoreUnavailable } from '../store/store.ts';

export const MOST_BROKEN = 3;
/** What a message fails with that was given up. */
export const BROKEN = 30008;
/** The same of something that is no message: our own fault, not the app's. */
export const INTERNAL = 12400;
/** For the owner of the account, who can do nothing about it. */
export const GIVEN_UP = `given up: it broke this server ${MOST_BROKEN} times, see its log`;
const COUNTS_KEPT = 10_000;

/** A work and what it is about. */
export interface Breaking {
  id: number | string;
  sid: string;
  accountSid: string;
}

export interface Quarantine {
  /** Tells of the fault. Answers whether the work is to be given up now. */
  broke(work: Breaking, where: string, error: unknown): boolean;
  /** What `task` makes of it; `null`: it broke, and `giveUp` was called if that was once too often. */
  attempt<Made>(work: Breaking, where: string, task: () => Made, giveUp: () => void): Made | null;
}

export function makeQuarantine({
  room,
  clock,
  observe,
}: {
  room: string;
  clock: Clock;
  observe: Observer;
}): Quarantine {
  const counts = new Map<number | string, number>();

  function broke({ id, sid, accountSid }: Breaking, where: string, error: unknown): boolean {
    const at = clock.now();
    observe({ type: 'fault', at, where, error });
    if (error instanceof StoreUnavailable) return false;
    const count = (counts.get(id) ?? 0) + 1;
    counts.delete(id);
    if (count >= MOST_BROKEN) {
      observe({ type: 'work.quarantined', at, room, sid, accountSid, why: wordsOf(error) });
      return true;
    }
    if (counts.size >= COUNTS_KEPT) counts.clear();
    counts.set(id, count);
    return false;
  }

  return {
    broke,
    attempt(work, where, task, giveUp) {
      try {
        return task();
      } catch (error) {
        if (broke(work, where, error)) giveUp();
        return null;
      }
    },
  };
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.name : typeof error;
}
