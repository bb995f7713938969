/** When paced sends are claimed and when they start: the clock's side of `lane-guard.ts`. */
import type { Clock } from '../domain/clock.ts';
import type { Lane } from '../store/store.ts';
import { LaneGuard } from './lane-guard.ts';

/** Holds sends until they may start. Slots are epoch milliseconds, as the store gives them. */
export class Pacer<T> {
  readonly #clock: Clock;
  readonly #start: (items: T[]) => void;
  readonly #guard = new LaneGuard<T>();
  #cancel: (() => void) | null = null;

  /** `start` hands items over before it returns. */
  constructor(clock: Clock, start: (items: T[]) => void) {
    this.#clock = clock;
    this.#start = start;
  }

  /** Call `go` when all of a batch are added. */
  add(item: T, lane: Lane, slotAt: number): void {
    const now = this.#clock.monotonic();
    this.#guard.add(item, lane, now + slotAt - this.#clock.now(), now);
  }

  /** Starts what may start, and comes again when the next may. */
  go(): void {
    this.#cancel?.();
    this.#cancel = null;
    const ready = this.#guard.release(this.#clock.monotonic());
    if (ready.length > 0) this.#start(ready);
    this.#guard.handedOver(this.#clock.monotonic());
    const next = this.#guard.nextAt();
    if (next !== null) this.#cancel = this.#clock.after(next - this.#clock.monotonic(), () => this.go());
  }

  /** Lanes whose slots should follow, of those whose next slot begins within `aheadMs`. */
  late(aheadMs: number): { key: string; freeAt: number }[] {
    const now = this.#clock.monotonic();
    const late = this.#guard.late(now, aheadMs);
    return late.map(({ key, freeAt }) => ({ key, freeAt: Math.ceil(this.#clock.now() + freeAt - now) }));
  }

  /** Takes out everything that waits, unsent. */
  clear(): T[] {
    this.#cancel?.();
    this.#cancel = null;
    return this.#guard.clear();
  }
}

/** A claim that takes longer met an outage; how far to claim ahead is not learned from that. */
const LONGEST_CLAIM_MS = 400;

/** How far ahead of a due time claiming begins. Where commits are slow, slots would pass unused otherwise. */
export class ClaimAhead {
  readonly #leastMs: number;
  /** What claims have taken lately: up at once, down slowly. */
  #claimMs = 0;

  constructor(leastMs: number) {
    this.#leastMs = leastMs;
  }

  /** A claim has taken so long. */
  learn(tookMs: number): void {
    const ms = Math.min(tookMs, LONGEST_CLAIM_MS);
    this.#claimMs = ms > this.#claimMs ? ms : this.#claimMs * 0.95 + ms * 0.05;
  }

  /** Time for the claim's commit, before the first slot it is made for. */
  get wakeMs(): number {
    return Math.ceil(Math.max(this.#leastMs, this.#claimMs * 1.5));
  }

  /** How far ahead slots are claimed: so far that the next claim comes in time for those behind. */
  get lookMs(): number {
    return 2 * this.wakeMs + 10;
  }
}
