/**
 * Where messages stood in their list before they were removed. A client that deletes what it walks over asks for the
 * page after a message that is gone, and its sid alone tells when that was made, not when it was sent: what was sent
 * in between would be left out. Kept in memory, as nothing of a removed message stays on disk; a node that does not
 * know the place falls back on the sid.
 */
const MOST_PLACES = 10_000;

export class RemovedPlaces {
  readonly #places = new Map<string, number>();

  /** `listedAt`: epoch ms by which the message was listed. */
  remember(sid: string, listedAt: number): void {
    const [oldest] = this.#places.keys();
    if (oldest !== undefined && this.#places.size >= MOST_PLACES) this.#places.delete(oldest);
    this.#places.set(sid, listedAt);
  }

  of(sid: string): number | undefined {
    return this.#places.get(sid);
  }
}
