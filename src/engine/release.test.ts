import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { Message } from '../domain/message.ts';
import type { Account, Document, Sender } from '../store/directory.ts';
import { type Release, type Released, type ReleaseWork, StoreUnavailable } from '../store/store.ts';
import { makeLanes } from './lanes.ts';
import { makeReleases, type ReleaseParts, type Releases } from './release.ts';

const NOW = new HandWoundClock().now();
const base = { accountSid: 'AC1', createdAt: NOW, updatedAt: NOW };
const account = { sid: 'AC1', status: 'active', defaultServiceSid: 'MG0' } as Account;
const service: Document = { ...base, kind: 'service', sid: 'MG1', parentSid: '', name: null, properties: {} };
const senders: Sender[] = ['+12125550110', '+12125550111'].map((address, index) => ({
  ...base,
  sid: `PN${index}`,
  address,
  kind: 'number',
  canSms: true,
  canMms: true,
  rate: 1,
  properties: {},
}));
const pool: Document[] = senders.map(({ sid, address }) => ({
  ...service,
  kind: 'pool',
  sid,
  parentSid: 'MG1',
  name: address,
  properties: { address },
}));

function work(workId: number, changes: Partial<Message> = {}): ReleaseWork {
  const message = {
    sid: `SM${workId}`,
    accountSid: 'AC1',
    serviceSid: 'MG1',
    from: null,
    to: `+1212555${String(2_000 + workId)}`,
    body: 'Hello',
    status: 'accepted',
    numMedia: 0,
    createdAt: NOW,
    validUntil: NOW + 60_000,
    smartEncoded: false,
    options: {},
    ...changes,
  } as Message;
  return { workId, attempt: 1, message };
}

