/** Channel senders and the typing indicator against Twilio's published description, where it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '../helpers/client.ts';
import { TestPhone } from '../helpers/phone.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const ROOT = '/v2/Channels/Senders';

const published = readDescription('twilio_messaging_v2.json');

describe('answers about channels', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let last = 0;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const post = (path: string, body: unknown) =>
    client.call('POST', path, { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
  const make = () => {
    const webhook = { callback_url: 'https://app.example/in', callback_method: 'POST' };
    const profile = { name: 'Shop', websites: [{ website: 'https://shop.example', label: 'Website' }] };
    return post(ROOT, { sender_id: `whatsapp:+1312555017${last++}`, webhook, profile });
  };
  const sid = async () => (await make()).json.sid as string;

  type Case = [path: string, verb: string, status: number, () => Promise<Answer>];
  const cases: Case[] = [
    [ROOT, 'post', 202, make],
    [ROOT, 'get', 200, () => client.call('GET', `${ROOT}?Channel=whatsapp`)],
    [`${ROOT}/{Sid}`, 'get', 200, async () => client.call('GET', `${ROOT}/${await sid()}`)],
    [`${ROOT}/{Sid}`, 'post', 202, async () => post(`${ROOT}/${await sid()}`, { profile: { about: 'All of it' } })],
    [
      '/v2/Indicators/Typing.json',
      'post',
      200,
      async () => {
        const { json } = await new TestPhone(client).send({ channel: 'whatsapp', body: 'Hi' });
        const form = { channel: 'whatsapp', messageId: json.sid };
        return client.call('POST', '/v2/Indicators/Typing.json', { form });
      },
    ],
  ];

  it.each(cases)('%s by %s has every key, of the right type', async (path, verb, status, ask) => {
    const answer = await ask();
    expect([answer.status, answer.json.code]).toEqual([status, undefined]);
    if (!published) return;
    const described = published.answerOf(path, verb, status);
    expect(described, `${verb} ${path} does not document ${status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
  });
});
