/**
 * The places of the dispatch loop by connector. One whose carrier is slow, or takes nothing, would otherwise come to sit
 * on all of them, and nobody else would send: where there are several, none has more than half (H8).
 */
export class Seats<T> {
  readonly #most: number;
  readonly #onRoom: () => void;
  readonly #taken = new Map<string, number>();
  readonly #seats = new Map<T, { connector: string; leave: () => void }>();

  /** `onRoom`: a connector that had its share has room again. */
  constructor(places: number, connectors: number, onRoom: () => void) {
    this.#most = connectors > 1 ? Math.ceil(places / 2) : Number.POSITIVE_INFINITY;
    this.#onRoom = onRoom;
  }

  /** Connectors that have their share, and get nothing more before they give something back. */
  full(): string[] {
    return [...this.#taken].filter(([, count]) => count >= this.#most).map(([connector]) => connector);
  }

  /** `leave` is told once, when the place is free. */
  take(item: T, connector: string, leave: () => void): void {
    this.#seats.set(item, { connector, leave });
    this.#taken.set(connector, (this.#taken.get(connector) ?? 0) + 1);
  }

  /** Any number of times. */
  free(item: T): void {
    const seat = this.#seats.get(item);
    if (!seat) return;
    this.#seats.delete(item);
    const left = (this.#taken.get(seat.connector) ?? 1) - 1;
    if (left === 0) this.#taken.delete(seat.connector);
    else this.#taken.set(seat.connector, left);
    seat.leave();
    if (left === this.#most - 1) this.#onRoom();
  }
}
