/**
 * Results on their way to the store, each as soon as it is known: one that is slow must keep none of those beside it from
 * being written down, for what is not may go out twice after a crash (H2). One commit at a time; what comes meanwhile
 * makes the next group, so groups grow with the load and one alone waits for nobody.
 */
import { StoreUnavailable } from '../store/store.ts';

export class ResultBook<Item> {
  readonly #write: (group: Item[]) => Promise<void>;
  #open: Item[] = [];
  #isWriting = false;

  /** `write` settles every item, and never rejects. */
  constructor(write: (group: Item[]) => Promise<void>) {
    this.#write = write;
  }

  add(item: Item): void {
    this.#open.push(item);
    if (this.#isWriting) return;
    this.#isWriting = true;
    // What becomes known in one turn is one group.
    queueMicrotask(() => void this.#writeAll());
  }

  async #writeAll(): Promise<void> {
    while (this.#open.length > 0) {
      const group = this.#open;
      this.#open = [];
      await this.#write(group);
    }
    this.#isWriting = false;
  }
}

/**
 * What `write` answers for all of them. When it fails they are tried alone, so that one bad item cannot make all the
 * others be done again; `broken` says what becomes of one that fails alone. Rejects while the store is gone.
 */
export async function inOneGo<Item, Done>(
  items: Item[],
  write: (items: Item[]) => Promise<Done[]>,
  broken: (item: Item, error: unknown) => Promise<Done[]>,
): Promise<Done[]> {
  try {
    return await write(items);
  } catch (error) {
    if (error instanceof StoreUnavailable) throw error;
    const [only, ...others] = items;
    if (only === undefined || others.length === 0) return only === undefined ? [] : await broken(only, error);
    const alone = await Promise.allSettled(items.map((item) => inOneGo([item], write, broken)));
    return alone.flatMap((one) => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    });
  }
}
