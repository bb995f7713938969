import type { Clock } from '../domain/clock.ts';

const ALLOWED = 20;
const WINDOW_MS = 10_000;
const MOST_ADDRESSES = 10_000;

/**
 * Who was wrong too often of late, by address. It is for the caller to see that nobody is shut out by it: behind a
 * proxy the one who guesses and the owner have one address.
 */
export class Failures {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #byAddress = new Map<string, { count: number; since: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  areTooMany(address: string): boolean {
    return (this.#recent(address)?.count ?? 0) >= ALLOWED;
  }

  count(address: string): void {
    const recent = this.#recent(address);
    if (recent) {
      recent.count += 1;
      return;
    }
    this.#byAddress.delete(address);
    if (this.#byAddress.size >= MOST_ADDRESSES) this.#byAddress.delete(this.#byAddress.keys().next().value ?? '');
    this.#byAddress.set(address, { count: 1, since: this.#clock.monotonic() });
  }

  #recent(address: string) {
    const known = this.#byAddress.get(address);
    return known && this.#clock.monotonic() - known.since < WINDOW_MS ? known : undefined;
  }
}
