import type { Outcome } from '../connectors/connector.ts';

/** What became of one claimed send. */
export interface Met<C> {
  claimed: C;
  outcome: Outcome;
}

/**
 * Outcomes on their way to the store, each as soon as it is known: a submission without an answer must keep none of
 * those beside it from being written down, for what is not may go out twice after a crash (H2). What comes while
 * something is being written is written together after it.
 */
export class OutcomeBook<C> {
  readonly #write: (some: Met<C>[]) => Promise<void>;
  #open: { met: Met<C>; written: () => void }[] = [];
  #isWriting = false;

  /** `write` never rejects. */
  constructor(write: (some: Met<C>[]) => Promise<void>) {
    this.#write = write;
  }

  /** Resolves when it is written. */
  add(met: Met<C>): Promise<void> {
    return new Promise((written) => {
      this.#open.push({ met, written });
      if (this.#isWriting) return;
      this.#isWriting = true;
      // What becomes known in one turn is one batch.
      queueMicrotask(() => void this.#writeAll());
    });
  }

  async #writeAll(): Promise<void> {
    while (this.#open.length > 0) {
      const some = this.#open;
      this.#open = [];
      await this.#write(some.map(({ met }) => met));
      for (const { written } of some) written();
    }
    this.#isWriting = false;
  }
}
