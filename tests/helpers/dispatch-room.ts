/** The room that sends, over a store of rows and one carrier, at a clock of its own. */
import { afterEach, expect } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import type { PidgeEvent } from '../../src/domain/events.ts';
import { noFaults } from '../../src/domain/faults.ts';
import { type Dispatch, makeDispatch } from '../../src/engine/dispatch.ts';
import type { DispatchParts } from '../../src/engine/dispatch-parts.ts';
import type { Lane } from '../../src/store/store.ts';
import { StoppableClock, turns } from './fake-nodes.ts';
import { FakeSends, fakeConnector } from './fake-sends.ts';

export const LEASE_MS = 60_000;
const open: { dispatch: Dispatch; wound: HandWoundClock }[] = [];

/** Ends the rooms of a case, and sees that they leave no timer. */
afterEach(async () => {
  for (const { dispatch, wound } of open.splice(0)) {
    const stopped = dispatch.stop(0);
    wound.advance(0);
    await stopped;
    await turns();
    expect(wound.untilNext()).toBeNull();
  }
});

/** Has a room of a case end with it. `wound`: the clock that it runs by. */
export function endsWithCase(dispatch: Dispatch, wound: HandWoundClock): void {
  open.push({ dispatch, wound });
}

export function room(more: Partial<DispatchParts> & { maxInFlight?: number } = {}) {
  const wound = new HandWoundClock(0);
  const clock = new StoppableClock(wound);
  const store = new FakeSends();
  const events: PidgeEvent[] = [];
  const { connector, sent } = fakeConnector('sim', clock);
  const state = { term: { owner: 'me' }, isSure: true, isUp: true, suspended: new Set<string>() };
  const dispatch = makeDispatch({
    store,
    connectors: new Map([['sim', connector]]),
    membership: {
      term: () => (state.isSure ? state.term : null),
      holds: (term) => state.isSure && term === state.term,
    },
    accounts: { closed: () => state.suspended },
    attach: async () => new Map(),
    runs: () => state.isUp,
    except: () => (state.isUp ? [] : ['sim']),
    clock,
    observe: (event) => events.push(event),
    faults: noFaults,
    ringCallbacks: () => undefined,
    settings: {
      maxInFlight: more.maxInFlight ?? 100,
      batch: 50,
      leaseMs: LEASE_MS,
      pollMs: 5_000,
      wakeAheadMs: 10,
      chargeOf: () => 0,
      mmsCountries: ['US'],
      inDoubtHoldMs: 30_000,
    },
    ...more,
  });
  endsWithCase(dispatch, wound);
  const wind = async (ms: number, step = 50) => {
    for (let left = ms; left > 0; left -= step) {
      wound.advance(Math.min(step, left));
      await turns();
    }
  };
  const of = (type: PidgeEvent['type']) => events.filter((event) => event.type === type);
  return { wound, clock, store, events, connector, sent, state, dispatch, wind, of };
}

export const lane = (intervalMs: number, key = 'a'): Lane => ({
  key,
  intervalMicros: intervalMs * 1000,
  cost: 1,
  horizonMs: 60_000,
});
