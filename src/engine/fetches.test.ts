import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { message } from '../../tests/contract/store.fixtures.ts';
import { turns } from '../../tests/helpers/fake-nodes.ts';
import { PNG } from '../../tests/helpers/media-host.ts';
import { MemoryBlobs } from '../../tests/helpers/memory-blobs.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { SidMaker } from '../domain/sid.ts';
import type { OutgoingRequest, OutgoingResult } from '../net/outgoing.ts';
import type { FetchSettled, FetchSettlement, FetchWork } from '../store/media.ts';
import { StoreUnavailable } from '../store/store.ts';
import { type Fetches, type FetchParts, makeFetches } from './fetches.ts';

const FILE: OutgoingResult = {
  kind: 'answer',
  status: 200,
  headers: { 'content-type': 'image/png' },
  setCookies: [],
  url: 'https://files.example/1',
  body: '',
  bytes: PNG,
  partial: false,
  ms: 1,
};
const HASH = createHash('sha256').update(PNG).digest('hex');

describe('the fetch room', () => {
  let clock: HandWoundClock;
  let blobs: MemoryBlobs;
  let room: Fetches;
  let due: { work: FetchWork; dueAt: number }[];
  let settled: FetchSettlement[];
  let rung: (string | number)[];
  let events: PidgeEvent[];
  let asked: string[];
  /** What the store does next, call by call. */
  let storeIsGone: boolean;
  let losses: number;
  let lives: number;
  let answer: (request: OutgoingRequest) => Promise<OutgoingResult>;

  beforeEach(() => {
    clock = new HandWoundClock(Date.UTC(2026, 0, 1));
    blobs = new MemoryBlobs();
    [due, settled, rung, events, asked] = [[], [], [], [], []];
    [storeIsGone, losses, lives] = [false, 0, 1];
    answer = async () => FILE;
    const insist = () => {
      if (storeIsGone) throw new StoreUnavailable('gone');
    };
    const settle = (one: FetchSettlement): FetchSettled => {
      if (one.result.kind === 'fetched' && losses > 0) {
        losses -= 1;
        lives += 1;
        const work = works.get(one.workId);
        if (work) due.push({ work: { ...work, attempt: work.attempt + 1 }, dueAt: clock.now() });
        return { kind: 'lost' };
      }
      settled.push(one);
      if (one.result.kind === 'fail') return { kind: 'over' };
      if (one.result.kind === 'fetched') return { kind: 'next', work: 'send', dueAt: clock.now() };
      const { dueAt } = one.result;
      const work = works.get(one.workId);
      if (work) due.push({ work: { ...work, attempt: work.attempt + 1 }, dueAt });
      return { kind: 'next', work: 'fetch', dueAt };
    };
    const store: FetchParts['store'] = {
      async claimFetches({ limit }, now) {
        insist();
        const ripe = due.filter(({ dueAt }) => dueAt <= now).slice(0, limit);
        due = due.filter((one) => !ripe.includes(one));
        return ripe.map(({ work }) => work);
      },
      async settleFetches(batch) {
        insist();
        return batch.map(settle);
      },
      async holdBlob({ hash }) {
        insist();
        const key = `${hash}-${lives}`;
        return { key, isStored: false };
      },
      async nextDueAt() {
        insist();
        return due.length === 0 ? null : Math.min(...due.map(({ dueAt }) => dueAt));
      },
    };
    room = makeFetches({
      store,
      blobs,
      clock,
      sids: new SidMaker(clock),
      membership: { term: () => ({ owner: 'me' }) },
      observe: (event) => events.push(event),
      outgoing: {
        request(request) {
          asked.push(request.url);
          return answer(request);
        },
      },
      settings: { maxInFlight: 8, perHost: 2, mostParked: 150, leaseMs: 600_000, holdMs: 30_000, pollMs: 5_000 },
      ringDispatch: (dueAt) => rung.push('dispatch', dueAt),
      ringReleases: (dueAt) => rung.push('release', dueAt),
      ringCallbacks: () => rung.push('callbacks'),
    });
    room.start();
  });
  afterEach(async () => {
    const stopping = room.stop(1_000);
    await wind(1_000);
    await stopping;
    expect(clock.untilNext()).toBeNull();
  });

  const works = new Map<number, FetchWork>();
  let lastId = 0;
  function add(...urls: string[]): FetchWork {
    lastId += 1;
    const made = message({ createdAt: clock.now(), numMedia: urls.length });
    const work = { workId: lastId, attempt: 1, message: made, urls };
    works.set(lastId, work);
    due.push({ work, dueAt: clock.now() });
    return work;
  }
  const url = (host: string, name = 'cat.png') => `https://${host}.example/${name}`;
  const kinds = () => settled.map(({ result }) => result.kind);
  const faults = () => events.flatMap((event) => (event.type === 'fault' ? [event.where] : []));

  /** The sniffer is loaded, and answers, outside of the microtasks of a turn. */
  async function wind(ms = 0): Promise<void> {
    for (let left = ms; ; left -= 250) {
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise((resolve) => setImmediate(resolve));
        await turns();
      }
      if (left <= 0) return;
      clock.advance(Math.min(250, left));
    }
  }
  async function until(done: () => boolean): Promise<void> {
    for (let step = 0; step < 2_000 && !done(); step += 1) await wind();
    expect(done()).toBe(true);
  }

  it('makes the bytes durable before it says so, and rings who is next', async () => {
    const { message: made } = add(url('a'), url('b'));
    room.ring();
    await until(() => settled.length === 1);
    expect(settled[0]).toMatchObject({ messageSid: made.sid, result: { kind: 'fetched' } });
    const media = settled[0]?.result.kind === 'fetched' ? settled[0].result.media : [];
    expect(media.map(({ contentType, sizeBytes }) => [contentType, sizeBytes])).toEqual([
      ['image/png', PNG.length],
      ['image/png', PNG.length],
    ]);
    expect(new Set(media.map(({ sid }) => sid)).size).toBe(2);
    expect([...blobs.blobs.keys()]).toEqual([`${HASH}-1`]);
    expect(rung).toEqual(['dispatch', clock.now()]);
    expect(events).toMatchObject([{ type: 'media.fetched', files: 2, sizeBytes: 2 * PNG.length }]);
  });

  it('fails a message whose media are refused, and says which and why to observers', async () => {
    answer = async () => ({ ...FILE, status: 404 }) as OutgoingResult;
    const { message: made } = add(url('a'));
    room.ring();
    await until(() => settled.length === 1);
    expect(settled[0]?.result).toEqual({ kind: 'fail', errorCode: 11200, note: 'medium 1: answered 404' });
    expect(events).toMatchObject([
      { type: 'media.failed', sid: made.sid, url: url('a'), errorCode: 11200, attempt: 1, isFinal: true },
      { type: 'message.status', sid: made.sid, status: 'failed', errorCode: 11200 },
    ]);
    expect(rung).toEqual(['callbacks']);
  });

  it('tries again after a second and after five, and takes what it gets then', async () => {
    let tries = 0;
    answer = async () => {
      tries += 1;
      return tries < 3 ? ({ ...FILE, status: 503 } as OutgoingResult) : FILE;
    };
    add(url('a'));
    room.ring();
    await until(() => tries === 1);
    await wind(750);
    expect(tries).toBe(1);
    await wind(500);
    expect(tries).toBe(2);
    await wind(4_500);
    expect(tries).toBe(2);
    await wind(750);
    await until(() => settled.length === 1);
    expect([tries, kinds()]).toEqual([3, ['fetched']]);
  });

  it('lets a store that is gone be no fault of the message', async () => {
    answer = async () => {
      storeIsGone = true;
      return FILE;
    };
    add(url('a'));
    room.ring();
    await until(() => asked.length === 1);
    await wind(20_000);
    expect(settled).toEqual([]);
    expect(faults()).not.toEqual([]);
    storeIsGone = false;
    await wind(3_000);
    expect(kinds()).toEqual(['fetched']);
    expect(asked).toHaveLength(1);
  });

  it('lets a blob store that is gone be no fault of the message', async () => {
    blobs.failing = true;
    add(url('a'));
    room.ring();
    await until(() => settled.length === 1);
    expect(settled[0]?.result).toEqual({
      kind: 'again',
      dueAt: clock.now() + 1_000,
      note: 'its media could not be stored',
    });
    expect(faults()).toEqual(['fetch: blobs']);
    blobs.failing = false;
    await wind(2_000);
    await until(() => settled.length === 2);
    expect(kinds()).toEqual(['again', 'fetched']);
  });

  it('fetches again when bytes were removed before they were referred to', async () => {
    losses = 1;
    add(url('a'));
    room.ring();
    await until(() => settled.length === 1);
    expect(settled[0]?.result).toMatchObject({ kind: 'fetched', media: [{ blobKey: `${HASH}-2` }] });
    expect(asked).toHaveLength(2);
  });

  it('gives a slow host a line of its own, and what does not fit in comes again without a try', async () => {
    const slow = Promise.withResolvers<OutgoingResult>();
    answer = async (request) => (request.url.includes('slow') ? slow.promise : FILE);
    const many = Array.from({ length: 154 }, () => add(url('slow')));
    const quick = add(url('quick'));
    room.ring();
    await until(() => settled.some(({ messageSid }) => messageSid === quick.message.sid));
    // Two are under way, 150 stand in line, two were put back.
    expect(asked.filter((one) => one.includes('slow'))).toHaveLength(2);
    expect(settled.filter(({ result }) => result.kind === 'again')).toHaveLength(2);
    slow.resolve(FILE);
    await wind(3_000);
    await until(() => kinds().filter((kind) => kind === 'fetched').length === many.length + 1);
  });

  it('hosts that hang keep nobody else waiting, however many messages they have', async () => {
    // Twice as many as there are places for, and all of them came first.
    const hanging = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight'];
    answer = async (request) =>
      hanging.some((host) => request.url.includes(host)) ? new Promise(() => undefined) : FILE;
    for (const host of hanging) for (let index = 0; index < 18; index += 1) add(url(host));
    const healthy = Array.from({ length: 20 }, () => add(url('healthy')).message.sid);
    room.ring();
    const startedAt = clock.now();
    for (let step = 0; step < 40 && kinds().length < healthy.length; step += 1) await wind(250);
    expect(settled.map(({ messageSid }) => messageSid).sort()).toEqual(healthy.sort());
    expect(clock.now() - startedAt).toBeLessThanOrEqual(2_000);
    expect(asked.filter((one) => !one.includes('healthy'))).toHaveLength(2 * hanging.length);
  });

  it('does not fetch what is overdue', async () => {
    const work = add(url('a'));
    clock.advance(work.message.validUntil - clock.now() + 1);
    room.ring();
    await until(() => settled.length === 1);
    expect(settled[0]?.result).toEqual({ kind: 'fail', errorCode: 30036 });
    expect(asked).toEqual([]);
  });

  it('leaves to others what it did not finish before it stopped', async () => {
    answer = () => new Promise(() => undefined);
    add(url('a'));
    room.ring();
    await until(() => asked.length === 1);
    const stopped = room.stop(2_000);
    await wind(2_000);
    expect(await stopped).toBe(false);
    expect(settled).toEqual([]);
  });

  it('fails nothing because its own connections end with it', async () => {
    const torn = Promise.withResolvers<OutgoingResult>();
    answer = () => torn.promise;
    add(url('a'));
    room.ring();
    await until(() => asked.length === 1);
    const stopped = room.stop(2_000);
    torn.resolve({ kind: 'failed', reason: 'reset', errorCode: 11200, text: 'closed', ms: 0 });
    await wind(250);
    expect(await stopped).toBe(true);
    expect(settled).toEqual([]);
  });
});
