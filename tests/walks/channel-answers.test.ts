/** Messenger and RCS both ways: the phone writes, the app answers, the phone shows it; and how each channel says no. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nameOf } from '../../src/domain/catalogue.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { MediaHost, PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const PAGE = 'messenger:page-1';
const AGENT = 'rcs:agent';
const NUMBER = '+12025550100';
let pidge: TestPidge;
let client: Client;
let sink: Sink;
let app: TestApp;
let last = 0;

beforeAll(async () => {
  sink = await new Sink().start();
  app = await new TestApp().start();
  pidge = await startTestPidge({
    change(config) {
      config.simulator.receiptAfterMs = 0;
      config.simulator.submitAfterMs = 0;
      config.senders = [PAGE, AGENT].map((address) => ({ address, properties: {} }));
    },
  });
  client = new Client(pidge.origin, pidge.account);
  const properties = { webhook: { callback_url: app.url(), status_callback_url: `${sink.origin}/sender` } };
  for (const address of [PAGE, AGENT]) {
    const found = await pidge.running.store.senderByAddress(address);
    if (found) await pidge.running.store.saveSender({ ...found, properties });
  }
});
afterAll(async () => {
  await client.close();
  await pidge.close();
  await app.stop();
  await sink.stop();
});
afterEach(() => {
  app.asked.length = 0;
  app.answer = () => '<Response/>';
});

const fetch = async (sid: string) => (await client.call('GET', `${client.base}/Messages/${sid}.json`)).json;
const behave = (number: string, change: object) =>
  client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(number)}`, {
    body: JSON.stringify(change),
    headers: { 'content-type': 'application/json' },
  });

/** Somebody new on the channel: a person of Messenger, or a handset with RCS; `address` as the app sees it. */
async function somebody(channel: string): Promise<{ phone: TestPhone; address: string }> {
  last += 1;
  if (channel === 'messenger') {
    const address = `messenger:user-${last}`;
    return { phone: new TestPhone(client, address), address };
  }
  const number = `+131255502${String(last).padStart(2, '0')}`;
  await behave(number, { rcs: true, behave: 'deliver' });
  return { phone: new TestPhone(client, number), address: `rcs:${number}` };
}
/** The only message that the phone shows, once it does. */
const shown = async (phone: TestPhone) => {
  await pidge.until(async () => (await phone.inbox()).length === 1);
  const [message] = await phone.inbox();
  return message ?? { sid: '', body: '' };
};
const until = async (sid: string, status: string) => {
  await pidge.until(async () => (await fetch(sid)).status === status);
  return fetch(sid);
};

