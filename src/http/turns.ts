import { refuse } from '../domain/errors.ts';

/** So many at once; the others wait in their order, and are told to come again (429/20429) when too many wait. */
export class Turns {
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  constructor(most: number, mostWaiting: number) {
    this.#most = most;
    this.#mostWaiting = mostWaiting;
  }

  /** Resolves when one's turn has come, with what ends it. */
  async take(): Promise<() => void> {
    if (this.#busy < this.#most) this.#busy += 1;
    else {
      if (this.#waiting.length >= this.#mostWaiting) throw refuse(20429);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return () => this.#handOn();
  }

  /** The place goes to the next, so nobody can slip in between. */
  #handOn(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#busy -= 1;
  }
}
