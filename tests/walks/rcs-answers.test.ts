/** What a phone answers by RCS, and in which words the app is told. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TestApp } from '../helpers/app.ts';
import { Client } from '../helpers/client.ts';
import { PNG } from '../helpers/media-host.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const AGENT = 'rcs:acme_agent';
const TO = '+13125550199';
const JSON_TYPE = { 'content-type': 'application/json' };

let pidge: TestPidge;
let client: Client;
let app: TestApp;
let phone: TestPhone;

beforeAll(async () => {
  app = await new TestApp().start();
  pidge = await startTestPidge({
    change(config) {
      config.simulator.receiptAfterMs = 0;
      config.simulator.submitAfterMs = 0;
    },
  });
  client = new Client(pidge.origin, pidge.account);
  phone = new TestPhone(client, TO);
  await pidge.addSender({ address: AGENT, properties: { webhook: { callback_url: app.url() } } });
  const body = JSON.stringify({ rcs: true });
  await client.call('PUT', `/_test/v1/default/phones/${TO}`, { body, headers: JSON_TYPE });
});
afterAll(async () => {
  await client.close();
  await pidge.close();
  await app.stop();
});

/** Sends a template of this type to the phone by RCS. */
async function show(types: Record<string, unknown>): Promise<void> {
  const body = JSON.stringify({ friendly_name: 'one', language: 'en', types, variables: {} });
  const { json: made } = await client.call('POST', '/v1/Content', { body, headers: JSON_TYPE });
  const form = { To: `rcs:${TO}`, From: AGENT, ContentSid: made.sid };
  const { sid } = (await client.call('POST', `${client.base}/Messages.json`, { form })).json;
  await pidge.until(async () => (await phone.inbox()).some((one) => one.sid === sid));
}
/** The parameters of the last request, and what its `ChannelMetadata` says. */
function told() {
  const params = app.asked.at(-1)?.params ?? {};
  return { params, ...JSON.parse(params.ChannelMetadata ?? '{}') };
}

it('a suggested reply that is tapped comes with its postback data and text, and is a text to whoever bills it', async () => {
  await show({ 'twilio/quick-reply': { body: 'Come?', actions: [{ title: 'Yes, please', id: 'yes_1' }] } });
  expect((await phone.call('POST', 'press', { button: 'Yes, please' })).status).toBe(201);
  const { params, type, data } = told();
  expect(params).toMatchObject({ Body: 'Yes, please', ButtonText: 'Yes, please', ButtonPayload: 'yes_1' });
  expect(params.ButtonType).toBe('REPLY');
  expect(type).toBe('rcs');
  expect(data.context).toEqual({
    buttonPayload: 'yes_1',
    buttonType: 'REPLY',
    agentId: 'acme_agent',
    provider: 'google',
    suggestionResponse: { postbackData: 'yes_1', text: 'Yes, please', type: 'REPLY' },
    richMessageClassification: { classificationType: 'RICH_MESSAGE', segmentCount: 1 },
  });
});

it('a suggested action that is tapped is reported as one', async () => {
  const actions = [{ type: 'URL', title: 'Open the shop', url: 'https://shop.example/' }];
  await show({ 'twilio/call-to-action': { body: 'New in', actions } });
  expect((await phone.call('POST', 'press', { button: 'Open the shop' })).status).toBe(201);
  const { params, data } = told();
  expect(params).toMatchObject({ ButtonText: 'Open the shop', ButtonType: 'ACTION' });
  expect(data.context).toMatchObject({
    suggestionResponse: { postbackData: 'Open the shop', text: 'Open the shop', type: 'ACTION' },
    richMessageClassification: { classificationType: 'SUGGESTED_ACTION_CLICK' },
  });
});

it('a text and a file say whose platform brings them and what they are to it', async () => {
  await phone.send({ to: AGENT, channel: 'rcs', body: 'é'.repeat(100) });
  expect(told().data.context).toEqual({
    agentId: 'acme_agent',
    provider: 'google',
    richMessageClassification: { classificationType: 'RICH_MESSAGE', segmentCount: 2 },
  });
  const media = [{ base64: Buffer.from(PNG).toString('base64'), content_type: 'image/png' }];
  await phone.send({ to: AGENT, channel: 'rcs', media });
  expect(told().data.context.richMessageClassification).toEqual({ classificationType: 'RICH_MEDIA_MESSAGE' });
});

it('an action on WhatsApp opens something on the phone, and the app is not told', async () => {
  const card = { body: 'New in', actions: [{ type: 'URL', title: 'Open', url: 'https://shop.example/' }] };
  await phone.send({ to: 'whatsapp:+12025550100', channel: 'whatsapp', body: 'Hi' });
  const body = JSON.stringify({ friendly_name: 'two', language: 'en', types: { 'twilio/call-to-action': card } });
  const { json: made } = await client.call('POST', '/v1/Content', { body, headers: JSON_TYPE });
  const form = { To: `whatsapp:${TO}`, From: 'whatsapp:+12025550100', ContentSid: made.sid };
  const { sid } = (await client.call('POST', `${client.base}/Messages.json`, { form })).json;
  await pidge.until(async () => (await phone.inbox()).some((one) => one.sid === sid));
  const { status, json } = await phone.call('POST', 'press', { message: sid, button: 'Open' });
  expect([status, json.details.parameter]).toEqual([400, 'button']);
});

it('AddOns is sent with results of add-ons alone, of which there are none: never', async () => {
  await pidge.addSender({ address: '+13125550111', properties: { sms_url: app.url() } });
  await phone.send({ to: '+13125550111', body: 'Hello' });
  expect(app.asked.at(-1)?.params.Body).toBe('Hello');
  for (const { params } of app.asked) expect(Object.keys(params)).not.toContain('AddOns');
});
