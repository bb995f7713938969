import { describe, expect, it } from 'vitest';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { type Behaviour, type Carriage, type CarriageReceipt, parseBehaviour } from '../domain/phone.ts';
import { SimulatedCarrier } from './carrier.ts';

const ADA = '+12025550101';
const STRANGER = '+12025550177';

function behave(json: unknown, now: number): Behaviour {
  const parsed = parseBehaviour(json, now);
  if (!parsed.ok) throw new Error(parsed.fix);
  return parsed.behaviour;
}

function message(key: string, change: Partial<Carriage> = {}): Carriage {
  return { key, sid: key, from: '+12025550100', to: ADA, parts: ['Hello'], ...change };
}

/** A carrier with a listener that writes everything down; `refusals` makes it fail so many times first. */
function setUp(settings = { submitMs: 0, receiptMs: 300 }) {
  const clock = new HandWoundClock();
  const events: PidgeEvent[] = [];
  const carrier = new SimulatedCarrier({ clock, settings, observe: (event) => events.push(event) });
  const batches: CarriageReceipt[][] = [];
  const state = { refusals: 0 };
  const hear = async (batch: CarriageReceipt[]) => {
    if (state.refusals > 0) {
      state.refusals -= 1;
      throw new Error('not now');
    }
    batches.push(batch);
  };
  const hangUp = carrier.listen(hear);
  /** Winds the clock and lets what the listener's promise set off happen. */
  const wind = async (ms: number) => {
    clock.advance(ms);
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  };
  const said = () => batches.flat().map(({ id, state: word, code }) => [id, word, ...(code ? [code] : [])].join(' '));
  const set = (json: unknown, number = ADA) =>
    carrier.handsets.setPhone(number, { behaviour: behave(json, clock.now()) });
  return { clock, carrier, batches, state, hear, hangUp, wind, said, set, events };
}

describe('the simulated carrier', () => {
  it('answers with one id per part, and reports each part after the usual time', async () => {
    const { carrier, wind, said } = setUp();
    expect(await carrier.submit([message('K1', { parts: ['one ', 'two'] })])).toEqual([
      { kind: 'taken', ids: ['K1-1', 'K1-2'] },
    ]);
    await wind(299);
    expect(said()).toEqual([]);
    expect(carrier.handsets.inbox(ADA)).toEqual([]);
    await wind(1);
    expect(said()).toEqual(['K1-1 delivered', 'K1-2 delivered']);
    expect(carrier.handsets.inbox(ADA)).toMatchObject([{ sid: 'K1', body: 'one two', parts: 2, channel: 'sms' }]);
  });

  it('reports everything of one instant in one batch, with one timer', async () => {
    const { carrier, wind, batches, clock } = setUp();
    let timers = 0;
    const after = clock.after.bind(clock);
    clock.after = (delayMs, task) => {
      timers += 1;
      return after(delayMs, task);
    };
    await carrier.submit(Array.from({ length: 500 }, (_, index) => message(`K${index}`)));
    await carrier.submit([message('K500')]);
    await wind(300);
    expect(timers).toBe(1);
    expect(batches.map((batch) => batch.length)).toEqual([501]);
  });

  it('never carries a key twice', async () => {
    const { carrier, wind, said } = setUp();
    const first = await carrier.submit([message('K1'), message('K1')]);
    await wind(300);
    expect(await carrier.submit([message('K1')])).toEqual([first[0]]);
    await wind(5_000);
    expect(first[1]).toEqual(first[0]);
    expect(said()).toEqual(['K1-1 delivered']);
    expect(carrier.handsets.inbox(ADA)).toHaveLength(1);
  });

  it('gives a repeated key the same refusal, whatever the script says by now', async () => {
    const { carrier, set } = setUp();
    set({ script: [{ failed: 30007 }] });
    expect(await carrier.submit([message('K1')])).toEqual([{ kind: 'refused', code: 30007 }]);
    expect(await carrier.submit([message('K1')])).toEqual([{ kind: 'refused', code: 30007 }]);
    expect(await carrier.submit([message('K2')])).toMatchObject([{ kind: 'taken' }]);
  });

  it('repeats receipts every second until they are heard, and the inbox has one copy', async () => {
    const { carrier, wind, said, state, events } = setUp();
    state.refusals = 2;
    await carrier.submit([message('K1')]);
    await wind(300);
    await wind(1_000);
    expect(said()).toEqual([]);
    await wind(1_000);
    expect(said()).toEqual(['K1-1 delivered']);
    await wind(10_000);
    expect(said()).toHaveLength(1);
    expect(carrier.handsets.inbox(ADA)).toHaveLength(1);
    expect(events.map((event) => event.type)).toEqual(['fault', 'fault']);
  });

  it('keeps receipts for the next listener while nobody listens, without a timer', async () => {
    const { carrier, wind, said, hear, hangUp, clock } = setUp();
    await carrier.submit([message('K1')]);
    await hangUp();
    expect(clock.untilNext()).toBeNull();
    await wind(5_000);
    expect(said()).toEqual([]);
    carrier.listen(hear);
    await wind(0);
    expect(said()).toEqual(['K1-1 delivered']);
  });

  it('hangs up only when what was under way is settled', async () => {
    const clock = new HandWoundClock();
    const carrier = new SimulatedCarrier({ clock, settings: { submitMs: 0, receiptMs: 0 } });
    const heard = Promise.withResolvers<void>();
    const hangUp = carrier.listen(() => heard.promise);
    await carrier.submit([message('K1')]);
    clock.advance(0);
    let down = false;
    const closing = hangUp().then(() => {
      down = true;
    });
    for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
    expect(down).toBe(false);
    heard.resolve();
    await closing;
    expect(clock.untilNext()).toBeNull();
  });

  it('refuses a second listener', () => {
    const { carrier, hear } = setUp();
    expect(() => carrier.listen(hear)).toThrow('listens');
  });

  it('takes the message before it answers', async () => {
    const { carrier, wind, said } = setUp({ submitMs: 20, receiptMs: 10 });
    let answered = false;
    const answer = carrier.submit([message('K1')]).then(() => {
      answered = true;
    });
    await wind(19);
    expect(answered).toBe(false);
    expect(said()).toEqual(['K1-1 delivered']);
    await wind(1);
    await answer;
  });
});

