/**
 * What statuses tell of messages that were written and not answered: each carries our key back, and so settles a doubt
 * without a second copy. In memory, and on the node that is told; elsewhere the doubt stays one.
 */
const MOST = 10_000;

export class Doubts {
  /** Ids by key; `null`: nothing has been told. */
  readonly #ids = new Map<string, string | null>();

  /** It is about to be written. The oldest are forgotten. */
  open(key: string): void {
    if (this.#ids.has(key)) return;
    if (this.#ids.size >= MOST) this.#ids.delete(this.#ids.keys().next().value ?? '');
    this.#ids.set(key, null);
  }

  /** It was answered. */
  close(key: string): void {
    this.#ids.delete(key);
  }

  told(key: string, id: string): void {
    if (this.#ids.has(key)) this.#ids.set(key, id);
  }

  idOf(key: string): string | null {
    return this.#ids.get(key) ?? null;
  }
}
