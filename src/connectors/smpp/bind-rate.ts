import type { Clock } from '../../domain/clock.ts';

/** Late timers may be caught up with by so much; more would be a burst. */
const CATCH_UP_MS = 50;
const SECOND_MS = 1_000;

/**
 * The rate of one bind, in memory (house 5): never more than `ratePerSecond` in any second that slides, spread evenly
 * within it, and pauses that a throttled bind is given. Monotonic.
 */
export class BindRate {
  readonly #clock: Clock;
  readonly #intervalMs: number;
  /** The last writes, as many as may be in `#spanMs`. */
  readonly #sent: number[] = [];
  readonly #most: number;
  readonly #spanMs: number;
  #nextAt = Number.NEGATIVE_INFINITY;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #at = 0;

  constructor(clock: Clock, ratePerSecond: number | null) {
    this.#clock = clock;
    this.#intervalMs = ratePerSecond === null ? 0 : SECOND_MS / ratePerSecond;
    this.#most = ratePerSecond === null ? 0 : Math.max(1, Math.floor(ratePerSecond));
    this.#spanMs = Math.max(SECOND_MS, this.#most * this.#intervalMs);
  }

  /** Milliseconds until the next write may be; 0: now. */
  waitMs(): number {
    const now = this.#clock.monotonic();
    let from = Math.max(this.#pausedUntil, this.#nextAt);
    if (this.#most > 0 && this.#sent.length === this.#most) {
      from = Math.max(from, (this.#sent[this.#at] ?? 0) + this.#spanMs);
    }
    return Math.max(0, Math.ceil(from - now));
  }

  /** A PDU was written. */
  take(): void {
    if (this.#most === 0) return;
    const now = this.#clock.monotonic();
    this.#nextAt = Math.max(this.#nextAt, now - CATCH_UP_MS) + this.#intervalMs;
    this.#sent[this.#at] = now;
    this.#at = (this.#at + 1) % this.#most;
  }

  /** What is left of its pause. */
  get pausedMs(): number {
    return Math.max(0, Math.ceil(this.#pausedUntil - this.#clock.monotonic()));
  }

  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#clock.monotonic() + ms);
  }
}
