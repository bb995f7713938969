import type { Clock } from '../../src/domain/clock.ts';

/** The real clock, so many times as fast: what waits for half a minute is waited for. Sockets stay as slow as they are. */
export class WarpedClock implements Clock {
  readonly #factor: number;
  readonly #since: number;
  readonly #start = performance.now();

  /** `since`: the epoch instant at which it was right; several processes that are given the same one agree. */
  constructor(factor: number, since = Date.now()) {
    this.#factor = factor;
    this.#since = since;
  }

  now(): number {
    return Math.round(this.#since + (Date.now() - this.#since) * this.#factor);
  }

  monotonic(): number {
    return (performance.now() - this.#start) * this.#factor;
  }

  after(delayMs: number, task: () => void): () => void {
    const timer = setTimeout(task, Math.min(2 ** 31 - 1, Math.max(0, delayMs / this.#factor)));
    return () => clearTimeout(timer);
  }
}
