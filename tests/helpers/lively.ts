/** A server with something of everything on it, for looking at pages: the same rows each time. */
import { TestApp } from './app.ts';
import { Client } from './client.ts';
import { TestPhone } from './phone.ts';
import { startTestPidge, type TestPidge } from './pidge.ts';

export interface Lively {
  pidge: TestPidge;
  client: Client;
  /** A message that was delivered, one that failed, one that came in and was answered. */
  sids: { delivered: string; failed: string; inbound: string };
  serviceSid: string;
  close(): Promise<void>;
}

const NUMBER = '+12025550100';
const ADA = '+12025550101';
const BEN = '+12025550102';
const TEXTS = [
  'Your code is 482913',
  'Your order 1042 is on its way and will be with you between 14:00 and 16:00.',
  'See you tomorrow – 10:00',
  'Reminder: your appointment with Dr. Okafor is on Tuesday at 9:30. Reply C to confirm.',
  'Grüße aus Köln! Ihr Paket liegt für Sie bereit.',
];

/** Starts it on the real clock; with `origin` in `change` it can be put on a port of its own. */
export async function startLively(options: Parameters<typeof startTestPidge>[0] = {}): Promise<Lively> {
  const app = await new TestApp().start();
  app.answer = ({ params, path }) => {
    if (path.startsWith('/status')) return params.To === BEN ? { status: 403, body: 'bad signature' } : { status: 204 };
    return '<Response><Message>Thank you, you are booked.</Message></Response>';
  };
  const pidge = await startTestPidge(options);
  const client = new Client(pidge.origin, pidge.account);
  const call = async (method: string, path: string, form: Record<string, string>) => {
    const answer = await client.call(method, path, { form });
    if (answer.status >= 300) throw new Error(`${path}: ${answer.text}`);
    return answer.json;
  };
  const messages = `${client.base}/Messages.json`;
  const send = async (form: Record<string, string>): Promise<string> => {
    const made = await call('POST', messages, { From: NUMBER, To: ADA, Body: 'Hello', ...form });
    return made.sid;
  };

  const json = { 'content-type': 'application/json' };
  const behaves = JSON.stringify({ behave: { undelivered: 30003 } });
  const set = await client.call('PUT', `/_test/v1/default/phones/${encodeURIComponent(BEN)}`, {
    auth: null,
    headers: json,
    body: behaves,
  });
  if (set.status !== 200) throw new Error(`${BEN}: ${set.text}`);
  const { incoming_phone_numbers: numbers } = (await client.call('GET', `${client.base}/IncomingPhoneNumbers.json`))
    .json;
  const number = numbers.find((one: { phone_number: string }) => one.phone_number === NUMBER);
  await call('POST', `${client.base}/IncomingPhoneNumbers/${number.sid}.json`, { SmsUrl: app.url('/sms') });
  const service = await call('POST', '/v1/Services', {
    FriendlyName: 'Reminders',
    StatusCallback: app.url('/status'),
    UseInboundWebhookOnNumber: 'true',
  });
  await call('POST', `/v1/Services/${service.sid}/PhoneNumbers`, { PhoneNumberSid: number.sid });
  await client.call('POST', '/content/v1/Content', {
    headers: json,
    body: JSON.stringify({
      friendly_name: 'appointment',
      language: 'en',
      variables: { 1: 'tomorrow' },
      types: { 'twilio/text': { body: 'See you {{1}}.' } },
    }),
  });

  const status = app.url('/status');
  const sent: string[] = [];
  for (const Body of TEXTS) sent.push(await send({ Body, StatusCallback: status }));
  const failed = await send({ To: BEN, Body: 'Is anybody there?', StatusCallback: status });
  await send({ To: '+15005530003', Body: 'To a phone that is off' });
  const inTheFuture = new Date(pidge.now() + 3_600_000).toISOString();
  await send({ MessagingServiceSid: service.sid, SendAt: inTheFuture, ScheduleType: 'fixed', Body: 'In an hour' });
  await pidge.until(async () => {
    const { json } = await client.call('GET', `${client.base}/Messages/${failed}.json`);
    const first = await client.call('GET', `${client.base}/Messages/${sent[0]}.json`);
    return json.status === 'undelivered' && first.json.status === 'delivered';
  });
  // It answers what it got, so that its conversation reads as one.
  const said = await new TestPhone(client, ADA).send('Can I come on Tuesday?');
  if (said.json.sid === null) throw new Error(said.text);
  return {
    pidge,
    client,
    sids: { delivered: sent[2] ?? '', failed, inbound: said.json.sid },
    serviceSid: service.sid,
    async close() {
      await client.close();
      await pidge.close();
      await app.stop();
    },
  };
}
