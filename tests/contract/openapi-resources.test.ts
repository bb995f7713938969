/** Feedback, applications, caller ids, short codes and content against Twilio's published descriptions, where they are. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '../helpers/client.ts';
import { MediaHost } from '../helpers/media-host.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const descriptions = {
  api: readDescription('twilio_api_v2010.json'),
  v1: readDescription('twilio_content_v1.json'),
  v2: readDescription('twilio_content_v2.json'),
};

describe('answers of the resources around a message', () => {
  // Their descriptions are kept to by value in the tests through the SDK; here the published ones have a say.
  const ajv = makeValidator();
  let pidge: TestPidge;
  let host: MediaHost;
  let client: Client;
  const sids: Record<string, string> = {};

  beforeAll(async () => {
    host = await new MediaHost().start();
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    sids.message = (await client.send()).json.sid;
    sids.withMedia = (await client.send({ MediaUrl: host.picture() })).json.sid;
    await pidge.until(async () => (await get(`/Messages/${sids.withMedia}/Media.json`)).json.media_list.length === 1);
    sids.media = (await get(`/Messages/${sids.withMedia}/Media.json`)).json.media_list[0].sid;
    sids.application = (await post('/Applications.json', { FriendlyName: 'Shop' })).json.sid;
    await post('/OutgoingCallerIds.json', { PhoneNumber: '+12025550110' });
    sids.callerId = (await get('/OutgoingCallerIds.json')).json.outgoing_caller_ids[0].sid;
    sids.shortCode = (await get('/SMS/ShortCodes.json')).json.short_codes[0].sid;
    sids.content = (await json('POST', '/v1/Content', template)).json.sid;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
    await host.stop();
  });

  const template = { language: 'en', types: { 'twilio/text': { body: 'Hi {{1}}' } }, variables: { 1: 'you' } };
  const get = (path: string) => client.call('GET', client.base + path);
  const post = (path: string, form: Record<string, string>) => client.call('POST', client.base + path, { form });
  const json = (method: string, path: string, value: unknown) =>
    client.call(method, path, { body: JSON.stringify(value), headers: { 'content-type': 'application/json' } });
  const approval = { name: 'hi', category: 'UTILITY' };

  type Case = [path: string, verb: string, () => Promise<Answer>];
  const ofAccount: Case[] = [
    ['/Messages/{MessageSid}/Feedback.json', 'post', () => post(`/Messages/${sids.message}/Feedback.json`, {})],
    ['/Messages/{MessageSid}/Media.json', 'get', () => get(`/Messages/${sids.withMedia}/Media.json`)],
    [
      '/Messages/{MessageSid}/Media/{Sid}.json',
      'get',
      () => get(`/Messages/${sids.withMedia}/Media/${sids.media}.json`),
    ],
    ['/Applications.json', 'post', () => post('/Applications.json', { SmsUrl: 'https://a.example' })],
    ['/Applications.json', 'get', () => get('/Applications.json')],
    ['/Applications/{Sid}.json', 'get', () => get(`/Applications/${sids.application}.json`)],
    ['/Applications/{Sid}.json', 'post', () => post(`/Applications/${sids.application}.json`, { ApiVersion: '' })],
    ['/OutgoingCallerIds.json', 'post', () => post('/OutgoingCallerIds.json', { PhoneNumber: '+12025550112' })],
    ['/OutgoingCallerIds.json', 'get', () => get('/OutgoingCallerIds.json')],
    ['/OutgoingCallerIds/{Sid}.json', 'get', () => get(`/OutgoingCallerIds/${sids.callerId}.json`)],
    ['/OutgoingCallerIds/{Sid}.json', 'post', () => post(`/OutgoingCallerIds/${sids.callerId}.json`, {})],
    ['/SMS/ShortCodes.json', 'get', () => get('/SMS/ShortCodes.json')],
    ['/SMS/ShortCodes/{Sid}.json', 'get', () => get(`/SMS/ShortCodes/${sids.shortCode}.json`)],
    ['/SMS/ShortCodes/{Sid}.json', 'post', () => post(`/SMS/ShortCodes/${sids.shortCode}.json`, {})],
  ];
  const ofContent: Case[] = [
    ['/v1/Content', 'post', () => json('POST', '/v1/Content', template)],
    ['/v1/Content', 'get', () => client.call('GET', '/v1/Content')],
    ['/v1/Content/{Sid}', 'get', () => client.call('GET', `/v1/Content/${sids.content}`)],
    ['/v1/Content/{Sid}', 'put', () => json('PUT', `/v1/Content/${sids.content}`, template)],
    ['/v1/ContentAndApprovals', 'get', () => client.call('GET', '/v1/ContentAndApprovals')],
    [
      '/v1/Content/{ContentSid}/ApprovalRequests/whatsapp',
      'post',
      () => json('POST', `/v1/Content/${sids.content}/ApprovalRequests/whatsapp`, approval),
    ],
    [
      '/v1/Content/{Sid}/ApprovalRequests',
      'get',
      () => client.call('GET', `/v1/Content/${sids.content}/ApprovalRequests`),
    ],
    ['/v2/Content', 'get', () => client.call('GET', '/v2/Content')],
    ['/v2/ContentAndApprovals', 'get', () => client.call('GET', '/v2/ContentAndApprovals')],
  ];
  const cases = [
    ...ofAccount.map(([path, ...rest]): Case => [`/2010-04-01/Accounts/{AccountSid}${path}`, ...rest]),
    ...ofContent,
  ];

  it.each(cases)('%s by %s has every key, of the right type', async (path, verb, call) => {
    const answer = await call();
    expect([200, 201]).toContain(answer.status);
    const published = path.startsWith('/v') ? descriptions[path.startsWith('/v1') ? 'v1' : 'v2'] : descriptions.api;
    if (!published) return;
    const described = published.answerOf(path, verb, answer.status);
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
    for (const key of Object.keys(described?.properties ?? {})) expect(Object.keys(answer.json)).toContain(key);
  });
});
