import { afterEach, beforeEach, expect, test } from 'vitest';
import { FakeReplies } from '../../tests/helpers/fake-replies.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { noFaults } from '../domain/faults.ts';
import type { Message } from '../domain/message.ts';
import type { OutgoingRequest, OutgoingResult } from '../net/outgoing.ts';
import { StoreUnavailable } from '../store/store.ts';
import type { Draft } from './draft.ts';
import type { Prepared } from './prepare.ts';
import { makeReplies, type Replies, type ReplyParts } from './replies.ts';
import { ReplySummaries } from './reply-summaries.ts';

const URL_OF_APP = 'https://app.example/sms';
const SETTINGS = { maxInFlight: 10, perHost: 2, leaseMs: 60_000, batch: 10, pollMs: 1_000 };

let clock: HandWoundClock;
let store: FakeReplies;
let asked: OutgoingRequest[];
let answer: (request: OutgoingRequest) => Promise<OutgoingResult>;
let events: PidgeEvent[];
let announced: string[];
let raised: number[];
let closed: Set<string>;
let isOver: boolean;
let prepare: (draft: Draft) => Promise<void>;
let summaries: ReplySummaries;
let room: Replies;

function answered(body: string, more: Partial<OutgoingResult & { kind: 'answer' }> = {}): OutgoingResult {
  return {
    kind: 'answer',
    status: 200,
    headers: { 'content-type': 'text/plain' },
    setCookies: [],
    url: URL_OF_APP,
    body: '',
    bytes: Buffer.from(body),
    partial: false,
    ms: 5,
    ...more,
  };
}

function makeRoom(more: Partial<ReplyParts['settings']> = {}): Replies {
  return makeReplies({
    store,
    membership: { term: () => ({ owner: 'me', since: 0 }) as never, isOver: () => isOver },
    accounts: { closed: (sids) => new Set([...sids].filter((sid) => closed.has(sid))) },
    outgoing: {
      request(request) {
        asked.push(request);
        return answer(request);
      },
    },
    clock,
    tokenOf: async () => 'token',
    mediaUrl: ({ sid }) => sid,
    door: {
      async prepare(_account, draft) {
        await prepare(draft);
        const message = { sid: `SM-${draft.body}`, body: draft.body } as Message;
        return {
          acceptance: { message, connector: 'sim', lane: null },
          shortener: null,
          encoding: 'GSM-7',
        } as Prepared;
      },
      announce: ({ acceptance }) => void announced.push(acceptance.message.body),
    },
    use: 'both',
    raise: (alerts) => void raised.push(...alerts.map(({ code }) => code)),
    summaries,
    observe: (event) => void events.push(event),
    faults: noFaults,
    settings: { ...SETTINGS, ...more },
  });
}

const faults = () => events.filter((event) => event.type === 'fault').map(({ where }) => where);
const received = () => events.filter((event) => event.type === 'message.status').map(({ sid }) => sid);

beforeEach(() => {
  clock = new HandWoundClock();
  store = new FakeReplies();
  [asked, events, announced, raised] = [[], [], [], []];
  [closed, isOver] = [new Set(), false];
  answer = async () => answered('Hi');
  prepare = async () => undefined;
  summaries = new ReplySummaries();
  room = makeRoom();
});
afterEach(async () => {
  expect(await room.stop(1_000)).toBe(true);
  expect(clock.untilNext()).toBeNull();
});

test('what was ordered is told of after the commit, and who waits for it hears all of it', async () => {
  const sid = store.add(URL_OF_APP);
  const waiting = summaries.settled(sid);
  room.start();
  await room.idle();
  expect(announced).toEqual(['Hi']);
  expect(received()).toEqual([sid]);
  expect(await waiting).toMatchObject({
    webhook: { url: URL_OF_APP, status: 200 },
    replies: [{ body: 'Hi' }],
    alerts: [],
  });
  expect(await summaries.settled(sid)).toEqual(await waiting);
  expect(events.find((event) => event.type === 'reply.document')).toMatchObject({
    why: 'first',
    replies: 1,
    documentNumber: 1,
  });
});

test('a stale answer is told of to nobody', async () => {
  store.add(URL_OF_APP);
  answer = async () => {
    for (const row of store.rows) row.attempt += 1;
    return answered('Hi');
  };
  room.start();
  await room.idle();
  expect(announced).toEqual([]);
  expect(received()).toEqual([]);
});

