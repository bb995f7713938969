/** From the official SDK through Pidge to WhatsApp Cloud and back: statuses, messages, answers, files, over real HTTP. */
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { PidgeEvent } from '../../src/domain/events.ts';
import type { Cloud } from '../../src/simulator/cloud.ts';
import { StoreUnavailable } from '../../src/store/store.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { cloudSettings, OURS, SECRETS, startCloud } from '../helpers/cloud.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { Sink } from '../helpers/sink.ts';

const FROM = `whatsapp:${OURS}`;
const SMS_NUMBER = '+12025550100';
const PHONE = '+13125550142';
const TO = `whatsapp:${PHONE}`;
/** Made at Meta; the settings name it. */
const NAMED = `HX${'1'.repeat(32)}`;
const PICTURE = Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex');

let cloud: Cloud;
let pidge: TestPidge;
let app: TestApp;
let sink: Sink;
let host: MediaHost;
let raw: Client;
let sdk: twilio.Twilio;
const events: PidgeEvent[] = [];

beforeAll(async () => {
  cloud = await startCloud({ templates: [{ name: 'order_ready', language: 'en', body: 1 }] });
  app = await new TestApp().start();
  sink = await new Sink().start();
  host = await new MediaHost().start();
  const templates = new Map([[NAMED, { name: 'order_ready', language: 'en' }]]);
  pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.connectors = [
        { kind: 'whatsapp', name: 'meta', whatsapp: { ...cloudSettings(cloud.origin), templates } },
        { kind: 'simulated', name: 'phones' },
      ];
      config.numbers = [{ number: SMS_NUMBER, properties: {} }];
      config.senders = [{ address: FROM, properties: { sms_url: app.url('/in') } }];
      config.webhooks.allowPrivate = ['127.0.0.1/32'];
    },
    observe: (event) => void events.push(event),
  });
  cloud.webhook = `${pidge.origin}/carriers/meta`;
  raw = new Client(pidge.origin, pidge.account);
  sdk = twilio(pidge.account.sid, pidge.account.token);
  sdk.api.baseUrl = pidge.origin;
  sdk.content.baseUrl = pidge.origin;
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
  await Promise.all([cloud.close(), app.stop(), sink.stop(), host.stop()]);
});
afterEach(() => {
  cloud.plan = () => ({});
  app.answer = () => '<Response/>';
});

const fetched = (sid: string) => sdk.messages(sid).fetch();
async function ended(sid: string, status: string) {
  await pidge.until(async () => (await fetched(sid)).status === status);
  return fetched(sid);
}
const send = (more: object) =>
  sdk.messages.create({ from: FROM, to: TO, statusCallback: `${sink.origin}/status`, ...more });

it('what a person writes reaches the app with their name, and its answer reaches them', async () => {
  app.answer = () => '<Response><Message>Hello Ada</Message></Response>';
  await cloud.say(PHONE, OURS, { text: { body: 'Hi there' } });
  await pidge.until(async () => cloud.messages.length === 1);
  expect(app.asked[0]?.params).toMatchObject({
    From: TO,
    To: FROM,
    Body: 'Hi there',
    ProfileName: 'Ada',
    WaId: PHONE.slice(1),
    MessageType: 'text',
  });
  expect(cloud.messages[0]).toMatchObject({ to: PHONE.slice(1), text: { body: 'Hello Ada' } });
});

it('a message is told sent, delivered and read, whichever comes first', async () => {
  cloud.plan = () => ({ statuses: ['sent', 'delivered', 'read'], overtakes: true });
  const { sid } = await send({ body: 'Are you there?' });
  await ended(sid, 'read');
  await sink.until(() => sink.statuses(sid).includes('read'));
  const last = sink.heard.find(({ params }) => params.MessageSid === sid && params.MessageStatus === 'read');
  expect(last?.params).toMatchObject({ EventType: 'READ', ChannelPrefix: 'whatsapp', From: FROM, To: TO });
});

it('a failure told later is undelivered with our code', async () => {
  cloud.plan = () => ({ statuses: ['failed'], error: 131026 });
  const { sid } = await send({ body: 'Nobody home' });
  expect(await ended(sid, 'undelivered')).toMatchObject({ errorCode: 63024 });
});

it('a refusal is failed with our code, and a busy carrier is asked again', async () => {
  cloud.plan = () => ({ refuse: { status: 400, code: 131031 } });
  expect(await ended((await send({ body: 'No' })).sid, 'failed')).toMatchObject({ errorCode: 63051 });
  let refusals = 1;
  cloud.plan = () => (refusals-- > 0 ? { refuse: { status: 429, code: 130429 } } : {});
  await ended((await send({ body: 'Later' })).sid, 'delivered');
});

