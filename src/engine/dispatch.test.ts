import { describe, expect, it } from 'vitest';
import { LEASE_MS, lane, room } from '../../tests/helpers/dispatch-room.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { DispatchParts } from './dispatch-parts.ts';

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
