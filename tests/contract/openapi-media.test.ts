/** Media against Twilio's published description, where it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const published = readDescription('twilio_api_v2010.json');

describe('answers about media', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let host: MediaHost;
  let media: string;
  let medium: string;

  beforeAll(async () => {
    host = await new MediaHost().start();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    const { sid } = (await client.send({ MediaUrl: host.picture() })).json;
    media = `${client.base}/Messages/${sid}/Media`;
    await pidge.until(async () => (await client.call('GET', `${media}.json`)).json.media_list.length > 0);
    medium = (await client.call('GET', `${media}.json`)).json.media_list[0].sid;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
    await host.stop();
  });

  const messages = '/2010-04-01/Accounts/{AccountSid}/Messages/{MessageSid}';

  type Case = [path: string, verb: string, () => Promise<Answer>];
  const cases: Case[] = [
    [`${messages}/Media.json`, 'get', () => client.call('GET', `${media}.json`)],
    [`${messages}/Media/{Sid}.json`, 'get', () => client.call('GET', `${media}/${medium}.json`)],
  ];

  it.each(cases)('%s by %s has every key, of the right type', async (path, verb, ask) => {
    const answer = await ask();
    expect(answer.status).toBe(200);
    if (!published) return;
    const described = published.answerOf(path, verb, answer.status);
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
  });
});
