import { afterEach, describe, expect, it } from 'vitest';
import { StoppableClock, turns } from '../../tests/helpers/fake-nodes.ts';
import { FakeSends, fakeConnector } from '../../tests/helpers/fake-sends.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { type FaultPoint, noFaults } from '../domain/faults.ts';
import { type Lane, StoreUnavailable } from '../store/store.ts';
import { type Dispatch, makeDispatch } from './dispatch.ts';
import type { DispatchParts } from './dispatch-parts.ts';

const LEASE_MS = 60_000;
const running: { dispatch: Dispatch; wound: HandWoundClock }[] = [];
afterEach(async () => {
  for (const { dispatch, wound } of running.splice(0)) {
    const stopped = dispatch.stop(0);
    wound.advance(0);
    await stopped;
    await turns();
    expect(wound.untilNext()).toBeNull();
  }
});

function room(more: Partial<DispatchParts> & { maxInFlight?: number } = {}) {
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
  running.push({ dispatch, wound });
  const wind = async (ms: number, step = 50) => {
    for (let left = ms; left > 0; left -= step) {
      wound.advance(Math.min(step, left));
      await turns();
    }
  };
  const of = (type: PidgeEvent['type']) => events.filter((event) => event.type === type);
  return { wound, clock, store, events, connector, sent, state, dispatch, wind, of };
}

const lane = (intervalMs: number, key = 'a'): Lane => ({
  key,
  intervalMicros: intervalMs * 1000,
  cost: 1,
  horizonMs: 60_000,
});
const gone = () => new StoreUnavailable('the database is gone');

it('what its recipient has opted out of fails with 21610 and is never handed over', async () => {
  const { store, sent, dispatch, of } = room();
  store.add();
  store.add();
  const [first] = store.rows;
  if (first) first.optedOut = true;
  dispatch.start();
  await dispatch.idle();
  expect(sent.map(({ sid }) => sid)).toEqual(['SM2']);
  expect(store.settled.map(({ messageSid, result }) => [messageSid, result])).toContainEqual([
    'SM1',
    { kind: 'failed', errorCode: 21610 },
  ]);
  expect(of('message.status')).toContainEqual(expect.objectContaining({ sid: 'SM1', errorCode: 21610 }));
});

describe('the fence', () => {
  it('of a term that is over lets nothing through, and puts it back in its old place', async () => {
    const { store, state, sent, dispatch, of } = room();
    let answer: () => void = () => undefined;
    store.slowness = new Promise((resolve) => {
      answer = resolve;
    });
    store.add({ createdAt: -5_000 });
    store.add({ createdAt: -4_000 });
    dispatch.start();
    await turns();
    state.term = { owner: 'me, later' };
    state.isSure = false;
    answer();
    await dispatch.idle();
    expect(sent).toEqual([]);
    expect(store.settled.map((one) => one.result)).toEqual([
      { kind: 'again', dueAt: -5_000 },
      { kind: 'again', dueAt: -4_000 },
    ]);
    expect(of('dispatch.dropped')).toMatchObject([{ connector: 'sim', works: 2 }]);
    state.isSure = true;
    dispatch.ring();
    await dispatch.idle();
    expect(sent.map(({ sid, attempt }) => [sid, attempt])).toEqual([
      ['SM1', 2],
      ['SM2', 2],
    ]);
    expect(store.claims.at(-1)?.owner).toBe('me, later');
  });

  it('of a new term lets nothing through that was claimed in the old one, although the node is sure again', async () => {
    const { store, state, sent, dispatch } = room();
    store.slowness = turns();
    store.add();
    dispatch.start();
    await Promise.resolve();
    await Promise.resolve();
    expect(store.claims).toHaveLength(1);
    state.term = { owner: 'me, later' };
    await dispatch.idle();
    expect(sent.map(({ attempt }) => attempt)).toEqual([2]);
  });

  it('stands right before the hand-over: what happens until then counts', async () => {
    const state = { isSure: true };
    const at = (point: FaultPoint) => {
      if (point === 'dispatch.before-send') state.isSure = false;
    };
    const term = { owner: 'me' };
    const { store, sent, dispatch } = room({
      faults: { at },
      membership: { term: () => (state.isSure ? term : null), holds: () => state.isSure },
    });
    store.add();
    dispatch.start();
    await dispatch.idle();
    expect(sent).toEqual([]);
  });

  it('keeps what waits for its slot from leaving after a sleep', async () => {
    const { store, clock, wound, state, sent, dispatch } = room();
    store.add({ lane: lane(1_000), dueAt: 25 });
    dispatch.start();
    await turns();
    clock.stop();
    wound.advance(20_000);
    state.isSure = false;
    clock.goOn();
    await dispatch.idle();
    expect(sent).toEqual([]);
    expect(store.settled).toMatchObject([{ result: { kind: 'again' } }]);
  });

  it('holds back what has less than 5 s of its own lease left', async () => {
    const { store, wound, sent, dispatch, of } = room();
    let answer: () => void = () => undefined;
    store.slowness = new Promise((resolve) => {
      answer = resolve;
    });
    store.add();
    dispatch.start();
    await turns();
    wound.advance(LEASE_MS - 4_999);
    store.slowness = Promise.resolve();
    answer();
    await dispatch.idle();
    expect(sent.map(({ attempt }) => attempt)).toEqual([2]);
    expect(of('dispatch.dropped')).toMatchObject([{ why: 'its lease is nearly over' }]);
  });

  it('holds back the sends of a connector that was lost meanwhile', async () => {
    const { store, state, sent, dispatch } = room();
    store.slowness = turns();
    store.add();
    dispatch.start();
    await Promise.resolve();
    await Promise.resolve();
    state.isUp = false;
    await dispatch.idle();
    expect(sent).toEqual([]);
    expect(store.settled).toMatchObject([{ result: { kind: 'again', dueAt: 0 } }]);
  });
});