describe.each([
  ['messenger', PAGE],
  ['rcs', AGENT],
])('on %s', (channel, sender) => {
  const said = (what: object) => ({ channel, to: sender, body: 'Is it open?', ...what });

  it('what a phone writes is told to the app of the sender, and its answer is shown', async () => {
    const { phone, address } = await somebody(channel);
    app.answer = ({ params }) => `<Response><Message>Yes, ${params.From}</Message></Response>`;
    const { status, json } = await phone.send(said({}));
    expect([status, json.code]).toEqual([201, undefined]);
    const [asked] = app.asked;
    expect(asked?.params).toMatchObject({
      From: address,
      To: sender,
      Body: 'Is it open?',
      NumMedia: '0',
      NumSegments: '1',
      SmsStatus: 'received',
      AccountSid: pidge.account.sid,
    });
    expect(JSON.parse(asked?.params.ChannelMetadata ?? '').type).toBe(channel);
    for (const name of ['WaId', 'ReferralNumMedia', 'FromCountry']) expect(asked?.params).not.toHaveProperty(name);
    expect(await fetch(asked?.params.MessageSid ?? '')).toMatchObject({
      direction: 'inbound',
      status: 'received',
      from: address,
      to: sender,
      num_segments: '1',
    });
    const reply = await shown(phone);
    expect(reply).toMatchObject({ channel, from: sender, to: address, body: `Yes, ${address}` });
    expect(await until(reply.sid, 'delivered')).toMatchObject({
      direction: 'outbound-reply',
      from: sender,
      to: address,
      error_code: null,
    });
  });

  it('a picture comes in and another goes out', async () => {
    const { phone } = await somebody(channel);
    const host = await new MediaHost().start();
    app.answer = () => `<Response><Message><Body>Mine</Body><Media>${host.picture()}</Media></Message></Response>`;
    const media = [{ content_type: 'image/png', base64: Buffer.from(PNG).toString('base64') }];
    const { status, text } = await phone.send(said({ media }));
    expect([status, status === 201 ? '' : text]).toEqual([201, '']);
    const { NumMedia, MediaContentType0, MessageSid } = app.asked[0]?.params ?? {};
    expect([NumMedia, MediaContentType0, MessageSid?.slice(0, 2)]).toEqual(['1', 'image/png', 'MM']);
    const reply = await shown(phone);
    expect(await until(reply.sid, 'delivered')).toMatchObject({
      num_media: '1',
      num_segments: '1',
      body: 'Mine',
    });
  });

  it('an answer is followed to the end, and its reading is told', async () => {
    const { phone, address } = await somebody(channel);
    app.answer = () => '<Response><Message>Read me</Message></Response>';
    await phone.send(said({}));
    const { sid } = await shown(phone);
    await until(sid, 'delivered');
    expect((await phone.call('POST', 'read', {})).json).toEqual({ read: [sid] });
    await sink.until(() => sink.statuses(sid).length === 3);
    expect(sink.statuses(sid)).toEqual(['sent', 'delivered', 'read']);
    const told = sink.heard.findLast(({ params }) => params.MessageSid === sid)?.params;
    expect(told).toMatchObject({ EventType: 'READ', ChannelPrefix: channel, From: sender, To: address });
    expect(told?.ChannelInstallSid).toMatch(/^XE[0-9a-f]{32}$/);
  });

  it('every way in which the channel may fail reaches the message and its callback by its own code', async () => {
    // Table 12.3: what comes later than the request; 63036 is not said of who was reached.
    const failed = [63001, 63002, 63005, 63006, 63008, 63009, 63010, 63011, 63012, 63013, 63015, 63017, 63018, 63019];
    const more = [63020, 63021, 63022, 63023, 63025, 63026, 63027, 63028, 63029, 63030, 63034, 63035, 63037, 63038];
    const late = [63003, 63014, 63024, 63032, 63033, 63049].map((code) => ['undelivered', code] as const);
    const all = [...[...failed, ...more, 63039, 63051, 63106].map((code) => ['failed', code] as const), ...late];
    const StatusCallback = `${sink.origin}/codes`;
    const made = await Promise.all(
      all.map(async ([status, code]) => {
        const { phone, address } = await somebody(channel);
        await phone.send(said({}));
        await behave(phone.number, { behave: { [status]: code }, ...(channel === 'rcs' && { rcs: true }) });
        const { json } = await client.send({ From: sender, To: address, Body: 'Hello', StatusCallback });
        return { sid: json.sid as string, status, code };
      }),
    );
    for (const { sid, status, code } of made) {
      const message = await until(sid, status);
      expect(message).toMatchObject({ error_code: code, error_message: nameOf(code) });
    }
    await sink.until(() => made.every(({ sid, status }) => sink.statuses(sid).at(-1) === status));
    const codes = made.map(({ sid }) => {
      return sink.heard.findLast(({ params }) => params.MessageSid === sid)?.params.ErrorCode;
    });
    expect(codes).toEqual(made.map(({ code }) => String(code)));
  });
});

it('a STOP by RCS is a STOP for texts too, and both channels hear the START', async () => {
  const { phone, address } = await somebody('rcs');
  await phone.send({ channel: 'rcs', to: AGENT, body: 'STOP' });
  expect(await phone.optouts()).toMatchObject([{ channel: 'sms', scope: 'agent', peer: phone.number }]);
  const refused = await client.send({ From: AGENT, To: address, Body: 'Hello' });
  expect([refused.status, refused.json.code]).toEqual([400, 21610]);
  await phone.send({ channel: 'rcs', to: AGENT, body: 'START' });
  expect(await phone.optouts()).toEqual([]);
  expect((await client.send({ From: AGENT, To: address, Body: 'Hello' })).status).toBe(201);
  await phone.send({ to: NUMBER, body: 'STOP' });
  expect((await client.send({ From: NUMBER, To: phone.number, Body: 'Hello' })).json.code).toBe(21610);
});

it('Messenger has no keywords of its own: the app decides', async () => {
  const { phone, address } = await somebody('messenger');
  app.answer = () => '<Response><Message>As you like</Message></Response>';
  await phone.send({ channel: 'messenger', to: PAGE, body: 'STOP' });
  expect(app.asked[0]?.params).toMatchObject({ Body: 'STOP', From: address });
  expect(app.asked[0]?.params).not.toHaveProperty('OptOutType');
  expect(await phone.optouts()).toEqual([]);
  expect((await shown(phone)).body).toBe('As you like');
});
