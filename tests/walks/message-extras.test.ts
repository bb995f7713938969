/** What a request says beside its text: places for channels, and hints that only the trace shows. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Client } from '../helpers/client.ts';
import { openWindow } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const TO = '+12025550101';
const PLACE = 'geo:37.787890,-122.391664|375 Beale St';

let pidge: TestPidge;
let client: Client;

beforeEach(async () => {
  pidge = await startTestPidge();
  client = new Client(pidge.origin, pidge.account);
});
afterEach(async () => {
  await client.close();
  await pidge.close();
});

const trace = async (sid: string) => (await client.call('GET', `/_test/v1/default/messages/${sid}/trace`)).json;
const inbox = async () => (await client.call('GET', `/_test/v1/default/phones/${TO}/inbox`)).json.messages;
const delivered = (sid: string) =>
  pidge.until(async () => (await trace(sid)).message.status === 'delivered' && (await inbox()).length > 0);

it('a WhatsApp message shows its place in the phone, and no text beside it', async () => {
  await openWindow(client, TO);
  const form = { To: `whatsapp:${TO}`, From: 'whatsapp:+12025550100', Body: 'Office', PersistentAction: PLACE };
  const { status, json } = await client.send(form);
  expect(status).toBe(201);
  await delivered(json.sid);
  expect(await inbox()).toMatchObject([{ channel: 'whatsapp', body: '', actions: [PLACE] }]);
});

it('an SMS has no place, as in the original', async () => {
  const { json } = await client.send({ PersistentAction: PLACE });
  await delivered(json.sid);
  expect((await inbox())[0].actions).toBeUndefined();
});

it('an action of another kind is kept and has no effect, as in the examples of the description', async () => {
  await openWindow(client, TO);
  const form = { To: `whatsapp:${TO}`, From: 'whatsapp:+12025550100', PersistentAction: 'mailto:test@example.com' };
  const { status, json } = await client.send({ ...form, Body: 'Write to us' });
  expect(status).toBe(201);
  await delivered(json.sid);
  expect((await inbox()).map(({ body, actions }: { body: string; actions?: string[] }) => [body, actions])).toEqual([
    ['Write to us', undefined],
  ]);
});

it('hints are kept as given, for the trace', async () => {
  const hints = {
    Attempt: '2',
    ForceDelivery: 'true',
    RiskCheck: 'disable',
    TrafficType: 'free',
    MessageIntent: 'otp',
  };
  const { json } = await client.send(hints);
  expect((await trace(json.sid)).hints).toEqual(hints);
  expect((await trace((await client.send()).json.sid)).hints).toEqual({});
});
