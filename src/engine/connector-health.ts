/**
 * How the connectors of this node are. One that is not bound, or whose carrier could not be reached just now, rests:
 * its queue is left as it is, instead of being tried in vain. One that has been like this for long is away: then others
 * may carry what can go another way. Of connectors that run on other nodes nothing is known, so nothing is held
 * against them.
 */
import type { Connector, Outcome } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';

export interface HealthParts {
  connectors: ReadonlyMap<string, Connector>;
  /** Whether it runs on this node. */
  runs: (connector: string) => boolean;
  clock: Pick<Clock, 'monotonic'>;
  /** How long a connector may be down before others take over. */
  awayAfterMs: (connector: string) => number;
}

/** Instants of the monotonic clock. */
interface State {
  downSince: number;
  restsUntil: number;
  restMs: number;
}

/** The first rest of a connector without a connection of its own, and the longest: so often it is tried. */
const FIRST_REST_MS = 1_000;
const LONGEST_REST_MS = 15_000;

export class ConnectorHealth {
  readonly #parts: HealthParts;
  readonly #down = new Map<string, State>();

  constructor(parts: HealthParts) {
    this.#parts = parts;
  }

  /** There is nobody to hand anything to now. */
  isResting(name: string): boolean {
    const state = this.#look(name);
    return state !== null && this.#parts.clock.monotonic() < state.restsUntil;
  }

  /** For so long that others take over. */
  isAway(name: string): boolean {
    const state = this.#look(name);
    if (state === null) return false;
    const now = this.#parts.clock.monotonic();
    return now < state.restsUntil && now - state.downSince >= this.#parts.awayAfterMs(name);
  }

  /** What came of hand-overs. */
  heard(name: string, outcomes: readonly Outcome[]): void {
    const connector = this.#parts.connectors.get(name);
    if (outcomes.length === 0 || connector?.isBound !== undefined) return;
    if (outcomes.some(({ kind }) => kind !== 'unreachable')) {
      this.#down.delete(name);
      return;
    }
    const now = this.#parts.clock.monotonic();
    const state = this.#down.get(name) ?? { downSince: now, restsUntil: now, restMs: FIRST_REST_MS / 2 };
    // Batches that were under way together are one sign, not many.
    if (state.restsUntil > now) return;
    const restMs = Math.min(LONGEST_REST_MS, state.restMs * 2);
    this.#down.set(name, { downSince: state.downSince, restsUntil: now + restMs, restMs });
  }

  /** A connection speaks for itself; `null`: it is well, as far as is known. */
  #look(name: string): State | null {
    const { connectors, runs, clock } = this.#parts;
    const isBound = connectors.get(name)?.isBound;
    if (isBound === undefined) return this.#down.get(name) ?? null;
    if (isBound || !runs(name)) {
      this.#down.delete(name);
      return null;
    }
    const state = this.#down.get(name) ?? {
      downSince: clock.monotonic(),
      restsUntil: Number.POSITIVE_INFINITY,
      restMs: 0,
    };
    this.#down.set(name, state);
    return state;
  }
}
