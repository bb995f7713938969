/** Works that break their rooms (H6): each room gives them up the third time, and does the rest of its work meanwhile. */
import { describe, expect, it } from 'vitest';
import { message } from '../../tests/contract/store.fixtures.ts';
import { FakeCallbacks } from '../../tests/helpers/fake-callbacks.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { FakeReplies } from '../../tests/helpers/fake-replies.ts';
import { FakeSends, fakeConnector } from '../../tests/helpers/fake-sends.ts';
import { MemoryBlobs } from '../../tests/helpers/memory-blobs.ts';
import { type Clock, HandWoundClock } from '../domain/clock.ts';
import type { Observer, PidgeEvent } from '../domain/events.ts';
import { noFaults } from '../domain/faults.ts';
import type { Message } from '../domain/message.ts';
import { SidMaker } from '../domain/sid.ts';
import type { OutgoingResult } from '../net/outgoing.ts';
import type { JoiningWork } from '../store/inbound-shapes.ts';
import type { FetchSettlement, FetchWork } from '../store/media.ts';
import { type Release, type ReleaseWork, type Store, StoreUnavailable } from '../store/store.ts';
import { makeCallbacks } from './callbacks.ts';
import { makeDispatch } from './dispatch.ts';
import { makeFetches } from './fetches.ts';
import { makeJoinings } from './joinings.ts';
import type { LoopRoom } from './loop.ts';
import { makeQuarantine } from './quarantine.ts';
import { makeReleases } from './release.ts';
import { makeReplies } from './replies.ts';

const LEASE_MS = 60_000;
const FINE: OutgoingResult = {
  ...{ kind: 'answer', status: 200, headers: {}, setCookies: [], url: 'https://app.example/', body: '' },
  ...{ bytes: new Uint8Array(), partial: false, ms: 1 },
};
const term = { owner: 'me', since: 0 } as never;
const membership = { term: () => term, isOver: () => false, holds: () => true };

interface World {
  clock: Clock;
  observe: Observer;
  alerts: number[];
}

/** A room with one work that breaks it, claimed first, and one that does not. */
interface Case {
  room: LoopRoom;
  /** How the broken one ended; `undefined`: it has not. */
  ended: () => unknown;
  /** Whether the other one is done. */
  isDone: () => boolean;
}

/** Work as a store leases it. */
function leased<Work>(works: Work[]) {
  const rows = works.map((work) => ({ work, dueAt: 0 }));
  return {
    async claim({ limit }: { limit: number }, now: number): Promise<Work[]> {
      const due = rows.filter(({ dueAt }) => dueAt <= now).slice(0, limit);
      for (const row of due) row.dueAt = now + LEASE_MS;
      return due.map(({ work }) => work);
    },
    end: (isIt: (work: Work) => boolean) => {
      const index = rows.findIndex(({ work }) => isIt(work));
      if (index >= 0) rows.splice(index, 1);
    },
    nextDueAt: async () => (rows.length > 0 ? Math.min(...rows.map(({ dueAt }) => dueAt)) : null),
  };
}

function replies(spoil: (row: FakeReplies['rows'][number]) => void) {
  return ({ clock, observe, alerts }: World): Case => {
    const store = new FakeReplies();
    const [bad, good] = [store.add('https://app.example/bad'), store.add('https://app.example/good')];
    const [first] = store.rows;
    if (first) spoil(first);
    const room = makeReplies({
      ...{ store, clock, observe, membership, faults: noFaults, use: 'both', tokenOf: async () => 'token' },
      accounts: { closed: () => new Set() },
      outgoing: {
        request: async () => ({ ...FINE, headers: { 'content-type': 'text/xml' }, bytes: Buffer.from('<Response/>') }),
      },
      mediaUrl: ({ sid }) => sid,
      door: { prepare: async () => ({}) as never, announce: () => undefined },
      raise: (drafts) => void alerts.push(...drafts.map(({ code }) => code)),
      settings: { maxInFlight: 10, perHost: 2, leaseMs: LEASE_MS },
    });
    const resultOf = (sid: string) => store.results.find(({ messageSid }) => messageSid === sid);
    return {
      room,
      ended: () => resultOf(bad) && { next: resultOf(bad)?.next, replies: resultOf(bad)?.replies, alerts },
      isDone: () => resultOf(good) !== undefined,
    };
  };
}

