import { beforeEach, describe, expect, it } from 'vitest';
import { FakeInbound } from '../../tests/helpers/fake-inbound.ts';
import type { Heard } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { LOOP_GAP_MS, loopKey, MOST_TURNS } from '../domain/reply-loop.ts';
import { SidMaker } from '../domain/sid.ts';
import type { Account, Sender } from '../store/directory.ts';
import { StoreUnavailable, type WorkKind } from '../store/store.ts';
import { makeDrain } from './drain.ts';
import { type Inbound, makeInbound } from './inbound.ts';

const OURS = '+12025550100';
const OTHER = '+12025550109';
const PHONE = '+12025550101';
const ACCOUNT = { sid: 'AC1', ownerSid: 'AC1', status: 'active' } as Account;

describe('the inbound room', () => {
  let store: FakeInbound;
  let inbound: Inbound;
  let events: PidgeEvent[];
  let rung: WorkKind[];
  let forgotten: string[];
  let kept: number;
  let senders: Map<string, Partial<Sender>>;
  let replies: number;
  const clock = new HandWoundClock();

  beforeEach(() => {
    store = new FakeInbound();
    events = [];
    rung = [];
    forgotten = [];
    kept = 0;
    replies = 0;
    senders = new Map([OURS, OTHER].map((address) => [address, { accountSid: 'AC1', address, properties: {} }]));
    const reads = {
      senderByAddress: async (address: string) => (senders.get(address) as Sender | undefined) ?? null,
      account: async () => ACCOUNT,
      document: async () => null,
      documents: async () => [],
      pair: async (_: string, pair: string) =>
        pair === loopKey(OURS, OTHER) ? { jar: null, loop: { replies, lastAt: clock.now() } } : null,
    };
    inbound = makeInbound({
      store: new Proxy(store, {
        get: (target, name) => Reflect.get(reads, name) ?? Reflect.get(target, name).bind(target),
      }) as unknown as Parameters<typeof makeInbound>[0]['store'],
      async keepMedia(files) {
        kept += files.length;
        for (const { read } of files) await read();
        return files.map(({ contentType }, index) => {
          return { sid: `ME${index}`, contentType, sizeBytes: 1, blobKey: `blob${kept}-${index}` };
        });
      },
      sids: new SidMaker(clock),
      drain: makeDrain({ store, clock }),
      clock,
      observe: (event) => events.push(event),
      settings: { partsWaitMs: 120_000, deliverPartial: false, keywordsOff: false },
      ring: (kind) => rung.push(kind),
      forgetOptOuts: (accountSid) => forgotten.push(accountSid),
    });
  });

  const heard = (carrierId: string | null, body: string, more: Partial<Heard> = {}): Heard => ({
    connector: 'carrier',
    carrierId,
    from: PHONE,
    to: OURS,
    content: { kind: 'text', body, numSegments: 1 },
    media: [],
    channel: null,
    ...more,
  });
  const turns = async () => {
    for (let turn = 0; turn < 50; turn += 1) await Promise.resolve();
  };

  it('has the account’s opt-outs forgotten with every STOP and START, also a repeated one, and with no other word', async () => {
    await inbound.inbound([heard('c1', 'Hello'), heard('c2', 'HELP')]);
    expect(forgotten).toEqual([]);
    await inbound.inbound([heard('c3', 'STOP')]);
    await inbound.inbound([heard('c3', 'STOP')]);
    await inbound.inbound([heard('c4', 'START')]);
    expect(forgotten).toEqual(['AC1', 'AC1', 'AC1']);
  });

  it('does not answer a STOP before what was claimed is settled, not even when it is repeated', async () => {
    const works = [{ workId: 9, accountSid: 'AC1', attempt: 1 }];
    for (const id of ['c1', 'c1']) {
      store.claimed.set(PHONE, works);
      let answered = false;
      const done = inbound.inbound([heard(id, 'STOP')]).then(() => {
        answered = true;
      });
      await turns();
      clock.advance(100);
      await turns();
      expect([answered, store.taken.length]).toEqual([false, 1]);
      store.claimed.clear();
      clock.advance(50);
      await done;
    }
  });

  it('of two that come at once the later counts, in either order', async () => {
    await inbound.inbound([heard('c1', 'STOP'), heard('c2', 'START')]);
    expect(store.optedOuts).toEqual([]);
    await inbound.inbound([heard('c3', 'START'), heard('c4', 'STOP')]);
    expect(store.optedOuts).toMatchObject([{ scope: OURS, peer: PHONE }]);
    await inbound.inbound([heard('c5', 'START'), heard('c6', 'STOP')]);
    expect(store.optedOuts).toMatchObject([{ scope: OURS, peer: PHONE }]);
  });

  it('puts bytes again that went before the commit, and gives up when they keep going', async () => {
    const media = [{ contentType: 'image/png', read: async () => new Uint8Array(1) }];
    store.gone.add('blob1-0');
    await inbound.inbound([heard('c1', 'Look', { media })]);
    expect([store.taken.length, kept]).toEqual([1, 2]);
    expect(store.taken[0]?.message).toMatchObject({ numMedia: 1, sid: expect.stringMatching(/^MM/) });
    for (let index = 3; index < 20; index += 1) store.gone.add(`blob${index}-0`);
    await expect(inbound.inbound([heard('c2', 'Look', { media })])).rejects.toBeInstanceOf(StoreUnavailable);
  });

  it('one that cannot be taken in does not hold up the others, and the carrier hears of it', async () => {
    const media = [{ contentType: 'image/png', read: () => Promise.reject(new Error('no bytes')) }];
    const batch = [heard('c1', 'One'), heard('c2', 'Two', { media }), heard('c3', 'Three')];
    await expect(inbound.inbound(batch)).rejects.toThrow('no bytes');
    expect(store.taken.map(({ message }) => message.body)).toEqual(['One', 'Three']);
  });

  it('nothing is answered while the store is gone', async () => {
    store.failWith = new StoreUnavailable('gone');
    await expect(inbound.inbound([heard('c1', 'One')])).rejects.toBeInstanceOf(StoreUnavailable);
    expect(events).toEqual([]);
  });

  it('messages between two of ours that answer each other fail with 30039, and no app is asked', async () => {
    senders.set(OURS, { accountSid: 'AC1', properties: { sms_url: 'https://app.example.com/' } });
    replies = MOST_TURNS + 1;
    await inbound.inbound([heard('c1', 'Echo', { from: OTHER })]);
    expect(store.taken[0]).toMatchObject({
      message: { status: 'failed', errorCode: 30039 },
      reply: null,
      notice: null,
    });
    expect(events).toContainEqual(expect.objectContaining({ type: 'message.status', errorCode: 30039 }));
    await inbound.inbound([heard('c2', 'Hello')]);
    clock.advance(LOOP_GAP_MS);
    replies = MOST_TURNS;
    await inbound.inbound([heard('c3', 'Echo', { from: OTHER })]);
    expect(store.taken.slice(1).map(({ message }) => message.status)).toEqual(['receiving', 'receiving']);
  });

  it('rings for what it made due: the app, the confirmation, the parts that are waited for', async () => {
    senders.set(OURS, { accountSid: 'AC1', properties: { sms_url: 'https://app.example.com/' } });
    await inbound.inbound([heard('c1', 'STOP')]);
    expect(rung.sort()).toEqual(['notice', 'reply']);
    const octets = new Uint8Array([72, 105]);
    const part = { from: PHONE, to: OURS, reference: 1, total: 2, number: 1, charset: 'GSM-7', octets } as const;
    await inbound.inbound([heard('c2', '', { content: { kind: 'part', part } })]);
    expect(rung).toContain('joining');
  });

  it('keeps what lacks parts for whom its parts came, also when the number has gone meanwhile', async () => {
    const octets = new Uint8Array([72, 105]);
    const part = { from: PHONE, to: OURS, reference: 1, total: 2, number: 1, charset: 'GSM-7', octets } as const;
    await inbound.inbound([heard('c1', '', { content: { kind: 'part', part } })]);
    senders.delete(OURS);
    clock.advance(120_000);
    const [work] = await store.claimJoinings({ limit: 1, leaseMs: 1_000 }, clock.now());
    if (!work) throw new Error('Nothing is due');
    await inbound.takeJoining(work);
    expect(store.taken[0]?.message).toMatchObject({
      accountSid: 'AC1',
      status: 'failed',
      errorCode: 30009,
      body: 'Hi',
    });
  });

  it('tells who waits for it what became of it', async () => {
    const { fate, cancel } = inbound.watch('c1');
    await inbound.inbound([heard('c1', 'HELP')]);
    expect(await fate).toMatchObject({ kind: 'taken', keyword: { type: 'HELP' } });
    cancel();
    const stray = inbound.watch('c2');
    await inbound.inbound([heard('c2', 'Hello', { to: '+12025550199' })]);
    expect(await stray.fate).toEqual({ kind: 'unkept', why: 'nobody here has this number' });
    expect(events.at(-1)).toMatchObject({ type: 'inbound.stray', connector: 'carrier' });
  });
});