test('an app whose account is suspended is not asked', async () => {
  const sid = store.add(URL_OF_APP);
  closed.add(store.rows[0]?.message.accountSid ?? '');
  room.start();
  await room.idle();
  expect(asked).toEqual([]);
  expect(received()).toEqual([sid]);
});

test('while the store is gone the answer is kept, and recorded when it is back', async () => {
  store.add(URL_OF_APP);
  let tries = 0;
  store.beforeCommit = () => {
    tries += 1;
    if (tries < 3) throw new StoreUnavailable('gone');
  };
  room.start();
  for (let step = 0; step < 20; step += 1) {
    clock.advance(250);
    await new Promise(setImmediate);
  }
  await room.idle();
  expect(asked).toHaveLength(1);
  expect(announced).toEqual(['Hi']);
});

test('what cannot be recorded among others is recorded alone, and ends without its replies if it cannot be at all', async () => {
  const bad = store.add(URL_OF_APP);
  const good = store.add(URL_OF_APP);
  store.beforeCommit = (batch) => {
    if (batch.some(({ messageSid, replies }) => messageSid === bad && replies.length > 0)) throw new Error('no');
  };
  room.start();
  await room.idle();
  expect(received().sort()).toEqual([bad, good].sort());
  expect(announced).toEqual(['Hi']);
  expect(faults()).toEqual(['replies: finish']);
});

test('a fault of ours in judging one reply leaves out that reply alone', async () => {
  store.add(URL_OF_APP);
  const xml = '<Response><Message>one</Message><Message>two</Message></Response>';
  answer = async () => answered(xml, { headers: { 'content-type': 'text/xml' } });
  prepare = async ({ body }) => {
    if (body === 'one') throw new Error('broken');
  };
  room.start();
  await room.idle();
  expect(announced).toEqual(['two']);
  expect(raised).toEqual([12400]);
  expect(faults()).toEqual(['replies: prepare']);
});

test('a queue that is full drops the reply with 21611', async () => {
  store.add(URL_OF_APP);
  store.isFull = true;
  room.start();
  await room.idle();
  expect(announced).toEqual([]);
  expect(raised).toEqual([21611]);
  expect(events.find((event) => event.type === 'reply.document')).toMatchObject({ replies: 0 });
});

test('a document of a thousand mistakes raises twenty alerts, and the last says how many more there were', async () => {
  store.add(URL_OF_APP);
  store.isFull = true;
  const xml = `<Response>${'<Message>Hi</Message>'.repeat(8)}${'<Nonsense/>'.repeat(900)}</Response>`;
  answer = async () => answered(xml, { headers: { 'content-type': 'text/xml' } });
  room.start();
  await room.idle();
  expect(raised).toEqual(Array(20).fill(12200));
  const texts = events.flatMap((event) => (event.type === 'alert' ? event.text : []));
  expect(texts).toHaveLength(20);
  expect(texts.at(-1)).toMatch(/ \(and 880 more of this document\).* \(and 8 more alerts about it\)$/);
  expect(texts.slice(0, -1).join()).not.toContain('more');
});

test('an address that cannot be asked is 11100, and nothing is asked', async () => {
  const sid = store.add('https://under_score.example/');
  room.start();
  await room.idle();
  expect(asked).toEqual([]);
  expect(raised).toEqual([11100]);
  expect(received()).toEqual([sid]);
});

test('one app that hangs takes its own line and gives its places to the others', async () => {
  room = makeRoom({ maxInFlight: 4, perHost: 2 });
  let release: (result: OutgoingResult) => void = () => undefined;
  const hanging = new Promise<OutgoingResult>((resolve) => {
    release = resolve;
  });
  answer = ({ url }) => (url.includes('slow') ? hanging : Promise.resolve(answered('Hi')));
  for (let count = 0; count < 4; count += 1) store.add('https://slow.example/');
  const quick = store.add(URL_OF_APP);
  room.start();
  for (let step = 0; step < 12; step += 1) {
    clock.advance(250);
    await new Promise(setImmediate);
  }
  expect(received()).toEqual([quick]);
  expect(asked.filter(({ url }) => url.includes('slow'))).toHaveLength(2);
  release(answered('late'));
  await room.idle();
  expect(received()).toHaveLength(5);
});

test('a node whose term is over asks nobody', async () => {
  store.add(URL_OF_APP);
  isOver = true;
  room.start();
  await room.idle();
  expect(asked).toEqual([]);
  expect(store.results).toEqual([]);
});