describe('the release room', () => {
  let due: ReleaseWork[];
  let released: Release[];
  let events: PidgeEvent[];
  let rung: (number | 'callbacks')[];
  let room: Releases;
  /** What the store says to each release; the default queues it. */
  let answer: (release: Release) => Released | null;
  let gone: number;
  let optOuts: string[];
  let written: Promise<void>;
  /** What `lastSenders` has answered. */
  let asked: (string | null)[];
  let reads: string[];
  let clock: HandWoundClock;

  beforeEach(() => {
    clock = new HandWoundClock();
    due = [];
    released = [];
    events = [];
    rung = [];
    gone = 0;
    optOuts = [];
    written = Promise.resolve();
    asked = [];
    reads = [];
    answer = ({ result }) =>
      result.kind === 'fail' ? { status: 'failed', dueAt: null } : { status: 'queued', dueAt: NOW };
    const store: ReleaseParts['store'] = {
      async account() {
        reads.push('account');
        return account;
      },
      document: async (_account, _kind, sid) => (sid === 'MG1' ? service : null),
      documents: async () => [...pool].reverse(),
      async senders() {
        reads.push('senders');
        return senders;
      },
      async lastSenders(_account, _service, recipients) {
        reads.push('lastSenders');
        const last = released.at(-1)?.result;
        const from = last?.kind === 'queue' ? last.from : null;
        asked.push(from);
        return new Map(recipients.flatMap((to) => (from === null ? [] : [[to, from]])));
      },
      async laneStarts() {
        reads.push('laneStarts');
        return new Map();
      },
      optOutScopes: async () => optOuts,
      async optOutsOf(_account, who) {
        reads.push('optOutsOf');
        return who.flatMap((one) => optOuts.map((scope) => ({ ...one, scope })));
      },
      claimReleases: async ({ limit }) => due.splice(0, limit),
      nextDueAt: async () => null,
      async release(batch) {
        await written;
        if (gone > 0) {
          gone -= 1;
          throw new StoreUnavailable('gone');
        }
        if (batch.some(({ messageSid }) => messageSid === 'SM666')) throw new Error('unwritable');
        released.push(...batch);
        return batch.map(answer);
      },
    };
    room = makeReleases({
      store,
      clock,
      membership: { term: () => ({ owner: 'me' }) },
      route: () => ({ connector: 'sim' }),
      laneOf: makeLanes({ defaultRate: null, queueHorizonMs: 60_000 }),
      random: () => 0,
      observe: (event) => events.push(event),
      mediaLink: (sid) => `https://pidge.example/m/${sid}`,
      settings: { batch: 100, leaseMs: 60_000, pollMs: 1_000 },
      ringDispatch: (dueAt) => rung.push(dueAt),
      ringCallbacks: () => rung.push('callbacks'),
    });
    room.start();
  });
  afterEach(async () => void (await room.stop(0)));

  async function run(...works: ReleaseWork[]): Promise<void> {
    due.push(...works);
    room.ring();
    await room.idle();
  }
  const codes = () => released.map(({ result }) => (result.kind === 'fail' ? result.errorCode : result.kind));

  it('counts what one batch has picked, so that equal queues fill evenly', async () => {
    await run(...[1, 2, 3, 4].map((id) => work(id)));
    const froms = released.map(({ result }) => (result.kind === 'queue' ? result.from : ''));
    expect(froms).toEqual(['+12125550110', '+12125550111', '+12125550110', '+12125550111']);
    expect(released[0]?.result).toMatchObject({
      numSegments: 1,
      validUntil: NOW + 60_000,
      lane: { key: 'sim|AC1|+12125550110', intervalMicros: 1_000_000, cost: 1, horizonMs: 60_000 },
    });
    expect(rung).toEqual([NOW, NOW, NOW, NOW, 'callbacks']);
  });

  it('a batch costs the reads of one message', async () => {
    await run(work(1));
    const ofOne = reads.splice(0);
    await run(...Array.from({ length: 100 }, (_, index) => work(index + 2)));
    expect([reads, released.length]).toEqual([ofOne, 101]);
    expect(ofOne).toEqual(['account', 'senders', 'lastSenders', 'laneStarts', 'optOutsOf']);
  });

  it('keeps one sender for one recipient within a batch', async () => {
    const to = '+12125552000';
    await run(...[1, 2, 3].map((id) => work(id, { to })));
    expect(new Set(released.map(({ result }) => (result.kind === 'queue' ? result.from : '')))).toHaveLength(1);
  });

  it('writes one batch after the other, so that the next one knows what was picked', async () => {
    const to = '+12125552000';
    const gate = Promise.withResolvers<void>();
    written = gate.promise;
    for (const id of [1, 2]) {
      due.push(work(id, { to }));
      room.ring();
      await new Promise((resolve) => setImmediate(resolve));
    }
    // Both are claimed, and the first is being written.
    expect([due.length, released.length]).toEqual([0, 0]);
    gate.resolve();
    await room.idle();
    expect(asked).toEqual([null, '+12125550110']);
  });

  it('fails what is past its validity, and what is of a service that is gone', async () => {
    await run(work(1, { validUntil: NOW - 1 }), work(2, { serviceSid: 'MG2' }));
    expect(codes()).toEqual([30036, 21701]);
    expect(events.map((event) => event.type === 'message.status' && event.errorCode)).toEqual([30036, 21701]);
  });

  it('fails with 21610 what its recipient has opted out of, by the service or by the sender that is picked', async () => {
    for (const [index, scope] of ['MG1', '+12125550110', '+12125559999'].entries()) {
      optOuts = [scope];
      await run(work(index + 1));
    }
    expect(codes()).toEqual([21610, 21610, 'queue']);
  });

  it('tells nothing of what was canceled meanwhile, and 30001 of what found its queue full', async () => {
    answer = ({ messageSid }) => (messageSid === 'SM1' ? null : { status: 'failed', dueAt: null });
    await run(work(1), work(2));
    expect(events).toMatchObject([{ type: 'message.status', sid: 'SM2', status: 'failed', errorCode: 30001 }]);
    expect(rung).toEqual(['callbacks']);
  });

  it('releases the rest of a batch when one of it cannot be written', async () => {
    await run(work(1), work(666), work(2));
    expect(released.map(({ messageSid }) => messageSid)).toEqual(['SM1', 'SM2']);
    expect(events.filter(({ type }) => type === 'fault')).toHaveLength(1);
  });

  it('tries again while the store is gone', async () => {
    gone = 2;
    due.push(work(1));
    room.ring();
    for (let turn = 0; released.length === 0 && turn < 100; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(250);
    }
    expect(codes()).toEqual(['queue']);
  });
});
