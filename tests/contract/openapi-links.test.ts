/** Link shortening against Twilio's published description (when `PIDGE_OPENAPI_DIR` names it) and our own schemas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CERTIFICATE, KEY } from '../data/certificates.ts';
import { type Answer, Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { linkSchemas } from './link-schemas.ts';
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

  type Case = [path: string, verb: string, schema: keyof typeof linkSchemas, () => Promise<Answer>];
  const cases: Case[] = [
    [`${ROOT}/Domains/{DomainSid}/Config`, 'get', 'config', () => call('GET', inDomain('Config'))],
    [
      `${ROOT}/Domains/{DomainSid}/Config`,
      'post',
      'config',
      () => call('POST', inDomain('Config'), { FallbackUrl: 'https://shop.example/else' }),
    ],
    [
      `${ROOT}/Domains/{DomainSid}/Certificate`,
      'post',
      'certificate',
      () => call('POST', inDomain('Certificate'), { TlsCert: `${CERTIFICATE}\n${KEY}` }),
    ],
    [`${ROOT}/Domains/{DomainSid}/Certificate`, 'get', 'certificate', () => call('GET', inDomain('Certificate'))],
    [
      `${ROOT}/Domains/{DomainSid}/RequestManagedCert`,
      'post',
      'managed',
      () => call('POST', inDomain('RequestManagedCert'), {}),
    ],
    [`${ROOT}/Domains/{DomainSid}/ValidateDns`, 'get', 'dns', () => call('GET', inDomain('ValidateDns'))],
    [
      `${ROOT}/Domains/{DomainSid}/MessagingServices/{MessagingServiceSid}`,
      'post',
      'service',
      () => call('POST', inDomain(`MessagingServices/${service}`), {}),
    ],
    [
      `${ROOT}/MessagingServices/{MessagingServiceSid}/Domain`,
      'get',
      'service',
      () => call('GET', `${ROOT}/MessagingServices/${service}/Domain`),
    ],
    [
      `${ROOT}/MessagingService/{MessagingServiceSid}/DomainConfig`,
      'get',
      'configOfService',
      () => call('GET', `${ROOT}/MessagingService/${service}/DomainConfig`),
    ],
  ];

  it.each(cases)('%s by %s has every key, of the right type', async (path, verb, schema, ask) => {
    const answer = await ask();
    expect([200, 201]).toContain(answer.status);
    const own = ajv.compile(linkSchemas[schema]);
    expect(own(answer.json), JSON.stringify(own.errors)).toBe(true);
    if (!published) return;
    const described = published.answerOf(path, verb, answer.status);
    expect(described, `${verb} ${path} does not document ${answer.status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(answer.json), JSON.stringify(validate.errors)).toBe(true);
  });

  it('the list of domains, which the description lacks, has every key', async () => {
    await call('POST', inDomain(`MessagingServices/${service}`), {});
    const own = ajv.compile(linkSchemas.domains);
    const { json } = await call('GET', `${ROOT}/Domains`);
    expect(own(json), JSON.stringify(own.errors)).toBe(true);
  });
});