it('a picture goes out as its bytes, and one that comes in is there for the app before it is asked', async () => {
  const { sid } = await send({ body: 'Look', mediaUrl: [host.picture('one')] });
  await ended(sid, 'delivered');
  const uploaded = cloud.messages.at(-1)?.image as { id: string } | undefined;
  expect(cloud.files.get(uploaded?.id ?? '')?.contentType).toMatch(/^image\//);
  cloud.files.set('f1', { contentType: 'image/jpeg', bytes: PICTURE });
  const image = { id: 'f1', mime_type: 'image/jpeg', caption: 'Me' };
  await cloud.say(PHONE, OURS, { type: 'image', image });
  await pidge.until(async () => app.asked.some(({ params }) => params.NumMedia === '1'));
  const { MediaUrl0 = '', Body } = app.asked.find(({ params }) => params.NumMedia === '1')?.params ?? {};
  expect(Body).toBe('Me');
  const authorization = `Basic ${Buffer.from(`${pidge.account.sid}:${pidge.account.token}`).toString('base64')}`;
  const file = await fetch(MediaUrl0, { headers: { authorization } });
  expect(Buffer.from(await file.arrayBuffer())).toEqual(PICTURE);
});

it('a template goes by its name at WhatsApp, with what fills it', async () => {
  const types = { 'twilio/text': { body: 'Hi {{1}}, your order is ready' } };
  const json = { 'content-type': 'application/json' };
  const body = JSON.stringify({ friendly_name: 'ready', language: 'en', types });
  const { sid } = (await raw.call('POST', '/v1/Content', { body, headers: json })).json;
  const approval = JSON.stringify({ name: 'order_ready', category: 'UTILITY' });
  await raw.call('POST', `/v1/Content/${sid}/ApprovalRequests/whatsapp`, { body: approval, headers: json });
  const stranger = 'whatsapp:+13125550199';
  const made = await send({ to: stranger, contentSid: sid, contentVariables: '{"1":"Ada"}' });
  await ended(made.sid, 'delivered');
  expect(cloud.messages.at(-1)?.template).toEqual({
    name: 'order_ready',
    language: { code: 'en' },
    components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ada' }] }],
  });
});

it('one that was made at Meta and never submitted here goes to a stranger too, when the settings name it', async () => {
  const types = { 'twilio/text': { body: 'Hi {{1}}, your order is ready' } };
  await pidge.running.store.saveDocument({
    ...{ accountSid: pidge.account.sid, kind: 'content', sid: NAMED, parentSid: '', name: null },
    properties: { friendly_name: null, language: 'fr', variables: {}, types, approval: null },
    ...{ createdAt: Date.now(), updatedAt: Date.now() },
  });
  const stranger = 'whatsapp:+13125550198';
  const { sid } = await send({ to: stranger, contentSid: NAMED, contentVariables: '{"1":"Bob"}' });
  await pidge.until(async () => ['delivered', 'failed'].includes((await fetched(sid)).status));
  expect(await fetched(sid)).toMatchObject({ status: 'delivered', errorCode: null });
  expect(cloud.messages.at(-1)?.template).toMatchObject({
    ...{ name: 'order_ready', language: { code: 'en' } },
    components: [{ parameters: [{ text: 'Bob' }] }],
  });
});

it('what WhatsApp brings twice is received once', async () => {
  const count = async () => (await sdk.messages.list({ to: FROM })).length;
  const before = await count();
  const id = await cloud.say(PHONE, OURS, { text: { body: 'Once' } });
  await cloud.say(PHONE, OURS, { text: { body: 'Once' } }, id);
  expect(await count()).toBe(before + 1);
});

it('while the store is away WhatsApp is told to come again, and nothing is lost or twice', async () => {
  const { store } = pidge.running;
  const { takeIn, receive } = store;
  let refusals = 3;
  const away = <Rest extends unknown[], Result>(verb: (...rest: Rest) => Promise<Result>) => {
    return (...rest: Rest) => {
      refusals -= 1;
      return refusals >= 0 ? Promise.reject(new StoreUnavailable('the disk is full')) : verb.apply(store, rest);
    };
  };
  store.takeIn = away(takeIn);
  store.receive = away(receive);
  cloud.answers.length = 0;
  await cloud.say(PHONE, OURS, { text: { body: 'Still there?' } });
  expect(cloud.answers).toEqual([503, 503, 503, 200]);
  refusals = 2;
  const { sid } = await send({ body: 'Yes' });
  await ended(sid, 'delivered');
  store.takeIn = takeIn;
  store.receive = receive;
  const said = await sdk.messages.list({ to: FROM });
  expect(said.filter(({ body }) => body === 'Still there?')).toHaveLength(1);
});

it('an SMS goes by the carrier beside it', async () => {
  const before = cloud.messages.length;
  const { sid } = await sdk.messages.create({ from: SMS_NUMBER, to: PHONE, body: 'By SMS' });
  await pidge.until(async () => ['sent', 'delivered'].includes((await fetched(sid)).status));
  expect(cloud.messages).toHaveLength(before);
});

it('no secret of the connector is in any event', () => {
  const told = JSON.stringify(events, (_, value) => (value instanceof Error ? value.stack : value));
  expect(Object.values(SECRETS).filter((secret) => told.includes(secret))).toEqual([]);
});
