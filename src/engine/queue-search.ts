/**
 * Queues that are searched whole now and then, because nobody comes for what is in them: of connectors that rest, for
 * what has expired, which has to end within a minute (H6); of connectors that are away, for all that another can take.
 */
import type { Clock } from '../domain/clock.ts';

const SEARCH_MS = 20_000;

export interface SearchParts {
  clock: Pick<Clock, 'monotonic'>;
  /** Connectors with nobody there, and nobody else for what waits for them. */
  resting: () => string[];
  /** Connectors that others take over from. */
  away: () => string[];
}

type Kind = 'resting' | 'away';

export class QueueSearch {
  readonly #parts: SearchParts;
  /** What was searched through, and until when that will do. */
  readonly #searched: Record<Kind, { names: string; until: number }> = {
    resting: { names: '', until: 0 },
    away: { names: '', until: 0 },
  };

  constructor(parts: SearchParts) {
    this.#parts = parts;
  }

  /** As a claim asks for it; `null`: it is not time. */
  next(): { kind: Kind; which: { expiredOf: string[] } | { waitingOf: string[] } } | null {
    const waitingOf = this.#due('away');
    if (waitingOf.length > 0) return { kind: 'away', which: { waitingOf } };
    const expiredOf = this.#due('resting');
    return expiredOf.length > 0 ? { kind: 'resting', which: { expiredOf } } : null;
  }

  /** Nothing is left for now. */
  done(kind: Kind): void {
    const names = this.#parts[kind]().join('\n');
    this.#searched[kind] = { names, until: this.#parts.clock.monotonic() + SEARCH_MS };
  }

  #due(kind: Kind): string[] {
    const names = this.#parts[kind]();
    const { names: before, until } = this.#searched[kind];
    return names.join('\n') === before && this.#parts.clock.monotonic() < until ? [] : names;
  }
}
