/** Messages through a Messaging Service, over real HTTP, with the hand-wound clock and the simulated carrier. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { openWindow } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeService, type TestSender } from '../helpers/services.ts';
import { Sink } from '../helpers/sink.ts';

const NEAR = '+13125550110';
const FAR = '+12125550110';

describe('through a service', () => {
  let pidge: TestPidge;
  let client: Client;
  let sink: Sink;

  beforeEach(async () => {
    sink = await new Sink().start();
    pidge = await startTestPidge({ clock: 'hand-wound' });
    client = new Client(pidge.origin, pidge.account);
  });
  afterEach(async () => {
    await client.close();
    await pidge.close();
    await sink.stop();
  });

  const service = (senders: (string | TestSender)[], properties: Record<string, unknown> = {}) =>
    makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      properties,
      senders: senders.map((one) => (typeof one === 'string' ? { address: one } : one)),
    });
  const send = (form: Record<string, string>) =>
    client.send(Object.entries({ To: '+13125550199', Body: 'Hello', ...form }));
  const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
  const ended = async (sid: string) => {
    await pidge.wind(async () => ['delivered', 'failed', 'undelivered'].includes((await fetch(sid)).status));
    return fetch(sid);
  };

  it('a message is accepted without sender and segments, then queued, sent and delivered from the near number', async () => {
    const MessagingServiceSid = await service([FAR, NEAR]);
    const { status, json } = await send({ MessagingServiceSid, StatusCallback: `${sink.origin}/s` });
    expect(status).toBe(201);
    expect(json).toMatchObject({
      status: 'accepted',
      from: null,
      num_segments: '0',
      messaging_service_sid: MessagingServiceSid,
    });
    await pidge.wind(async () => sink.statuses(json.sid).length === 3);
    expect(sink.statuses(json.sid)).toEqual(['queued', 'sent', 'delivered']);
    expect(sink.heard[0]?.params).toMatchObject({ From: NEAR, MessagingServiceSid });
    expect(await fetch(json.sid)).toMatchObject({ status: 'delivered', from: NEAR, num_segments: '1' });
  });

  it.each([
    ['a premium number', '+19005550100', 21268],
    ['a landline', '+442079460000', 21635],
  ])('%s is found out after the 201, at once or at its hour', async (_, To, code) => {
    const MessagingServiceSid = await service([FAR]);
    const { status, json } = await send({ MessagingServiceSid, To, StatusCallback: `${sink.origin}/s` });
    expect([status, json.status]).toEqual([201, 'accepted']);
    await pidge.wind(async () => sink.statuses(json.sid).length === 1);
    expect(sink.heard[0]?.params).toMatchObject({ MessageStatus: 'failed', ErrorCode: `${code}` });
    expect(await ended(json.sid)).toMatchObject({ status: 'failed', error_code: code, from: null });
    const SendAt = new Date(pidge.now() + 3_600_000).toISOString();
    const late = await send({ MessagingServiceSid, To, ScheduleType: 'fixed', SendAt });
    expect([late.status, late.json.status]).toEqual([201, 'scheduled']);
    pidge.advance(3_600_000);
    expect(await ended(late.json.sid)).toMatchObject({ status: 'failed', error_code: code });
    const pinned = await send({ MessagingServiceSid, From: FAR, To });
    expect([pinned.status, pinned.json.code, pinned.json.details.parameter]).toEqual([400, code, 'To']);
  });

  it('named in From it is the same', async () => {
    const From = await service([NEAR]);
    const { json } = await send({ From });
    expect(json).toMatchObject({ status: 'accepted', from: null, messaging_service_sid: From });
    expect(await ended(json.sid)).toMatchObject({ status: 'delivered', from: NEAR });
  });

  it('a pinned sender is queued at once, and has to be in the pool', async () => {
    const MessagingServiceSid = await service([FAR, NEAR]);
    const { json } = await send({ MessagingServiceSid, From: FAR });
    expect(json).toMatchObject({ status: 'queued', from: FAR, num_segments: '1' });
    expect(json.messaging_service_sid).toBe(MessagingServiceSid);
    const other = await send({ MessagingServiceSid, From: '+12025550100' });
    expect([other.status, other.json.code, other.json.details.parameter]).toEqual([400, 21711, 'From']);
    await ended(json.sid);
  });

  it('without any sender it fails with 21704, with none that fits with 21703, each told in one callback', async () => {
    const StatusCallback = `${sink.origin}/s`;
    const empty = await send({ MessagingServiceSid: await service([]), StatusCallback });
    expect(empty.status).toBe(201);
    expect(await ended(empty.json.sid)).toMatchObject({ status: 'failed', error_code: 21704, from: null });
    const MessagingServiceSid = await service([{ address: '76768', kind: 'short-code', country: 'US' }]);
    const unfit = await send({ MessagingServiceSid, To: '+4915112345678', StatusCallback });
    expect(await ended(unfit.json.sid)).toMatchObject({ status: 'failed', error_code: 21703 });
    await pidge.wind(async () => sink.heard.length === 2);
    expect(sink.statuses(empty.json.sid)).toEqual(['failed']);
    expect(sink.statuses(unfit.json.sid)).toEqual(['failed']);
    expect(sink.heard.map((one) => one.params.ErrorCode).sort()).toEqual(['21703', '21704']);
  });

  it('the sender that wrote to somebody before writes again, unless the service does not want that', async () => {
    const sticky = await service([FAR, NEAR]);
    const loose = await service(['+12125550111', '+13125550111'], { sticky_sender: false });
    for (const [MessagingServiceSid, first, then] of [
      [sticky, FAR, FAR],
      [loose, '+12125550111', '+13125550111'],
    ] as const) {
      await ended((await send({ MessagingServiceSid, From: first })).json.sid);
      const { json } = await send({ MessagingServiceSid });
      expect((await ended(json.sid)).from).toBe(then);
    }
  });

  it('messages to one person that come together have one sender', async () => {
    const senders = Array.from({ length: 8 }, (_, index) => `+1312555012${index}`);
    const MessagingServiceSid = await service(senders);
    const made = await Promise.all(Array.from({ length: 10 }, () => send({ MessagingServiceSid })));
    const froms = await Promise.all(made.map(async ({ json }) => (await ended(json.sid)).from));
    expect(new Set(froms).size).toBe(1);
  });

  it('paced senders share the load by their queues, and a full pool fails with 30001', async () => {
    const senders = [NEAR, '+13125550111'].map((address) => ({ address, rate: 1 }));
    const MessagingServiceSid = await service(senders);
    // 60 s is the horizon of these tests; each message has ten segments.
    const Body = 'a'.repeat(1_530);
    const sids: string[] = [];
    for (let index = 0; index < 15; index += 1) {
      sids.push((await send({ MessagingServiceSid, Body, To: `+131255502${index + 10}` })).json.sid);
    }
    const messages: { from: string | null; error_code: number | null }[] = [];
    for (const sid of sids) messages.push(await ended(sid));
    expect(messages.filter((one) => one.error_code === 30001)).toHaveLength(1);
    for (const { address } of senders) expect(messages.filter(({ from }) => from === address)).toHaveLength(7);
  });

  it('gives what the request leaves out: its callback, its validity, its encoding', async () => {
    const status_callback = `${sink.origin}/service`;
    const MessagingServiceSid = await service([NEAR], { status_callback, smart_encoding: true, validity_period: 100 });
    const curly = '“'.repeat(80);
    const smart = await send({ MessagingServiceSid, Body: curly });
    expect(await ended(smart.json.sid)).toMatchObject({ num_segments: '1' });
    const own = await send({
      MessagingServiceSid,
      Body: curly,
      SmartEncoded: 'false',
      StatusCallback: `${sink.origin}/own`,
    });
    expect(await ended(own.json.sid)).toMatchObject({ num_segments: '2' });
    await pidge.wind(async () => sink.heard.length === 6);
    for (const { url, params } of sink.heard) {
      expect(url.endsWith('/own')).toBe(params.MessageSid === own.json.sid);
    }
    const stored = await pidge.running.store.message(pidge.account.sid, smart.json.sid);
    expect((stored?.validUntil ?? 0) - (stored?.createdAt ?? 0)).toBe(100_000);
  });

  it('the default service of the account has every sender, until something is put into it', async () => {
    const account = await pidge.running.store.account(pidge.account.sid);
    const sid = account?.defaultServiceSid ?? '';
    await openWindow(client, '+13125550199');
    const first = await send({ MessagingServiceSid: sid, To: 'whatsapp:+13125550199' });
    expect(await ended(first.json.sid)).toMatchObject({ status: 'delivered', from: 'whatsapp:+12025550100' });
    await makeService({ store: pidge.running.store, clock: pidge }, pidge.account.sid, {
      sid,
      senders: [{ address: NEAR }],
    });
    const second = await send({ MessagingServiceSid: sid });
    expect((await ended(second.json.sid)).from).toBe(NEAR);
    const third = await send({ MessagingServiceSid: sid, To: 'whatsapp:+13125550199' });
    expect((await ended(third.json.sid)).error_code).toBe(21703);
  });

  it('an alphanumeric sender that only the pool knows writes to where such exist', async () => {
    const MessagingServiceSid = await service([NEAR, { address: 'ACME', kind: 'alphanumeric', registered: false }]);
    expect((await ended((await send({ MessagingServiceSid, To: '+4915112345678' })).json.sid)).from).toBe('ACME');
    expect((await ended((await send({ MessagingServiceSid })).json.sid)).from).toBe(NEAR);
  });

  it('what waits when its account is suspended fails with 30002', async () => {
    const { store } = pidge.running;
    const MessagingServiceSid = await service([NEAR]);
    const account = await store.account(pidge.account.sid);
    if (!account) throw new Error('There is no account');
    const SendAt = new Date(pidge.now() + 900_000).toISOString();
    const { json } = await send({ MessagingServiceSid, ScheduleType: 'fixed', SendAt });
    await store.saveAccount({ ...account, status: 'suspended' });
    pidge.advance(900_000);
    const stored = () => store.message(account.sid, json.sid);
    await pidge.wind(async () => (await stored())?.status === 'failed');
    expect((await stored())?.errorCode).toBe(30002);
  });
});
