/**
 * The fence (H9): just before anything is handed to a carrier it is asked whether it is still this node's. A node that
 * slept past its lease, or lost a connector, hands over nothing; what it had claimed may be somebody else's by then.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { NodeMembership, Term } from './membership.ts';

/** What must be left of a work's lease when it is handed over. */
export const FENCE_MS = 5_000;

export interface FenceParts {
  connectors: ReadonlyMap<string, unknown>;
  membership: Pick<NodeMembership, 'holds'>;
  /** Whether a connector runs here and its sends are this node's. */
  runs: (connector: string) => boolean;
  /** Left out: none is. */
  isPaused?: (connector: string) => boolean;
  clock: Clock;
  observe: Observer;
}

/** What was claimed under this term; `sendUntil` (monotonic): the last instant at which it may be handed over. */
export interface Fenced {
  term: Term;
  sendUntil: number;
}

/** Divides claims of one connector into what may be handed over at this instant and what not. */
export function makeFence<Claim extends Fenced>(parts: FenceParts) {
  const { connectors, membership, runs, clock, observe } = parts;
  return (claims: Claim[], connector: string): { mine: Claim[]; lost: Claim[] } => {
    const now = clock.monotonic();
    const isElsewhere = connectors.has(connector) && !runs(connector);
    const isPaused = parts.isPaused?.(connector) ?? false;
    const mine: Claim[] = [];
    const lost: Claim[] = [];
    const reasons = new Set<string>();
    for (const claim of claims) {
      const why = !membership.holds(claim.term)
        ? 'this node is not sure that it is still alive to others'
        : isElsewhere
          ? 'the connector is not held here'
          : isPaused
            ? 'the connector is paused'
            : claim.sendUntil < now
              ? 'its lease is nearly over'
              : null;
      if (why !== null) reasons.add(why);
      (why === null ? mine : lost).push(claim);
    }
    if (lost.length > 0) {
      const why = [...reasons].join(', ');
      observe({ type: 'dispatch.dropped', at: clock.now(), connector, works: lost.length, why });
    }
    return { mine, lost };
  };
}
