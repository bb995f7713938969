import { HandWoundClock } from '../../src/domain/clock.ts';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { type MembershipParts, NodeMembership, type Term } from '../../src/engine/membership.ts';
import { FakeNodes, StoppableClock, turns } from './fake-nodes.ts';

export const SETTINGS = { leaseMs: 10_000, beatMs: 2_000, marginMs: 5_000, roles: ['dispatch'], connectors: ['smpp'] };

/** A node on a fake store, by a clock that is wound by hand and a process that can be stopped. */
export function membershipRoom(
  more: Partial<MembershipParts> = {},
  store = new FakeNodes(),
  wound = new HandWoundClock(),
) {
  const clock = new StoppableClock(wound);
  const events: PidgeEvent[] = [];
  const held: string[][] = [];
  let names = 0;
  let rings = 0;
  const name = `node${Math.random().toString(36).slice(2, 6)}`;
  const membership = new NodeMembership({
    store,
    clock,
    makeOwner: () => `${name}-${++names}`,
    measureClock: async () => undefined,
    onHeld: async (connectors) => void held.push(connectors),
    onWork: () => {
      rings += 1;
    },
    observe: (event) => events.push(event),
    settings: SETTINGS,
    ...more,
  });
  /** In steps, so that what a timer began can be answered before the next one. */
  const wind = async (ms: number) => {
    for (let left = ms; left > 0; left -= 500) {
      wound.advance(Math.min(500, left));
      await turns();
    }
  };
  const faults = () => events.filter((event) => event.type === 'fault').map((event) => event.where);
  const types = () => events.map((event) => event.type);
  return {
    membership,
    store,
    clock,
    wound,
    events,
    held,
    wind,
    faults,
    types,
    rings: () => rings,
    owner: (n: number) => `${name}-${n}`,
  };
}

/** The node's term; throws when it is not sure of it. */
export function present(membership: NodeMembership): Term {
  const term = membership.term();
  if (term === null) throw new Error('The node is not sure of its term');
  return term;
}