function callbackRoom({ clock, observe, alerts }: World) {
  const store = new FakeCallbacks();
  const asked: string[] = [];
  const room = makeCallbacks({
    ...{ store, clock, observe, membership, faults: noFaults, tokenOf: async () => 'token', random: () => 0 },
    outgoing: {
      async request({ url }) {
        asked.push(url);
        return FINE;
      },
    },
    raise: (drafts) => void alerts.push(...drafts.map(({ code }) => code)),
    settings: { maxInFlight: 10, perHost: 2, giveUpAfterMs: 86_400_000, leaseMs: LEASE_MS },
  });
  return { room, store, asked };
}

function callbacks(world: World): Case {
  const { room, store } = callbackRoom(world);
  const { alerts } = world;
  store.add('https://app.example/bad');
  store.add('https://app.example/good');
  const [first] = store.rows;
  if (first) first.payload.form = {} as never;
  const resultOf = (id: number) => store.results.find(({ workId }) => workId === id);
  return {
    room,
    ended: () => resultOf(1) && { decision: resultOf(1)?.decision, code: resultOf(1)?.record.errorCode, alerts },
    isDone: () => resultOf(2)?.decision === 'done',
  };
}

function fetches({ clock, observe }: World): Case {
  const about = (sid: string) => message({ sid, validUntil: 10 * LEASE_MS, numMedia: 1 });
  const work = leased<FetchWork>([
    { workId: 1, attempt: 1, message: about('MM1'), urls: null as never },
    { workId: 2, attempt: 1, message: about('MM2'), urls: ['https://files.example/2'] },
  ]);
  const settled: FetchSettlement[] = [];
  const room = makeFetches({
    ...{ clock, observe, membership, blobs: new MemoryBlobs(), sids: new SidMaker(clock) },
    store: {
      claimFetches: work.claim,
      nextDueAt: work.nextDueAt,
      holdBlob: async ({ hash }) => ({ key: hash, isStored: false }),
      async settleFetches(batch) {
        settled.push(...batch);
        for (const { workId } of batch) work.end((one) => one.workId === workId);
        return batch.map(() => ({ kind: 'over' }) as const);
      },
    },
    outgoing: { request: async () => ({ ...FINE, status: 404 }) },
    settings: { maxInFlight: 10, perHost: 2, leaseMs: LEASE_MS, holdMs: 30_000, pollMs: 1_000 },
    ringDispatch: () => undefined,
    ringReleases: () => undefined,
    ringCallbacks: () => undefined,
  });
  const resultOf = (id: number) => settled.find(({ workId }) => workId === id)?.result;
  return { room, ended: () => resultOf(1), isDone: () => resultOf(2) !== undefined };
}

function releases({ clock, observe }: World): Case {
  const made = (workId: number, changes: Partial<Message>): ReleaseWork => ({
    ...{ workId, attempt: 1 },
    message: message({ sid: `SM${workId}`, status: 'accepted', from: null, ...changes }),
  });
  const work = leased([made(1, { validUntil: 10 * LEASE_MS }), made(2, { validUntil: -1 })]);
  const released: Release[] = [];
  const room = makeReleases({
    ...{ clock, observe, membership, random: () => 0, mmsCountries: ['US'], mediaLink: (sid: string) => sid },
    store: {
      claimReleases: work.claim,
      nextDueAt: work.nextDueAt,
      account: async () => ({ sid: 'AC1', status: 'active' }),
      async release(batch: Release[]) {
        released.push(...batch);
        for (const { workId } of batch) work.end((one) => one.workId === workId);
        return batch.map(() => ({ status: 'failed', dueAt: null }));
      },
    } as unknown as Parameters<typeof makeReleases>[0]['store'],
    route: () => null,
    laneOf: () => null,
    settings: { batch: 10, leaseMs: LEASE_MS, pollMs: 1_000 },
    ringDispatch: () => undefined,
    ringCallbacks: () => undefined,
  });
  const resultOf = (id: number) => released.find(({ workId }) => workId === id)?.result;
  return { room, ended: () => resultOf(1), isDone: () => resultOf(2) !== undefined };
}