describe('claiming', () => {
  it('waits while the node is not sure, and asks the store nothing', async () => {
    const { store, state, dispatch, wind } = room();
    state.isSure = false;
    store.add();
    dispatch.start();
    await wind(20_000, 1_000);
    expect([store.claims.length, store.asked]).toEqual([0, 0]);
    state.isSure = true;
    dispatch.ring();
    await dispatch.idle();
    expect(store.settled).toHaveLength(1);
  });

  it('asks for nothing when every connector is somebody else’s', async () => {
    const { store, state, dispatch, wind } = room();
    state.isUp = false;
    store.add();
    dispatch.start();
    await wind(20_000, 1_000);
    expect([store.claims.length, store.asked]).toEqual([0, 0]);
  });

  it('leaves alone what others hold, and says nothing of it when there is nothing', async () => {
    const { store, dispatch, sent } = room({ except: () => ['smpp'] });
    store.add({ connector: 'smpp' });
    store.add();
    dispatch.start();
    await dispatch.idle();
    expect(sent.map(({ sid }) => sid)).toEqual(['SM2']);
    expect(store.claims[0]?.except).toEqual(['smpp']);
    const plain = room();
    plain.dispatch.start();
    await plain.dispatch.idle();
    expect(Object.keys(plain.store.claims[0] ?? {}).sort()).toEqual(['leaseMs', 'limit', 'lookAheadMs', 'owner']);
  });

  it('wakes a little before a slot, and starts the message at it', async () => {
    const { store, dispatch, sent, wound } = room();
    store.add({ lane: lane(1_000), dueAt: 500 });
    dispatch.start();
    await turns();
    expect(wound.untilNext()).toBe(490);
    wound.advance(490);
    await turns();
    expect(sent).toEqual([]);
    wound.advance(10);
    await turns();
    expect(sent).toMatchObject([{ at: 500 }]);
  });

  it('looks further ahead while claims take long, so that no slot passes unused', async () => {
    const { store, dispatch, wound, sent, wind } = room();
    for (let nth = 0; nth < 40; nth += 1) store.add({ lane: lane(50), dueAt: nth * 50 });
    const claimSends = store.claimSends.bind(store);
    store.claimSends = async (claim, now) => {
      const works = await claimSends(claim, now);
      await new Promise<void>((resolve) => void wound.after(80, resolve));
      return works;
    };
    dispatch.start();
    await wind(2_200, 5);
    expect(store.claims[0]?.lookAheadMs).toBe(30);
    expect(store.claims.at(-1)?.lookAheadMs).toBeGreaterThanOrEqual(200);
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    // The first claims found out.
    expect(Math.max(...gaps.slice(5))).toBeLessThanOrEqual(55);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
  });

  it('comes again for what could not be claimed ahead', async () => {
    const { store, dispatch, sent, wound } = room();
    store.add({ dueAt: 500 });
    dispatch.start();
    await turns();
    wound.advance(490);
    await turns();
    expect(wound.untilNext()).toBe(10);
    wound.advance(10);
    await turns();
    expect(sent).toMatchObject([{ at: 500 }]);
  });
});

