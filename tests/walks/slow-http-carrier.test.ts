/** A carrier of HTTP that is slow with one message: the others beside it are told of as they come. */
import twilio from 'twilio';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readHttpCarrier } from '../../src/config-http-carrier.ts';
import { HttpCarrier } from '../helpers/http-carrier.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const NUMBER = '+12025550100';
const SLOW = '+12025550199';

let carrier: HttpCarrier;
let pidge: TestPidge;
let sdk: twilio.Twilio;
let answerTheSlow: () => void = () => undefined;

beforeAll(async () => {
  carrier = await new HttpCarrier().start();
  const entry = {
    base_url: carrier.origin,
    url: '{base_url}/send',
    content_type: 'json',
    body: '{"to":"{to}","text":"{text}"}',
    id: ['id'],
  };
  const slow = new Promise<void>((resolve) => {
    answerTheSlow = resolve;
  });
  carrier.reply = async ({ body }) => {
    if (body.includes(SLOW)) await slow;
    return { body: JSON.stringify({ id: body.replaceAll(/\D/g, '') }) };
  };
  const problems: string[] = [];
  const http = readHttpCarrier(entry, 'upstream', problems);
  expect(problems).toEqual([]);
  pidge = await startTestPidge({
    change(config) {
      config.mode = 'serve';
      config.connectors = [{ kind: 'http', name: 'upstream', http }];
      config.numbers = [{ number: NUMBER, properties: {} }];
      config.limits.defaultRate = null;
    },
  });
  sdk = twilio(pidge.account.sid, pidge.account.token);
  sdk.api.baseUrl = pidge.origin;
});
afterAll(async () => {
  answerTheSlow();
  await pidge.close();
  await carrier.stop();
});

it('the quick are sent while it is silent about the slow', async () => {
  const recipients = [SLOW, ...Array.from({ length: 12 }, (_, index) => `+120255501${10 + index}`)];
  const messages = await Promise.all(recipients.map((to) => sdk.messages.create({ from: NUMBER, to, body: 'Hello' })));
  const statuses = async () => Promise.all(messages.map(async ({ sid }) => (await sdk.messages(sid).fetch()).status));
  await pidge.until(async () => (await statuses()).slice(1).every((status) => status === 'sent'));
  expect((await statuses())[0]).toBe('sending');
  answerTheSlow();
  await pidge.until(async () => (await statuses())[0] === 'sent');
});
