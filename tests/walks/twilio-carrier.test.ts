/** One Pidge behind another, as any service with Twilio's API: the preset `twilio`, both ways. */
import twilio from 'twilio';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { readHttpCarrier } from '../../src/config-http-carrier.ts';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { HttpCarrier } from '../helpers/http-carrier.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const NUMBER = '+12025550100';
const PHONE = '+12025550101';

let carrier: TestPidge;
let pidge: TestPidge;
let app: TestApp;
let host: MediaHost;
let sdk: twilio.Twilio;
let theirs: twilio.Twilio;
let raw: Client;
let phone: TestPhone;

const LOOPBACK = ['127.0.0.1/32'];

beforeAll(async () => {
  app = await new TestApp().start();
  host = await new MediaHost().start();
  carrier = await startTestPidge({
    change(config) {
      config.webhooks.allowPrivate = LOOPBACK;
      config.media.access = 'basic';
      config.simulator.submitAfterMs = 0;
      config.simulator.receiptAfterMs = 0;
    },
  });
  const problems: string[] = [];
  const { sid: username, token: password } = carrier.account;
  const http = readHttpCarrier(
    { preset: 'twilio', base_url: carrier.origin, username, password },
    'upstream',
    problems,
  );
  expect(problems).toEqual([]);
  pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.connectors = [{ kind: 'http', name: 'upstream', http }];
      config.numbers = [{ number: NUMBER, properties: { sms_url: app.url('/in') } }];
      config.webhooks.allowPrivate = LOOPBACK;
    },
  });
  sdk = twilio(pidge.account.sid, pidge.account.token);
  sdk.api.baseUrl = pidge.origin;
  theirs = twilio(carrier.account.sid, carrier.account.token);
  theirs.api.baseUrl = carrier.origin;
  const [number] = await theirs.incomingPhoneNumbers.list({ phoneNumber: NUMBER });
  await theirs.incomingPhoneNumbers(number?.sid ?? '').update({ smsUrl: `${pidge.origin}/carriers/upstream/inbound` });
  raw = new Client(carrier.origin, carrier.account);
  phone = new TestPhone(raw, PHONE);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
  await carrier.close();
  await Promise.all([app.stop(), host.stop()]);
});
afterEach(() => {
  app.answer = () => '<Response/>';
});

const fetched = (sid: string) => sdk.messages(sid).fetch();
const send = (more: object) => sdk.messages.create({ from: NUMBER, to: PHONE, body: 'Hello', ...more });
const ended = async (sid: string, status: string) => {
  await pidge.until(async () => (await fetched(sid)).status === status);
  return fetched(sid);
};

it('a message is sent by the other service, and its callback delivers it', async () => {
  const { sid } = await send({ body: 'Through two of them' });
  await ended(sid, 'delivered');
  expect(await theirs.messages.list({ to: PHONE })).toMatchObject([
    { body: 'Through two of them', status: 'delivered' },
  ]);
});

it('a long text is one message there, and one receipt delivers it here', async () => {
  const { sid } = await send({ body: 'long '.repeat(70) });
  expect(await ended(sid, 'delivered')).toMatchObject({ numSegments: '3' });
});

it('its refusals and failures have their own codes, which are ours', async () => {
  const refused = await send({ to: '+15005550004' });
  expect(await ended(refused.sid, 'failed')).toMatchObject({ errorCode: 21610 });
  const lost = await send({ to: '+15005530003' });
  expect(await ended(lost.sid, 'undelivered')).toMatchObject({ errorCode: 30003 });
});

it('a picture goes out by its link, and one that comes in is fetched with our credentials', async () => {
  const { sid } = await send({ body: 'Look', mediaUrl: [host.picture('two')] });
  await ended(sid, 'delivered');
  const [there] = await theirs.messages.list({ to: PHONE, limit: 1 });
  expect(there).toMatchObject({ numMedia: '1' });
  app.answer = () => '<Response><Message>Nice</Message></Response>';
  const said = await phone.send({ to: NUMBER, body: 'Mine', media: [{ url: host.picture('three') }] });
  expect(said.status).toBe(201);
  await pidge.until(async () => app.asked.length > 0);
  expect(app.asked.at(-1)?.params).toMatchObject({ From: PHONE, To: NUMBER, Body: 'Mine', NumMedia: '1' });
  await pidge.until(async () => (await theirs.messages.list({ to: PHONE })).some(({ body }) => body === 'Nice'));
});

it('a call without its signature is refused', async () => {
  const body = new URLSearchParams({ MessageSid: 'SM1', From: PHONE, To: NUMBER, Body: 'forged' });
  const url = `${pidge.origin}/carriers/upstream/inbound`;
  expect((await fetch(url, { method: 'POST', body })).status).toBe(403);
  const headers = { 'x-twilio-signature': twilio.getExpectedTwilioSignature('other', url, Object.fromEntries(body)) };
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(403);
});

it('an answer that is lost makes no second copy where the other side knows keys', async () => {
  const between = await new HttpCarrier().start();
  let losses = 1;
  between.reply = async ({ method, path, headers, body }) => {
    const { authorization = '', 'content-type': type = '', 'idempotency-key': key = '' } = headers;
    const passed = { authorization, 'content-type': type, 'idempotency-key': key };
    const answer = await fetch(`${carrier.origin}${path}`, { method, headers: passed, body });
    losses -= 1;
    return losses >= 0 ? { breaks: true } : { status: answer.status, body: await answer.text() };
  };
  const { sid: username, token: password } = carrier.account;
  const keys = { idempotency_header: 'Idempotency-Key', honours_idempotency: true };
  const entry = { preset: 'twilio', base_url: between.origin, username, password, ...keys };
  const other = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.connectors = [{ kind: 'http', name: 'upstream', http: readHttpCarrier(entry, 'upstream', []) }];
      config.numbers = [{ number: NUMBER, properties: {} }];
    },
  });
  const mine = twilio(other.account.sid, other.account.token);
  mine.api.baseUrl = other.origin;
  const { sid } = await mine.messages.create({ from: NUMBER, to: PHONE, body: 'Exactly once' });
  await other.until(async () => (await mine.messages(sid).fetch()).status === 'delivered');
  expect(between.asked).toHaveLength(2);
  const there = await theirs.messages.list({ to: PHONE });
  expect(there.filter(({ body }) => body === 'Exactly once')).toHaveLength(1);
  await other.close();
  await between.stop();
});