describe('pace', () => {
  it('holds after a pause of the process, in order, and the store is told', async () => {
    const { store, clock, wound, dispatch, sent, wind } = room();
    for (let nth = 0; nth < 5; nth += 1) store.add({ lane: lane(100), dueAt: nth * 100 });
    dispatch.start();
    await wind(95, 5);
    clock.stop();
    // Slots 100 to 400 pass.
    wound.advance(1_000);
    clock.goOn();
    await wind(1_000, 5);
    expect(sent.map(({ sid }) => sid)).toEqual(['SM1', 'SM2', 'SM3', 'SM4', 'SM5']);
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(100);
    expect(
      store.claims.some((claim) => claim.lateLanes?.some(({ key, freeAt }) => key === 'a' && freeAt > 1_095)),
    ).toBe(true);
  });

  it('of one lane does not hold up another, nor what has none', async () => {
    const { store, dispatch, sent, wind } = room();
    store.add({ lane: lane(10_000), dueAt: 0 });
    store.add({ lane: lane(10_000), dueAt: 0 });
    store.add({ lane: lane(100, 'b'), dueAt: 20 });
    store.add();
    dispatch.start();
    await turns();
    await wind(30, 5);
    expect(sent.map(({ sid, at }) => [sid, at])).toEqual([
      ['SM1', 0],
      ['SM4', 0],
      ['SM3', 20],
    ]);
  });
});

describe('an outcome the store cannot record', () => {
  it('is recorded as soon as it can, and the message is sent once', async () => {
    const { store, dispatch, sent, wind, of } = room();
    store.failWith = gone;
    store.add();
    dispatch.start();
    await wind(30_000);
    expect(sent).toHaveLength(1);
    expect(of('fault')).toHaveLength(1);
    // 250 ms, 500 ms, 1 s, then every 2 s.
    expect(store.settling).toBe(18);
    store.failWith = null;
    await wind(2_000);
    expect(store.settled).toMatchObject([{ attempt: 1, result: { kind: 'sent', carrierIds: ['SM1-1'] } }]);
    expect(sent).toHaveLength(1);
  });

  it('keeps its place, so that no more is claimed than may be in flight', async () => {
    const { store, dispatch, sent, wind } = room({ maxInFlight: 3 });
    store.failWith = gone;
    for (let nth = 0; nth < 10; nth += 1) store.add();
    dispatch.start();
    await wind(20_000, 250);
    expect(sent).toHaveLength(3);
    store.failWith = null;
    await wind(2_000, 250);
    expect(new Set(sent.map(({ sid }) => sid)).size).toBe(10);
    expect(sent).toHaveLength(10);
  });

  it('until its lease is over is given up aloud', async () => {
    const { store, dispatch, sent, wind, of } = room();
    store.failWith = gone;
    store.add();
    dispatch.start();
    await turns();
    await wind(LEASE_MS - 1, 499);
    expect(sent).toHaveLength(1);
    await wind(1_000, 500);
    // Due again by its lease: nobody knows any longer that it was sent.
    expect(sent.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(of('fault').slice(0, 2)).toMatchObject([
      { where: 'dispatch: settle' },
      { error: { message: expect.stringContaining('Not recorded') } },
    ]);
  });

  it('because of one of them costs the others nothing', async () => {
    const { store, dispatch, of } = room();
    store.failWith = (batch) => (batch.some((one) => one.messageSid === 'SM2') ? new Error('bad row') : null);
    for (let nth = 0; nth < 3; nth += 1) store.add();
    dispatch.start();
    await dispatch.idle();
    expect(store.settled.map((one) => one.messageSid)).toEqual(['SM1', 'SM3']);
    expect(of('fault')).toHaveLength(1);
  });

  it('when everything stops gets one last try, and leaves no timer', async () => {
    const { store, dispatch, wound } = room();
    store.failWith = gone;
    store.add();
    dispatch.start();
    await turns();
    const stopped = dispatch.stop(1_000);
    wound.advance(1_000);
    expect(await stopped).toBe(false);
    await turns();
    expect(wound.untilNext()).toBeNull();
    const tries = store.settling;
    wound.advance(10_000);
    await turns();
    expect(store.settling).toBe(tries);
  });
});

it('a connector that throws does not lose the message', async () => {
  const { store, connector, dispatch, sent, wind } = room();
  connector.answer = () => Promise.reject(new Error('broken'));
  store.add();
  dispatch.start();
  await turns();
  connector.answer = async (batch) => batch.map(() => ({ kind: 'refused', errorCode: 30003 }));
  await wind(1_100);
  expect(sent).toHaveLength(2);
  expect(store.settled.map(({ result }) => result.kind)).toEqual(['again', 'failed']);
});

it('puts back for a second a message whose media cannot be read, and no other', async () => {
  const state = { readable: false };
  const attach: DispatchParts['attach'] = async (works) =>
    new Map(works.flatMap(({ message }) => (state.readable ? [[message.sid, []]] : [])));
  const { store, dispatch, sent, wind } = room({ attach });
  for (const numMedia of [1, 0]) store.add({ numMedia });
  dispatch.start();
  await dispatch.idle();
  state.readable = true;
  await wind(1_500);
  expect(sent.map(({ sid }) => sid)).toEqual(['SM2', 'SM1']);
});
