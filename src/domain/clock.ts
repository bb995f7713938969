/** The one clock every room is handed. `now` is wall time, `monotonic` never steps back: leases and rates use it. */
export interface Clock {
  /** Epoch milliseconds. May step in either direction. */
  now(): number;
  /** Milliseconds since an arbitrary start; never steps back. */
  monotonic(): number;
  /** Runs `task` once after `delayMs`; returns a function that cancels it. */
  after(delayMs: number, task: () => void): () => void;
}

/** Timers beyond this fire at once in Node (a 32-bit limit), so the real clock caps them; callers poll anyway. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, task) {
    const timer = setTimeout(task, Math.min(Math.max(0, delayMs), LONGEST_TIMER_MS));
    return () => clearTimeout(timer);
  },
};

/**
 * A node's clock with its measured distance from the database's added, so that all nodes mean the same instant
 * (settled 27). Durations stay the node's own.
 */
export class OffsetClock implements Clock {
  /** Milliseconds; measured again and again, so `now` may step by the error of a measurement. */
  offsetMs = 0;
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    // Whole milliseconds: instants are integers everywhere.
    return this.#clock.now() + Math.round(this.offsetMs);
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, task: () => void): () => void {
    return this.#clock.after(delayMs, task);
  }
}

interface Timer {
  at: number;
  order: number;
  task: () => void;
}

/**
 * A clock that moves only when told to. Timers fire in (time, order of setting), each at its own instant, so a
 * chain of timers inside one `advance` sees the times it would have seen in reality.
 */
export class HandWoundClock implements Clock {
  #now: number;
  #monotonic = 0;
  #timers: Timer[] = [];
  #order = 0;

  constructor(startAt: number = Date.UTC(2026, 0, 1)) {
    this.#now = startAt;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(delayMs: number, task: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { at: this.#monotonic + Math.max(0, delayMs), order: this.#order, task };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How long until the next timer, in milliseconds; `null` when none is set. */
  untilNext(): number | null {
    const next = this.#earliest();
    return next ? Math.max(0, next.at - this.#monotonic) : null;
  }

  /** Moves both clocks forward, firing every timer that falls due on the way. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (let next = this.#earliest(); next && next.at <= end; next = this.#earliest()) {
      this.#move(next.at - this.#monotonic);
      const due = next;
      this.#timers = this.#timers.filter((other) => other !== due);
      due.task();
    }
    this.#move(end - this.#monotonic);
  }

  /** Steps wall time alone, as an operator or NTP would. */
  stepWall(ms: number): void {
    this.#now += ms;
  }

  #move(ms: number): void {
    if (ms <= 0) return;
    this.#now += ms;
    this.#monotonic += ms;
  }

  #earliest(): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (!first || timer.at < first.at || (timer.at === first.at && timer.order < first.order)) first = timer;
    }
    return first;
  }
}
