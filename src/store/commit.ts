/**
 * Group commit, the calling side. While one group is being committed, calls gather; when its answer comes they leave
 * together as the next group, which is one message to the writer and one transaction. No timer: the size of a group
 * is whatever arrived while the disk was busy.
 */

/** A call to the writer: verb, `now`, arguments. */
export type Call = [verb: string, now: number, args: unknown[]];
/**
 * The writer's answer to one call: a value, or why it was rejected. Not an Error: copied between threads it would
 * lose its name.
 */
export type Answer = [value: unknown] | [value: null, error: Rejection];
export interface Rejection {
  name: string;
  message: string;
  stack?: string;
}

/** Keeps one group from growing without bound behind a stalled disk. */
const LARGEST_GROUP = 2_000;

interface Pending {
  call: Call;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class GroupCommit {
  readonly #post: (calls: Call[]) => void;
  readonly #revive: (rejection: Rejection) => Error;
  #waiting: Pending[] = [];
  #flying: Pending[] = [];
  #scheduled = false;
  #ended: Error | null = null;
  #onIdle: (() => void) | null = null;

  /** `revive` makes the error a caller sees out of what crossed the thread. */
  constructor(post: (calls: Call[]) => void, revive: (rejection: Rejection) => Error) {
    this.#post = post;
    this.#revive = revive;
  }

  /** Resolves with the writer's value once its transaction is durable. */
  call(verb: string, now: number, args: unknown[]): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call: [verb, now, args], resolve, reject });
      if (this.#flying.length > 0 || this.#scheduled) return;
      // Calls made in one go share a commit even when nothing is in flight.
      this.#scheduled = true;
      queueMicrotask(() => this.#send());
    });
  }

  /** One answer per call of the group in flight, in order. */
  answered(answers: Answer[]): void {
    const group = this.#flying;
    // The writer gets its next group before the callers get their turn: it should not stand idle meanwhile.
    this.#send();
    for (const [index, { resolve, reject }] of group.entries()) {
      const [value, error] = answers[index] ?? [null, { name: 'Error', message: 'The writer gave no answer' }];
      if (error) reject(this.#revive(error));
      else resolve(value);
    }
  }

  /** Rejects everything open and to come. */
  end(reason: Error): void {
    this.#ended ??= reason;
    const open = [...this.#flying, ...this.#waiting];
    this.#flying = [];
    this.#waiting = [];
    for (const { reject } of open) reject(this.#ended);
    this.#onIdle?.();
  }

  /** Takes no more calls, and resolves when all that were made are answered. */
  async drain(reason: Error): Promise<void> {
    this.#ended ??= reason;
    if (this.#flying.length === 0 && this.#waiting.length === 0) return;
    await new Promise<void>((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #send(): void {
    this.#scheduled = false;
    this.#flying = this.#waiting.splice(0, LARGEST_GROUP);
    if (this.#flying.length > 0) this.#post(this.#flying.map(({ call }) => call));
    else this.#onIdle?.();
  }
}
