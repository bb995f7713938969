/** What stands between a claim and the hand-over: a node that is no longer sure of its term hands over nothing. */
import { describe, expect, it } from 'vitest';
import { LEASE_MS, lane, room } from '../../tests/helpers/dispatch-room.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import type { FaultPoint } from '../domain/faults.ts';

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
    const { state, sent, dispatch } = await claiming();
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
    const { store, state, sent, dispatch } = await claiming();
    state.isUp = false;
    await dispatch.idle();
    expect(sent).toEqual([]);
    expect(store.settled).toMatchObject([{ result: { kind: 'again', dueAt: 0 } }]);
  });
});

/** A room whose claim of one message is under way. */
async function claiming() {
  const made = room();
  made.store.slowness = turns();
  made.store.add();
  made.dispatch.start();
  await Promise.resolve();
  await Promise.resolve();
  expect(made.store.claims).toHaveLength(1);
  return made;
}
