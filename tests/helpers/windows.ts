/** Segments as their lane reckons them (settled 26): those of one message count an interval apart from its start. */
export interface Start {
  /** Milliseconds of a monotonic clock. */
  at: number;
  segments: number;
}

/** Instants are kept in microseconds. */
const ROUNDED_MS = 0.05;

/** Segments that begin less than a second after the one that is `most` before them: windows with more than `most`. */
export function windowsOver(starts: Start[], rate: number, most: number): number {
  const instants = starts.flatMap(({ at, segments }) =>
    Array.from({ length: segments }, (_, nth) => at + (nth * 1_000) / rate),
  );
  instants.sort((one, other) => one - other);
  return instants.filter((at, nth) => at - (instants[nth - most] ?? Number.NEGATIVE_INFINITY) < 1_000 - ROUNDED_MS)
    .length;
}

/** The most segments in one second, windows beginning at each of them. */
export function fullestWindow(starts: Start[], rate: number): number {
  let most = 0;
  while (windowsOver(starts, rate, most) > 0) most += 1;
  return most;
}

/** What was used of a rate between the first start and the last: 1 is all of it. */
export function shareUsed(starts: Start[], rate: number): number {
  const sorted = starts.toSorted((one, other) => one.at - other.at);
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (!first || !last || first === last) return 0;
  const used = sorted.slice(0, -1).reduce((sum, { segments }) => sum + segments, 0);
  return used / ((rate * (last.at - first.at)) / 1_000);
}
