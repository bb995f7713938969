/** Link shortening against Twilio's published description, where it is. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../data/certificates.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';

const DOMAIN = `DN${'d'.repeat(32)}`;
const ROOT = '/v1/LinkShortening';

const published = readDescription('twilio_messaging_v1.json');

describe('answers about link shortening', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let service: string;

  beforeAll(async () => {
    pidge = await startTestPidge({
      change: (config) => {
        config.linkDomains = [{ domain: 'l.shop.example', sid: DOMAIN, services: [] }];
      },
    });
    client = new Client(pidge.origin, pidge.account);
    service = (await call('POST', '/v1/Services', { FriendlyName: 'Shop' })).json.sid;
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const call = (method: string, path: string, form?: Record<string, string>) => client.call(method, path, { form });
  const inDomain = (rest: string) => `${ROOT}/Domains/${DOMAIN}/${rest}`;

  type Case = [path: string, verb: string, () => Promise<Answer>];
  const cases: Case[] = [
    [`${ROOT}/Domains/{DomainSid}/Config`, 'get', () => call('GET', inDomain('Config'))],
    [
      `${ROOT}/Domains/{DomainSid}/Config`,
      'post',
      () => call('POST', inDomain('Config'), { FallbackUrl: 'https://shop.example/else' }),
    ],
    [
      `${ROOT}/Domains/{DomainSid}/Certificate`,
      'post',
      () => call('POST', inDomain('Certificate'), { TlsCert: `${CERTIFICATE}\n${KEY}` }),
    ],
    [`${ROOT}/Domains/{DomainSid}/Certificate`, 'get', () => call('GET', inDomain('Certificate'))],
    [`${ROOT}/Domains/{DomainSid}/RequestManagedCert`, 'post', () => call('POST', inDomain('RequestManagedCert'), {})],
    [`${ROOT}/Domains/{DomainSid}/ValidateDns`, 'get', () => call('GET', inDomain('ValidateDns'))],
    [
      `${ROOT}/Domains/{DomainSid}/MessagingServices/{MessagingServiceSid}`,
      'post',
      () => call('POST', inDomain(`MessagingServices/${service}`), {}),
    ],
    [
      `${ROOT}/MessagingServices/{MessagingServiceSid}/Domain`,
      'get',
      () => call('GET', `${ROOT}/MessagingServices/${service}/Domain`),
    ],
    [
      `${ROOT}/MessagingService/{MessagingServiceSid}/DomainConfig`,
      'get',
      () => call('GET', `${ROOT}/MessagingService/${service}/DomainConfig`),
    ],
  ];

  it.each(cases)('%s by %s has every key, of the right type', async (path, verb, ask) => {
    const answer = await ask();
    expect([200, 201]).toContain(answer.status);
    if (!published) return;
    const described = published.answerOf(path, verb, answer.status);
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
  });
});
