import type { Clock } from '../../domain/clock.ts';

export type Answer =
  | { kind: 'answered'; commandStatus: number; messageId: string }
  /** In time there was none. */
  | { kind: 'silent' }
  | { kind: 'lost'; why: string };

interface Waiting {
  done: (answer: Answer) => void;
  cancel: () => void;
}

/** Submits that were given up on this connection and may yet be answered. */
const MOST_LATE = 1_000;

/**
 * The submits of one connection that have no answer. Each is told once: its answer, or that there was none in time, or
 * that the connection is gone. Those without one in time are kept for a while, as their answers may come late.
 */
export class Unanswered {
  readonly #clock: Clock;
  readonly #responseMs: number;
  readonly #onMoved: () => void;
  readonly #waiting = new Map<number, Waiting>();
  readonly #late = new Map<number, (answer: Answer) => void>();

  constructor(clock: Clock, responseMs: number, onMoved: () => void) {
    this.#clock = clock;
    this.#responseMs = responseMs;
    this.#onMoved = onMoved;
  }

  get size(): number {
    return this.#waiting.size;
  }

  add(sequence: number, done: (answer: Answer) => void): void {
    const cancel = this.#clock.after(this.#responseMs, () => {
      this.#waiting.delete(sequence);
      if (this.#late.size >= MOST_LATE) this.#late.delete(this.#late.keys().next().value ?? 0);
      this.#late.set(sequence, done);
      done({ kind: 'silent' });
      this.#onMoved();
    });
    this.#waiting.set(sequence, { done, cancel });
  }

  /** It was not written after all. */
  forget(sequence: number): void {
    this.#waiting.get(sequence)?.cancel();
    this.#waiting.delete(sequence);
  }

  /** `false`: nobody asked. */
  answer(sequence: number, answer: Answer): boolean {
    const late = this.#late.get(sequence);
    if (late) {
      this.#late.delete(sequence);
      late(answer);
      return true;
    }
    const waiting = this.#waiting.get(sequence);
    if (!waiting) return false;
    this.forget(sequence);
    waiting.done(answer);
    this.#onMoved();
    return true;
  }

  lose(why: string): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#late.clear();
    for (const { done, cancel } of all) {
      cancel();
      done({ kind: 'lost', why });
    }
  }
}
