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
import { makeLanes } from './lanes.ts';

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
  /** What the store is asked and told, in order. */
  let asked: string[];
  const clock = new HandWoundClock();

  beforeEach(() => {
    store = new FakeInbound();
    events = [];
    rung = [];
    forgotten = [];
    kept = 0;
    replies = 0;
    asked = [];
    senders = new Map([OURS, OTHER].map((address) => [address, { accountSid: 'AC1', address, properties: {} }]));
    const reads = {
      sendersByAddress: async (addresses: string[]) =>
        addresses.flatMap((address) => (senders.has(address) ? { ...(senders.get(address) as Sender), address } : [])),
      account: async () => ACCOUNT,
      document: async () => null,
      documents: async () => [],
      documentsByName: async () => [],
      pair: async (_: string, pair: string) =>
        pair === loopKey(OURS, OTHER) ? { jar: null, loop: { replies, lastAt: clock.now() } } : null,
    };
    inbound = makeInbound({
      store: new Proxy(store, {
        get(target, name) {
          asked.push(String(name));
          return Reflect.get(reads, name) ?? Reflect.get(target, name).bind(target);
        },
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
      settings: { partsWaitMs: 120_000, deliverPartial: false, keywordsOff: false, chargeOf: () => 7_500 },
      laneOf: makeLanes({ defaultRate: 1, queueHorizonMs: 60_000 }),
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

  it('texts that come one by one at the same time cost the reads and the commit of one', async () => {
    await inbound.inbound([heard('c0', 'Hello')]);
    const ofOne = asked.splice(0);
    await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        inbound.inbound([heard(`c${index + 1}`, 'Hello', { from: `+1415555${1_000 + index}` })]),
      ),
    );
    expect(ofOne).toEqual(['sendersByAddress', 'documentsByName', 'account', 'takeIn']);
    expect([asked, store.taken.length]).toEqual([ofOne, 101]);
  });

  it('of texts that come at the same time each carrier hears of its own alone', async () => {
    const media = [{ contentType: 'image/png', read: () => Promise.reject(new Error('no bytes')) }];
    const broken = inbound.inbound([heard('c2', 'Two', { media })]).catch((error: Error) => error.message);
    store.claimed.set(PHONE, [{ workId: 9, accountSid: 'AC1', attempt: 1 }]);
    let stopped = false;
    const stop = inbound.inbound([heard('c4', 'STOP')]).then(() => {
      stopped = true;
    });
    await Promise.all([
      inbound.inbound([heard('c1', 'One')]),
      inbound.inbound([heard('c3', 'Three', { from: OTHER })]),
    ]);
    expect([await broken, stopped]).toEqual(['no bytes', false]);
    store.claimed.clear();
    clock.advance(50);
    await stop;
  });

  it('parts that come at the same time are kept by one write, and the last makes the message', async () => {
    const part = { from: PHONE, to: OURS, reference: 1, total: 20, charset: 'GSM-7' } as const;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const content = {
          kind: 'part',
          part: { ...part, number: index + 1, octets: new Uint8Array([65 + index]) },
        } as const;
        return inbound.inbound([heard(null, '', { content })]);
      }),
    );
    expect(asked.filter((verb) => verb === 'takePart')).toHaveLength(1);
    expect(store.taken.map(({ message }) => message.body)).toEqual(['ABCDEFGHIJKLMNOPQRST']);
  });

  it('keeps what the API promises and no more: 1600 characters, ten files', async () => {
    const media = Array.from({ length: 12 }, () => ({ contentType: 'image/png', read: async () => new Uint8Array(1) }));
    await inbound.inbound([heard('c1', '😀'.repeat(2_000)), heard('c2', 'Look', { media })]);
    const bodies = store.taken.map(({ message }) => [...message.body].length);
    expect([bodies, store.taken.map(({ message }) => message.numMedia)]).toEqual([
      [1_600, 4],
      [0, 10],
    ]);
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
    expect(rung.sort()).toEqual(['reply', 'send']);
    const octets = new Uint8Array([72, 105]);
    const part = { from: PHONE, to: OURS, reference: 1, total: 2, number: 1, charset: 'GSM-7', octets } as const;
    await inbound.inbound([heard('c2', '', { content: { kind: 'part', part } })]);
    expect(rung).toContain('joining');
  });

  it('a confirmation has the pace of the sender that confirms; one for which there is no room in its queue is told of', async () => {
    senders.set(OURS, { accountSid: 'AC1', address: OURS, rate: 5, properties: {} });
    await inbound.inbound([heard('c1', 'STOP')]);
    const lane = { key: `carrier|AC1|${OURS}`, intervalMicros: 200_000, cost: 1, horizonMs: 60_000 };
    const notice = { connector: 'carrier', from: OURS, to: PHONE, lane };
    expect(store.taken[0]?.notice).toMatchObject({ ...notice, evenIfOptedOut: true });
    store.isFull = true;
    rung = [];
    await inbound.inbound([heard('c2', 'HELP', { from: '+12025550177' })]);
    expect(rung).toEqual([]);
    expect(store.taken[1]?.notice).toMatchObject({ evenIfOptedOut: false });
    await inbound.inbound([heard('c3', 'HELP'), heard('c4', 'START')]);
    expect(store.taken.slice(2).map((one) => one.notice?.evenIfOptedOut)).toEqual([true, false]);
    expect(events.at(-1)).toMatchObject({ type: 'notice.outcome', outcome: 'queue-full', attempt: 0 });
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
