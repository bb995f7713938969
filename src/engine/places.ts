/**
 * Places in a loop that slow jobs give to others: whoever is under way for longer than a second gives its place away,
 * so hanging receivers cannot use up the places (C3: with 5 % hanging, a second of arrivals is all they ever hold).
 * How many such jobs there may be is bounded as well.
 */
import type { Clock } from '../domain/clock.ts';

interface Place {
  since: number;
  isOverdue: boolean;
  isLeft: boolean;
  free(): void;
}

export const OVERDUE_MS = 1_000;
/** Most slow jobs, for each place of a loop. */
export const OVERDUE_PER_PLACE = 4;
const SWEEP_MS = 250;

export class Places {
  readonly #clock: Clock;
  readonly #mostOverdue: number;
  /** Jobs that hold a place, oldest first. */
  readonly #quick = new Set<Place>();
  #overdue = 0;
  #cancelSweep: (() => void) | null = null;

  constructor(clock: Clock, mostOverdue: number) {
    this.#clock = clock;
    this.#mostOverdue = mostOverdue;
  }

  /**
   * A job that was claimed at `since` (monotonic) begins; `free` gives its place back, and is called once. Answers what
   * its end is told with, or that it needs no place any longer; only the first time counts.
   */
  take(since: number, free: () => void): () => void {
    const place: Place = { since, isOverdue: false, isLeft: false, free };
    this.#quick.add(place);
    this.#sweepLater();
    return () => {
      if (place.isLeft) return;
      place.isLeft = true;
      this.#quick.delete(place);
      if (place.isOverdue) this.#overdue -= 1;
      else place.free();
      if (this.#quick.size > 0) return;
      this.#cancelSweep?.();
      this.#cancelSweep = null;
    };
  }

  #sweepLater(): void {
    if (this.#cancelSweep || this.#quick.size === 0) return;
    this.#cancelSweep = this.#clock.after(SWEEP_MS, () => {
      this.#cancelSweep = null;
      const since = this.#clock.monotonic() - OVERDUE_MS;
      for (const place of this.#quick) {
        if (place.since > since || this.#overdue >= this.#mostOverdue) break;
        this.#quick.delete(place);
        this.#overdue += 1;
        place.isOverdue = true;
        place.free();
      }
      this.#sweepLater();
    });
  }
}