describe('a phone', () => {
  it('that is told to deliver later does', async () => {
    const { carrier, wind, said, set } = setUp();
    set({ deliver_after: '2s' });
    await carrier.submit([message('K1')]);
    await wind(1_999);
    expect(said()).toEqual([]);
    await wind(1);
    expect(said()).toEqual(['K1-1 delivered']);
  });

  it.each([
    [{ undelivered: 30005 }, 30005],
    [{ blocked: true }, 30004],
    [{ landline: true }, 30006],
  ])('that behaves as %j gets nothing, and the receipt says %d', async (json, code) => {
    const { carrier, wind, said, set } = setUp();
    set(json);
    await carrier.submit([message('K1')]);
    await wind(300);
    expect(said()).toEqual([`K1-1 undelivered ${code}`]);
    expect(carrier.handsets.inbox(ADA)).toEqual([]);
  });

  it('without receipts gets the message all the same', async () => {
    const { carrier, wind, said, set } = setUp();
    set('no_receipt');
    await carrier.submit([message('K1')]);
    await wind(86_400_000);
    expect(said()).toEqual([]);
    expect(carrier.handsets.inbox(ADA)).toHaveLength(1);
  });

  it('that is away gets it on its return', async () => {
    const { carrier, wind, said, set } = setUp();
    set({ unreachable_until: '10m' });
    await wind(60_000);
    await carrier.submit([message('K1')]);
    await wind(540_299);
    expect(said()).toEqual([]);
    await wind(1);
    expect(said()).toEqual(['K1-1 delivered']);
    await carrier.submit([message('K2')]);
    await wind(300);
    expect(said()).toContain('K2-1 delivered');
  });

  it('that stays away beyond three days is given up', async () => {
    const { carrier, wind, said, set } = setUp();
    set({ unreachable_until: '7d' });
    await carrier.submit([message('K1')]);
    await wind(72 * 3_600_000);
    expect(said()).toEqual(['K1-1 undelivered 30003']);
  });

  it('reads once, after the delivery was heard, however late that is', async () => {
    const { carrier, wind, said, set, state } = setUp();
    set({ read_after: '100ms' });
    state.refusals = 1;
    await carrier.submit([message('K1', { from: 'whatsapp:+12025550100', parts: ['a', 'b'] })]);
    await wind(300);
    await wind(1_000);
    expect(said()).toEqual(['K1-1 delivered', 'K1-2 delivered']);
    await wind(100);
    expect(said().slice(2)).toEqual(['K1-2 read']);
  });

  it('is told of no SMS that it was read', async () => {
    const { carrier, wind, said, set } = setUp();
    set({ read_after: '100ms' });
    await carrier.submit([message('K1')]);
    await wind(10_000);
    expect(said()).toEqual(['K1-1 delivered']);
  });

  it('plays its script, one step a message, then what comes after', async () => {
    const { carrier, wind, said, set } = setUp();
    // biome-ignore lint/suspicious/noThenProperty: the spelling of the API
    set({ script: ['deliver', { undelivered: 30003 }], then: { undelivered: 30005 } });
    for (const key of ['K1', 'K2', 'K3', 'K4']) await carrier.submit([message(key)]);
    await wind(300);
    expect(said()).toEqual([
      'K1-1 delivered',
      'K2-1 undelivered 30003',
      'K3-1 undelivered 30005',
      'K4-1 undelivered 30005',
    ]);
  });

  it('acts out its outcome number, until somebody tells it otherwise', async () => {
    const { carrier, wind, said, set } = setUp();
    const to = '+15005530003';
    carrier.handsets.setPhone(to, { name: 'Gone' });
    expect(await carrier.submit([message('K0', { to: '+15005530001' })])).toEqual([{ kind: 'refused', code: 30001 }]);
    await carrier.submit([message('K1', { to })]);
    set('deliver', to);
    await carrier.submit([message('K2', { to })]);
    await wind(300);
    expect(said()).toEqual(['K1-1 undelivered 30003', 'K2-1 delivered']);
  });

  it('appears when it is first texted, on any channel', async () => {
    const { carrier, wind } = setUp();
    expect(carrier.handsets.phones().map((phone) => phone.name)).toEqual(['Ada', 'Ben']);
    await carrier.submit([message('K1', { to: `whatsapp:${STRANGER}`, from: 'whatsapp:+12025550100' })]);
    await wind(300);
    expect(carrier.handsets.phones()[2]).toMatchObject({ number: STRANGER, name: null, messages: 1 });
    expect(carrier.handsets.inbox(STRANGER)).toMatchObject([{ channel: 'whatsapp', to: `whatsapp:${STRANGER}` }]);
  });

  it('keeps its inbox when it is set up later', async () => {
    const { carrier, wind } = setUp();
    await carrier.submit([message('K1', { to: STRANGER })]);
    await wind(300);
    expect(carrier.handsets.setPhone(STRANGER, { name: 'Cyd' })).toMatchObject({ name: 'Cyd', messages: 1 });
    expect(carrier.handsets.phones()).toHaveLength(3);
  });

  it('keeps the newest thousand messages, newest first, and no endless body', async () => {
    const { carrier, wind } = setUp();
    const many = Array.from({ length: 2_500 }, (_, index) => message(`K${index}`, { parts: ['x'.repeat(2_000)] }));
    await carrier.submit(many);
    await wind(300);
    const inbox = carrier.handsets.inbox(ADA);
    expect(inbox).toHaveLength(1_000);
    expect(inbox[0]).toMatchObject({ sid: 'K2499' });
    expect(inbox[999]).toMatchObject({ sid: 'K1500' });
    expect(inbox[0]?.body).toHaveLength(1_600);
  });

  it('is forgotten, the first to appear first, when too many strangers are texted', async () => {
    const { carrier, wind } = setUp();
    const to = (index: number) => `+1202${String(index).padStart(7, '0')}`;
    await carrier.submit(Array.from({ length: 10_001 }, (_, index) => message(`K${index}`, { to: to(index) })));
    await wind(300);
    expect(carrier.handsets.phones()).toHaveLength(10_002);
    expect(carrier.handsets.inbox(to(0))).toEqual([]);
    expect(carrier.handsets.inbox(to(10_000))).toHaveLength(1);
  });
});

describe('after a restart', () => {
  const awaited = (carrierId: string, to = ADA) => ({ carrierId, messageSid: 'SM', from: '+12025550100', to });

  it('the receipts still awaited come', async () => {
    const { carrier, wind, said } = setUp();
    carrier.resume([
      awaited('K1-1'),
      awaited('K1-2'),
      awaited('K2-2', '+15005530003'),
      awaited('K3-1', '+15005530001'),
    ]);
    await wind(300);
    expect(said()).toEqual(['K1-1 delivered', 'K1-2 delivered', 'K2-2 undelivered 30003', 'K3-1 undelivered 30001']);
  });

  it('what the carrier still knows is left alone', async () => {
    const { carrier, wind, said, set } = setUp();
    set('no_receipt');
    await carrier.submit([message('K1')]);
    carrier.resume([awaited('K1-1')]);
    set('deliver');
    carrier.resume([awaited('K1-1')]);
    await wind(5_000);
    expect(said()).toEqual([]);
  });

  it('a message it is handed again is taken again, under the same ids', async () => {
    const before = setUp();
    const after = setUp();
    const ids = await before.carrier.submit([message('K1')]);
    expect(await after.carrier.submit([message('K1')])).toEqual(ids);
  });
});
