/**
 * Long messages whose parts have been waited for long enough, and those whose taking in was cut short by a crash. They
 * fall due like any work.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { JoiningWork } from '../store/inbound-shapes.ts';
import type { Store } from '../store/store.ts';
import type { Inbound } from './inbound.ts';
import { Loop } from './loop.ts';
import type { NodeMembership } from './membership.ts';

export interface JoiningsParts {
  store: Pick<Store, 'claimJoinings' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term'>;
  inbound: Pick<Inbound, 'takeJoining'>;
  clock: Clock;
  observe: Observer;
  settings: { batch: number; leaseMs: number; pollMs: number };
}

export function makeJoinings(parts: JoiningsParts): Loop<JoiningWork> {
  const { store, clock, membership, settings } = parts;
  const onFault = (where: string, error: unknown) => parts.observe({ type: 'fault', at: clock.now(), where, error });
  return new Loop<JoiningWork>({
    name: 'joinings',
    clock,
    async claim(limit) {
      const term = membership.term();
      if (term === null) return [];
      return store.claimJoinings({ owner: term.owner, limit, leaseMs: settings.leaseMs }, clock.now());
    },
    async run(works) {
      // What cannot be taken in now is due again when its lease is over.
      const taken = await Promise.allSettled(works.map((work) => parts.inbound.takeJoining(work)));
      for (const one of taken) if (one.status === 'rejected') onFault('joinings: take in', one.reason);
    },
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('joining')),
    maxInFlight: settings.batch,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault,
  });
}
