import type { Clock } from '../domain/clock.ts';

/**
 * The only loop: claim → run → settle, for every kind of work that falls due. It knows neither the work nor the
 * store, only when to ask. Three things make it ask: a ring after a commit, the instant the store names as the next
 * due one, and a poll as the truth when a ring was lost.
 */
export interface LoopOptions<T> {
  name: string;
  clock: Clock;
  /** Takes at most `limit` due items. */
  claim(limit: number): Promise<T[]>;
  /**
   * Works on claimed items and resolves when all are settled. It may call `done(n)` as soon as n of them no longer
   * need their place, so that one slow item does not hold the places of its whole batch.
   */
  run(items: T[], done: (count: number) => void): Promise<void>;
  /** When the next item may be touched (epoch ms), `null` when there is none. */
  nextDueAt(): Promise<number | null>;
  /** Places: nothing is claimed while this many items hold one. */
  maxInFlight: number;
  /** Most items of one claim. */
  batch: number;
  pollMs: number;
  /** A claim or a run that threw. After a claim the loop backs off, then goes on. */
  onFault(where: string, error: unknown): void;
}

/** A room that works by a loop, as the engine holds it. */
export interface LoopRoom {
  start(): void;
  /** There is work, now or at `dueAt` (epoch ms). */
  ring(dueAt?: number): void;
  idle(): Promise<void>;
  /** Whether all that was under way ended within `limitMs`. */
  stop(limitMs: number): Promise<boolean>;
}

/** Begins every item, and resolves when each has told its end. */
export function untilAllEnd<T>(items: T[], begin: (item: T, end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    let left = items.length;
    for (const item of items) {
      begin(item, () => {
        left -= 1;
        if (left === 0) resolve();
      });
    }
  });
}

/**
 * A row may be due and yet not claimable (the message's earlier callback is still out). The room rings when that
 * changes; until then such a row must not turn the loop into a spin.
 */
const UNCLAIMABLE_SLEEP_MS = 50;
const FIRST_BACKOFF_MS = 100;
const LONGEST_BACKOFF_MS = 5_000;

export class Loop<T> {
  readonly #options: LoopOptions<T>;
  #running = false;
  /** A pass is under way (or about to begin): rings only set `#again`. */
  #pumping = false;
  #again = false;
  /** The last pass ended for want of places: the next free place asks again. */
  #starved = false;
  #places = 0;
  #runs = 0;
  #claimed = 0;
  /** The store refused: nothing but the alarm asks again. */
  #backingOff = false;
  #backoffMs = 0;
  /** Earliest instant rung for while pumping: the pass may have asked the store for its next one before. */
  #rungFor = Number.POSITIVE_INFINITY;
  #wakeAt = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | null = null;
  #watchers: (() => void)[] = [];

  constructor(options: LoopOptions<T>) {
    this.#options = options;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.ring();
  }

  /** Says that something is due, now or at `dueAt` (epoch ms). Cheap: callers need not count their rings. */
  ring(dueAt?: number): void {
    if (!this.#running || this.#backingOff) return;
    if (dueAt !== undefined && dueAt > this.#options.clock.now()) {
      if (this.#pumping) this.#rungFor = Math.min(this.#rungFor, dueAt);
      else if (dueAt < this.#wakeAt) this.#sleepUntil(dueAt);
      return;
    }
    this.#again = true;
    if (this.#pumping) return;
    this.#pumping = true;
    // A microtask later: what commits together rings together and is claimed together.
    queueMicrotask(() => void this.#pump());
  }

  /** Claims no more; resolves when all that was claimed is settled, or after `limitMs`. Answers whether it was. */
  async stop(limitMs: number): Promise<boolean> {
    this.#running = false;
    this.#cancelSleep();
    let late = false;
    const cancel = this.#options.clock.after(limitMs, () => {
      late = true;
      this.#changed();
    });
    while (this.#busy() && !late) await this.#change();
    cancel();
    return !this.#busy();
  }

  /** Resolves when, at the present instant of the clock, nothing is due and nothing is in flight. For tests. */
  async idle(): Promise<void> {
    for (;;) {
      while (this.#busy()) await this.#change();
      if (!this.#running || this.#backingOff) return;
      const before = this.#claimed;
      this.ring();
      while (this.#busy()) await this.#change();
      if (this.#claimed === before) return;
    }
  }

  async #pump(): Promise<void> {
    try {
      while (this.#again && this.#running) await this.#pass();
    } catch (error) {
      this.#backingOff = true;
      this.#backoffMs = Math.min(LONGEST_BACKOFF_MS, Math.max(FIRST_BACKOFF_MS, this.#backoffMs * 2));
      this.#options.onFault(`${this.#options.name}: claim`, error);
      if (this.#running) this.#sleepFor(this.#backoffMs);
    }
    this.#pumping = false;
    // Rung for after the store had named its next one, perhaps after the alarm was set.
    this.ring(this.#rungFor);
    this.#changed();
  }

  /** Claims until there is nothing left or no place left, then sets the alarm. */
  async #pass(): Promise<void> {
    const { batch, maxInFlight } = this.#options;
    this.#cancelSleep();
    this.#rungFor = Number.POSITIVE_INFINITY;
    for (;;) {
      this.#again = false;
      this.#starved = this.#places >= maxInFlight;
      if (this.#starved || !this.#running) return;
      const limit = Math.min(batch, maxInFlight - this.#places);
      const items = await this.#options.claim(limit);
      this.#backoffMs = 0;
      if (items.length > 0) void this.#launch(items);
      if (items.length < limit && !this.#again) break;
    }
    const next = await this.#options.nextDueAt();
    // Rung meanwhile: another pass follows.
    if (this.#running && !this.#again) this.#sleepUntil(next ?? Number.POSITIVE_INFINITY);
  }

  async #launch(items: T[]): Promise<void> {
    let held = items.length;
    this.#claimed += held;
    this.#places += held;
    this.#runs += 1;
    const release = (count: number) => {
      const freed = Math.min(count, held);
      held -= freed;
      this.#places -= freed;
      if (freed === 0 || !this.#starved) return;
      this.#starved = false;
      this.ring();
    };
    try {
      await this.#options.run(items, release);
    } catch (error) {
      this.#options.onFault(`${this.#options.name}: run`, error);
    }
    this.#runs -= 1;
    release(held);
    this.#changed();
  }

  #sleepUntil(dueAt: number): void {
    const { clock, pollMs } = this.#options;
    const wait = dueAt - clock.now();
    this.#sleepFor(Math.min(pollMs, wait > 0 ? wait : UNCLAIMABLE_SLEEP_MS));
  }

  #sleepFor(ms: number): void {
    const { clock } = this.#options;
    this.#cancelSleep();
    this.#wakeAt = clock.now() + ms;
    this.#cancelTimer = clock.after(ms, () => {
      this.#cancelTimer = null;
      this.#wakeAt = Number.POSITIVE_INFINITY;
      this.#backingOff = false;
      this.ring();
    });
  }

  #cancelSleep(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#wakeAt = Number.POSITIVE_INFINITY;
  }

  #busy(): boolean {
    return this.#pumping || this.#runs > 0;
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#watchers.push(resolve));
  }

  #changed(): void {
    if (this.#watchers.length === 0) return;
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const wake of watchers) wake();
  }
}
