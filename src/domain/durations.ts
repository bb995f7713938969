/** Durations by logarithmic bins: percentiles of any range add up, and a duration costs an addition. */

/** From 1 ms up to a day, each a quarter wider than the one before: a percentile is off by some 12 %. */
const WIDTH = Math.log(1.25);
const BINS = 84;

export class Durations {
  readonly #bins = new Uint32Array(BINS);
  #count = 0;

  add(ms: number): void {
    const bin = ms <= 1 ? 0 : Math.min(BINS - 1, Math.floor(Math.log(ms) / WIDTH) + 1);
    this.#bins[bin] = (this.#bins[bin] ?? 0) + 1;
    this.#count += 1;
  }

  merge(other: Durations): void {
    for (let bin = 0; bin < BINS; bin += 1) this.#bins[bin] = (this.#bins[bin] ?? 0) + (other.#bins[bin] ?? 0);
    this.#count += other.#count;
  }

  /** In milliseconds, the middle of its bin; `null`: there was none. `share` from 0 to 1. */
  percentile(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.ceil(share * this.#count);
    let seen = 0;
    for (let bin = 0; bin < BINS; bin += 1) {
      seen += this.#bins[bin] ?? 0;
      if (seen >= rank) return bin === 0 ? 1 : Math.exp((bin - 0.5) * WIDTH);
    }
    return null;
  }
}