function joinings({ clock, observe }: World): Case {
  const made = (joining: string): JoiningWork => ({
    ...{ joining, connector: 'sim', accountSid: 'AC1', lost: true },
    message: { from: '+12025550101', to: '+12025550100', body: 'Hi', numSegments: 2 },
  });
  const work = leased([made('bad'), made('good')]);
  const kept: Message[] = [];
  let done = false;
  const room = makeJoinings({
    ...{ clock, observe, membership, sids: new SidMaker(clock) },
    store: {
      claimJoinings: work.claim,
      nextDueAt: work.nextDueAt,
      async takeIn(batch) {
        kept.push(...batch.map((one) => one.message));
        work.end(({ joining }) => batch.some((one) => one.joining === joining));
        return [];
      },
      endSubmission: async () => true,
    } satisfies Pick<Store, 'claimJoinings' | 'nextDueAt' | 'takeIn' | 'endSubmission'>,
    inbound: {
      async takeJoining({ joining }) {
        if (joining === 'bad') throw new TypeError('broken');
        done = true;
        work.end((one) => one.joining === joining);
      },
    },
    settings: { batch: 10, leaseMs: LEASE_MS, pollMs: 1_000 },
  });
  const ended = () => kept[0] && { status: kept[0].status, errorCode: kept[0].errorCode, body: kept[0].body };
  return { room, ended, isDone: () => done };
}

function sendRoom({ clock, observe }: World) {
  const store = new FakeSends();
  const { connector, sent } = fakeConnector('sim', clock);
  const room = makeDispatch({
    ...{ store, clock, observe, membership, faults: noFaults, connectors: new Map([['sim', connector]]) },
    accounts: { closed: () => new Set() },
    attach: async () => new Map(),
    runs: () => true,
    except: () => [],
    ringCallbacks: () => undefined,
    settings: {
      ...{ maxInFlight: 10, batch: 10, leaseMs: LEASE_MS, pollMs: 1_000, wakeAheadMs: 10 },
      ...{ chargeOf: () => 0, mmsCountries: ['US'], inDoubtHoldMs: 30_000 },
    },
  });
  return { room, store, sent };
}

function sends(isNotice: boolean) {
  return (world: World): Case => {
    const { room, store, sent } = sendRoom(world);
    store.add({ isNotice });
    store.add({ isNotice });
    const [first] = store.rows;
    if (first) first.message.options = null as never;
    const resultOf = (id: number) => store.settled.find(({ workId }) => workId === id)?.result;
    return { room, ended: () => resultOf(1), isDone: () => resultOf(2) !== undefined && sent.length === 1 };
  };
}

const FAILED = { kind: 'fail', errorCode: 30008 };
const RECEIVED = { next: null, replies: [], alerts: [12400] };
const CASES: [name: string, room: string, make: (world: World) => Case, ended: unknown][] = [
  [
    'a reply whose work makes no sense',
    'replies',
    replies(({ payload }) => Object.assign(payload, { session: null })),
    RECEIVED,
  ],
  [
    'a reply that cannot even be looked at',
    'replies',
    replies(({ payload }) => Object.assign(payload, { document: null })),
    RECEIVED,
  ],
  [
    'a reply to a message that does not open',
    'replies',
    replies((row) => Object.assign(row, { unreadable: true })),
    RECEIVED,
  ],
  ['a callback', 'callbacks', callbacks, { decision: 'gave_up', code: 12400, alerts: [12400] }],
  ['a fetch of media', 'fetches', fetches, FAILED],
  ['a release', 'releases', releases, FAILED],
  ['a long message that was joined', 'joinings', joinings, { status: 'failed', errorCode: 30008, body: 'Hi' }],
  ['a send', 'dispatch', sends(false), { kind: 'failed', errorCode: 30008 }],
  ['a confirmation', 'dispatch', sends(true), { kind: 'failed', errorCode: 30008 }],
];

