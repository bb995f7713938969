/** Confirmations of keywords in the room of sends: what is the same as for messages, and what is not. */
import { describe, expect, it } from 'vitest';
import { endsWithCase, LEASE_MS } from '../../tests/helpers/dispatch-room.ts';
import { StoppableClock, turns } from '../../tests/helpers/fake-nodes.ts';
import { FakeSends, fakeConnector } from '../../tests/helpers/fake-sends.ts';
import type { Outcome, Submission } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { noFaults } from '../domain/faults.ts';
import { type Lane, StoreUnavailable } from '../store/store.ts';
import { makeDispatch } from './dispatch.ts';

function room() {
  const wound = new HandWoundClock(0);
  const clock = new StoppableClock(wound);
  const store = new FakeSends();
  const events: PidgeEvent[] = [];
  const { connector, sent } = fakeConnector('sim', clock);
  const submitted: Submission[] = [];
  const state = { outcome: null as Outcome | 'throws' | null, suspended: new Set<string>(), judged: [] as string[] };
  const term = { owner: 'me' };
  const dispatch = makeDispatch({
    store,
    connectors: new Map([
      [
        'sim',
        {
          ...connector,
          async send(batch: Submission[]) {
            submitted.push(...batch);
            if (state.outcome === 'throws') throw new Error('broken');
            const { outcome } = state;
            return outcome ? batch.map(() => outcome) : connector.send(batch);
          },
        },
      ],
    ]),
    membership: { term: () => term, holds: (one) => one === term },
    accounts: { closed: () => state.suspended },
    channels: {
      refusals: async (messages) => {
        state.judged.push(...messages.map(({ sid }) => sid));
        return new Map();
      },
    },
    attach: async () => new Map(),
    runs: () => true,
    except: () => [],
    clock,
    observe: (event) => events.push(event),
    faults: noFaults,
    ringCallbacks: () => undefined,
    settings: {
      ...{ maxInFlight: 100, batch: 50, leaseMs: LEASE_MS, pollMs: 5_000, wakeAheadMs: 10 },
      ...{ chargeOf: () => 0, mmsCountries: ['US'], inDoubtHoldMs: 30_000 },
    },
  });
  endsWithCase(dispatch, wound);
  const wind = async (ms: number, step = 50) => {
    for (let left = ms; left > 0; left -= step) {
      wound.advance(Math.min(step, left));
      await turns();
    }
  };
  const of = (type: PidgeEvent['type']) => events.filter((event) => event.type === type);
  return { wound, clock, store, state, sent, submitted, dispatch, wind, of };
}

describe('a confirmation', () => {
  it('leaves under a name of its own, without a receipt, and no channel judges it', async () => {
    const { store, state, submitted, dispatch, of } = room();
    store.add({ isNotice: true });
    store.add();
    dispatch.start();
    await dispatch.idle();
    expect(submitted.slice(0, 1)).toMatchObject([
      { messageSid: 'SM1-notice', idempotencyKey: 'notice-SM1-1', parts: ['x'], receipt: false },
    ]);
    expect(store.settled).toMatchObject([{ workId: 1, result: { kind: 'sent' } }, { workId: 2 }]);
    expect([of('message.status').length, of('dispatch.outcome').length, state.judged]).toEqual([1, 1, ['SM2']]);
    expect(of('notice.outcome')).toMatchObject([{ sid: 'SM1', connector: 'sim', outcome: 'sent', attempt: 1 }]);
  });

  it('shares the pace of its sender with twenty messages: no second has two of them', async () => {
    const { store, sent, dispatch, wind } = room();
    const lane: Lane = { key: 'a', intervalMicros: 1_000_000, cost: 1, horizonMs: 60_000 };
    for (let count = 0; count < 40; count += 1) store.add({ lane, dueAt: count * 1_000, isNotice: count % 2 === 1 });
    // A second sender that is not paced is held up by neither.
    store.add({ isNotice: true });
    dispatch.start();
    await turns();
    expect(sent.map(({ sid }) => sid)).toContain('SM41-notice');
    await wind(45_000);
    const starts = sent.filter(({ sid }) => sid !== 'SM41-notice').map(({ at }) => at);
    expect(starts).toHaveLength(40);
    for (const [index, at] of starts.slice(1).entries())
      expect(at - (starts[index] ?? 0)).toBeGreaterThanOrEqual(1_000);
    expect(sent.filter(({ sid }) => sid.endsWith('-notice'))).toHaveLength(21);
  });

  it('of a node that slept past its lease is not handed over, and goes back to its old place', async () => {
    const { store, clock, sent, dispatch, wind, of } = room();
    const lane: Lane = { key: 'a', intervalMicros: 1_000_000, cost: 1, horizonMs: 60_000 };
    store.add({ lane, dueAt: 25, createdAt: -7, isNotice: true });
    dispatch.start();
    await turns();
    expect(store.claims).toHaveLength(1);
    clock.stop();
    await wind(LEASE_MS - 4_999, 1_000);
    clock.goOn();
    await turns();
    expect(sent).toEqual([]);
    expect(store.settled).toMatchObject([{ result: { kind: 'again', dueAt: -7 } }]);
    expect(of('dispatch.dropped')).toMatchObject([{ works: 1, why: 'its lease is nearly over' }]);
  });

  it('is recorded when the store comes back, and not sent again meanwhile', async () => {
    const { store, sent, dispatch, wind } = room();
    store.add({ isNotice: true });
    store.failWith = () => new StoreUnavailable('gone');
    dispatch.start();
    await wind(5_000);
    store.failWith = null;
    await wind(5_000);
    expect([sent.length, store.settled.length]).toEqual([1, 1]);
  });

  it('is tried again when the carrier is busy, later each time, and given up after five times', async () => {
    const { store, state, submitted, dispatch, wind, of } = room();
    state.outcome = { kind: 'busy' };
    store.add({ isNotice: true });
    dispatch.start();
    await wind(60_000, 500);
    expect(submitted).toHaveLength(5);
    expect(of('notice.outcome')).toMatchObject([...Array(4).fill({ outcome: 'again' }), { outcome: 'failed' }]);
    expect(store.rows).toEqual([]);
  });

  it.each([
    ['refuses it', { kind: 'refused', errorCode: 30004 } as const, 1],
    ['breaks on it', 'throws' as const, 3],
  ])('is over when the carrier %s', async (_, outcome, tries) => {
    const { store, state, submitted, dispatch, wind, of } = room();
    state.outcome = outcome;
    store.add({ isNotice: true });
    dispatch.start();
    await wind(60_000, 500);
    expect(submitted).toHaveLength(tries);
    expect([store.rows, of('message.status')]).toEqual([[], []]);
  });

  it('of an account that may not send any more is dropped', async () => {
    const { store, state, sent, dispatch, of } = room();
    state.suspended = new Set(['AC1']);
    store.add({ isNotice: true });
    dispatch.start();
    await dispatch.idle();
    expect([sent, store.rows]).toEqual([[], []]);
    expect(of('notice.outcome')).toMatchObject([{ outcome: 'failed' }]);
  });
});
