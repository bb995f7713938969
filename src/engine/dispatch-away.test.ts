import { describe, expect, it } from 'vitest';
import { endsWithCase } from '../../tests/helpers/dispatch-room.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { FakeSends, fakeConnector } from '../../tests/helpers/fake-sends.ts';
import type { Outcome } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { noFaults } from '../domain/faults.ts';
import type { Lane } from '../store/store.ts';
import { makeDispatch } from './dispatch.ts';

const HOLD_MS = 30_000;

/** Two carriers that know no keys: `acme` may rest or be away, `beta` is there. */
function room() {
  const clock = new HandWoundClock(0);
  const store = new FakeSends();
  const state = { resting: false, away: false, hasBeta: true };
  const [acme, beta] = ['acme', 'beta'].map((name) => {
    const made = fakeConnector(name, clock);
    return { ...made, connector: { ...made.connector, honoursIdempotencyKeys: false } };
  });
  if (!acme || !beta) throw new Error('No carriers');
  const term = { owner: 'me' };
  const resting = () => (state.resting ? ['acme'] : []);
  const dispatch = makeDispatch({
    store,
    connectors: new Map([acme, beta].map(({ connector }) => [connector.name, connector])),
    membership: { term: () => term, holds: () => true },
    accounts: { closed: async () => new Set() },
    attach: async () => new Map(),
    runs: () => true,
    except: resting,
    resting,
    away: () => (state.away ? ['acme'] : []),
    health: { heard: () => undefined },
    isAway: (name) => state.away && name === 'acme',
    elsewhere: ({ connector }) => (state.hasBeta && connector === 'acme' ? { connector: 'beta' } : null),
    clock,
    observe: () => undefined,
    faults: noFaults,
    ringCallbacks: () => undefined,
    settings: {
      maxInFlight: 100,
      batch: 50,
      leaseMs: 60_000,
      pollMs: 5_000,
      wakeAheadMs: 10,
      chargeOf: () => 0,
      mmsCountries: [],
      inDoubtHoldMs: HOLD_MS,
    },
  });
  endsWithCase(dispatch, clock);
  const wind = async (ms: number, step = 250) => {
    for (let left = ms; left > 0; left -= step) {
      clock.advance(Math.min(step, left));
      await turns();
    }
  };
  const sids = ({ sent }: { sent: { sid: string }[] }) => sent.map(({ sid }) => sid);
  return { clock, store, state, acme, beta, dispatch, wind, sids };
}

const lane = (key: string): Lane => ({ key, intervalMicros: 60_000_000, cost: 1, horizonMs: 600_000 });

describe('after a takeover', () => {
  it('what the dead node had claimed is held and sent once; everything else leaves at once', async () => {
    const { store, acme, dispatch, wind, sids } = room();
    for (let nth = 0; nth < 3; nth += 1) store.add({ connector: 'acme' });
    const [orphan] = store.rows;
    if (orphan) orphan.past = { orphaned: true };
    dispatch.start();
    await wind(1_000);
    expect(sids(acme)).toEqual(['SM2', 'SM3']);
    await wind(HOLD_MS - 2_000);
    expect(sids(acme)).toHaveLength(2);
    await wind(2_000);
    expect(sids(acme)).toEqual(['SM2', 'SM3', 'SM1']);
  });

  it('a silence after that is the second doubt: 30410', async () => {
    const { store, acme, dispatch, wind } = room();
    store.add({ connector: 'acme' });
    Object.assign(store.rows[0] ?? {}, { past: { orphaned: true } });
    acme.connector.send = async (batch) => batch.map((): Outcome => ({ kind: 'unsure' }));
    dispatch.start();
    await wind(HOLD_MS + 1_000);
    expect(store.settled.at(-1)?.result).toMatchObject({ kind: 'failed', errorCode: 30410 });
  });
});

describe('a connector that rests', () => {
  it('is not tried, and what has expired there ends within half a minute', async () => {
    const { store, state, acme, dispatch, wind, sids } = room();
    state.resting = true;
    store.add({ connector: 'acme' });
    store.add({ connector: 'acme' });
    dispatch.start();
    await wind(30_000);
    expect([store.settled, sids(acme)]).toEqual([[], []]);
    Object.assign(store.rows[0] ?? {}, { expired: true });
    await wind(26_000);
    expect(store.settled.map(({ messageSid, result }) => [messageSid, result])).toEqual([
      ['SM1', { kind: 'failed', errorCode: 30036 }],
    ]);
    state.resting = false;
    dispatch.ring();
    await wind(1_000);
    expect(sids(acme)).toEqual(['SM2']);
  });
});

describe('a connector that is away', () => {
  it('gives all that waits for it to another, whatever its slot, and keeps what only it can have', async () => {
    const { store, state, acme, beta, dispatch, wind, sids } = room();
    state.away = true;
    for (const dueAt of [0, 60_000, 120_000]) store.add({ connector: 'acme', lane: lane('acme|AC1|x'), dueAt });
    dispatch.start();
    await wind(1_000);
    expect(store.rows.map(({ connector, lane: of }) => [connector, of?.key])).toEqual([
      ['beta', 'beta|AC1|x'],
      ['beta', 'beta|AC1|x'],
    ]);
    expect([sids(acme), sids(beta)]).toEqual([[], ['SM1']]);
  });

  it('keeps what only waits for its end, having no place in a lane', async () => {
    const { store, state, beta, dispatch, wind, sids } = room();
    state.away = true;
    for (const numMedia of [0, 1]) store.add({ connector: 'acme', dueAt: 60_001, numMedia });
    // Its media would leave as links, and are not there to be read.
    for (const { message } of store.rows)
      Object.assign(message, { validUntil: 60_000, options: { mediaAsLinks: true } });
    dispatch.start();
    await wind(30_000);
    expect(store.rows.map(({ connector, dueAt }) => [connector, dueAt])).toEqual([
      ['acme', 60_001],
      ['acme', 60_001],
    ]);
    expect(sids(beta)).toEqual([]);
  });

  it('is claimed early but once where nobody else can have it, and keeps its place', async () => {
    const { store, state, dispatch, wind } = room();
    Object.assign(state, { away: true, hasBeta: false });
    store.add({ connector: 'acme', lane: lane('acme|AC1|x'), dueAt: 300_000 });
    dispatch.start();
    await wind(60_000);
    expect(store.rows.map(({ connector, dueAt, attempt, past }) => [connector, dueAt, attempt, past])).toEqual([
      ['acme', 300_000, 1, { look: 1 }],
    ]);
  });
});