describe('what breaks its room three times is given up, and the others go on', () => {
  it.each(CASES)('%s', async (_, name, make, expected) => {
    const clock = new HandWoundClock(0);
    const events: PidgeEvent[] = [];
    const { room, ended, isDone } = make({ clock, observe: (event) => events.push(event), alerts: [] });
    const breaks = () => events.filter(({ type }) => type === 'fault').length;
    const isOver = () => events.some(({ type }) => type === 'work.quarantined');
    room.start();
    for (let step = 0; step < 400 && !(isOver() && ended() !== undefined); step += 1) {
      await turns();
      // The other one does not wait for that.
      if (clock.now() > LEASE_MS / 2) expect(isDone()).toBe(true);
      clock.advance(500);
    }
    await turns();
    expect(ended()).toMatchObject(expected as object);
    expect(breaks()).toBe(3);
    const told = events.filter(({ type }) => type === 'work.quarantined');
    expect(told).toMatchObject([{ room: name, sid: expect.any(String), accountSid: expect.any(String) }]);
    // Nothing is left of it that would come again.
    clock.advance(2 * LEASE_MS);
    await turns();
    expect(breaks()).toBe(3);
    const stopped = room.stop(0);
    clock.advance(0);
    await stopped;
  });

  it('what a carrier took and the store cannot record is handed over three times at most', async () => {
    const clock = new HandWoundClock(0);
    const events: PidgeEvent[] = [];
    const { room, store, sent } = sendRoom({ clock, observe: (event) => events.push(event), alerts: [] });
    store.add();
    store.failWith = ([one]) => (one?.result.kind === 'sent' ? new Error('no such column') : null);
    room.start();
    for (let step = 0; step < 500; step += 1) {
      await turns();
      clock.advance(500);
    }
    expect(sent.map(({ sid }) => sid)).toEqual(['SM1', 'SM1', 'SM1']);
    expect(store.settled).toMatchObject([{ result: { kind: 'failed', errorCode: 30008 } }]);
    expect(events.filter(({ type }) => type === 'work.quarantined')).toMatchObject([{ room: 'dispatch', sid: 'SM1' }]);
    const stopped = room.stop(0);
    clock.advance(0);
    await stopped;
  });

  it('a callback whose attempt cannot be kept is recorded without what came from outside, and sent once', async () => {
    const clock = new HandWoundClock(0);
    const { room, store, asked } = callbackRoom({ clock, observe: () => undefined, alerts: [] });
    store.add('https://app.example/');
    const finish = store.finishCallbacks.bind(store);
    store.finishCallbacks = async (batch) => {
      if (batch.some(({ record }) => record.response !== null)) throw new Error('invalid byte sequence');
      return finish(batch);
    };
    room.start();
    for (let step = 0; step < 200; step += 1) {
      await turns();
      clock.advance(500);
    }
    expect(asked).toHaveLength(1);
    expect(store.results).toMatchObject([{ decision: 'done', record: { response: null, request: { body: '' } } }]);
    const stopped = room.stop(0);
    clock.advance(0);
    await stopped;
  });

  it('a store that is gone is nobody’s fault', () => {
    const clock = new HandWoundClock(0);
    const events: PidgeEvent[] = [];
    const quarantine = makeQuarantine({ room: 'replies', clock, observe: (event) => events.push(event) });
    const work = { id: 1, sid: 'SM1', accountSid: 'AC1' };
    for (let count = 0; count < 9; count += 1) {
      expect(quarantine.broke(work, 'replies: ask', new StoreUnavailable('gone'))).toBe(false);
    }
    expect(events.map(({ type }) => type)).toEqual(Array(9).fill('fault'));
  });
});
