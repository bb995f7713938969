/**
 * A bounded map in two generations: when the young one is full it becomes the old one, and the old one is forgotten. So
 * it holds the last `size` that were set or asked for, up to twice as many, without the bookkeeping of a true LRU.
 */
export class Generations<Key, Value> {
  readonly #size: number;
  #young = new Map<Key, Value>();
  #old = new Map<Key, Value>();

  constructor(size: number) {
    this.#size = size;
  }

  /** What is asked for stays. */
  get(key: Key): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: Key, value: Value): void {
    if (this.#young.size >= this.#size) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  /** How many it holds, those counted twice that stand in both. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
