/**
 * What keeps strangers from occupying the carriers' door: an address that was wrong often is not heard for a while,
 * unless it was right lately, since a proxy gives carriers and strangers one address; and bodies that nobody has
 * judged yet have so much room together and no more.
 */
import type { Clock } from '../domain/clock.ts';

const FAILURES_ALLOWED = 60;
const WINDOW_MS = 60_000;
const KNOWN_MS = 600_000;
const MOST_ADDRESSES = 10_000;
/** Bodies under way at once, together. */
const ROOM_BYTES = 67_108_864;

export class CarrierBrake {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #failures = new Map<string, { count: number; since: number }>();
  readonly #right = new Map<string, number>();
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  isOn(address: string): boolean {
    const failures = this.#failures.get(address);
    if (failures === undefined || failures.count < FAILURES_ALLOWED) return false;
    const rightAt = this.#right.get(address) ?? Number.NEGATIVE_INFINITY;
    return this.#since(failures.since) < WINDOW_MS && this.#since(rightAt) >= KNOWN_MS;
  }

  countWrong(address: string): void {
    const failures = this.#failures.get(address);
    if (failures && this.#since(failures.since) < WINDOW_MS) failures.count += 1;
    else remember(this.#failures, address, { count: 1, since: this.#clock.monotonic() });
  }

  countRight(address: string): void {
    remember(this.#right, address, this.#clock.monotonic());
  }

  /** `null`: there is no room for so much. Otherwise to be called when the body has been read or given up. */
  takeRoom(bytes: number): (() => void) | null {
    if (this.#bytes + bytes > ROOM_BYTES) return null;
    this.#bytes += bytes;
    let isTaken = true;
    return () => {
      if (isTaken) this.#bytes -= bytes;
      isTaken = false;
    };
  }

  #since(at: number): number {
    return this.#clock.monotonic() - at;
  }
}

function remember<Value>(map: Map<string, Value>, address: string, value: Value): void {
  map.delete(address);
  if (map.size >= MOST_ADDRESSES) map.delete(map.keys().next().value ?? '');
  map.set(address, value);
}
