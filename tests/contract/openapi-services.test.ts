/** Messaging Services against Twilio's published description (when `PIDGE_OPENAPI_DIR` names it) and our own schemas. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { makeValidator, readDescription } from './published.ts';
import { serviceSchemas } from './service-schemas.ts';

const published = readDescription('twilio_messaging_v1.json');

describe('answers of Messaging Services', () => {
  const ajv = makeValidator();
  let pidge: TestPidge;
  let client: Client;
  let service: string;
  const senders: Record<string, string> = {};

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    const made = await client.call('POST', '/v1/Services', { form: { FriendlyName: 'Shop' } });
    service = `/v1/Services/${made.json.sid}`;
    for (const address of ['+12025550100', '76767', 'whatsapp:+12025550100']) {
      senders[address] = (await pidge.running.store.senderByAddress(address))?.sid ?? '';
    }
  });
  afterAll(async () => {
    await client.close();
    await pidge.close();
  });

  const post = (path: string, form: Record<string, string>) => client.call('POST', path, { form });
  const get = (path: string) => client.call('GET', path);
  const pools: [string, string, keyof typeof serviceSchemas, () => Record<string, string>][] = [
    ['ServiceSid', 'PhoneNumbers', 'phoneNumber', () => ({ PhoneNumberSid: senders['+12025550100'] ?? '' })],
    ['ServiceSid', 'ShortCodes', 'shortCode', () => ({ ShortCodeSid: senders['76767'] ?? '' })],
    ['ServiceSid', 'AlphaSenders', 'alphaSender', () => ({ AlphaSender: 'Shop' })],
    [
      'ServiceSid',
      'DestinationAlphaSenders',
      'destinationAlphaSender',
      () => ({ AlphaSender: 'Laden', IsoCountryCode: 'DE' }),
    ],
    ['MessagingServiceSid', 'ChannelSenders', 'channelSender', () => ({ Sid: senders['whatsapp:+12025550100'] ?? '' })],
  ];

  type Case = [name: string, path: string, verb: string, schema: keyof typeof serviceSchemas, () => Promise<Answer>];
  const cases: Case[] = [
    ['create service', '/v1/Services', 'post', 'service', () => post('/v1/Services', { FriendlyName: 'Other' })],
    ['list services', '/v1/Services', 'get', 'serviceList', () => get('/v1/Services?PageSize=2')],
    ['fetch service', '/v1/Services/{Sid}', 'get', 'service', () => get(service)],
    [
      'update service',
      '/v1/Services/{Sid}',
      'post',
      'service',
      () => post(service, { StatusCallback: 'https://a.example', InboundRequestUrl: 'https://a.example' }),
    ],
    ['list use cases', '/v1/Services/Usecases', 'get', 'usecases', () => get('/v1/Services/Usecases')],
    ...pools.flatMap(([parent, pool, schema, form]): Case[] => {
      const path = `/v1/Services/{${parent}}/${pool}`;
      const list = `${schema}List` as keyof typeof serviceSchemas;
      const fetch = async () => {
        const { json } = await get(`${service}/${pool}`);
        return get(`${service}/${pool}/${json[json.meta.key][0].sid}`);
      };
      return [
        [`add to ${pool}`, path, 'post', schema, () => post(`${service}/${pool}`, form())],
        [`list ${pool}`, path, 'get', list, () => get(`${service}/${pool}?PageSize=1`)],
        [`fetch from ${pool}`, `${path}/{Sid}`, 'get', schema, fetch],
      ];
    }),
  ];

  const usa2p = '/v1/Services/{MessagingServiceSid}/Compliance/Usa2p';
  const campaign = {
    Description: 'One-time codes for those who sign in to it.',
    MessageFlow: 'People tick a box when they make an account.',
    HasEmbeddedLinks: 'true',
    HasEmbeddedPhone: 'false',
  };
  const samples: [string, string][] = ['249205', '118020'].map((code) => ['MessageSamples', `Your code is ${code}.`]);
  const declare = (more: Record<string, string>) => [...Object.entries({ ...campaign, ...more }), ...samples];
  const send = (path: string, form: [string, string][]) => client.call('POST', path, { form });
  const campaignPath = async () => {
    const { json } = await get(`${service}/Compliance/Usa2p`);
    return `${service}/Compliance/Usa2p/${json.compliance[0].sid}`;
  };
  cases.push(
    [
      'declare a campaign',
      usa2p,
      'post',
      'campaign',
      () =>
        send(
          `${service}/Compliance/Usa2p`,
          declare({ BrandRegistrationSid: `BN${'a'.repeat(32)}`, UsAppToPersonUsecase: '2FA' }),
        ),
    ],
    ['list campaigns', usa2p, 'get', 'campaignList', () => get(`${service}/Compliance/Usa2p`)],
    ['fetch a campaign', `${usa2p}/{Sid}`, 'get', 'campaign', async () => get(await campaignPath())],
    [
      'change a campaign',
      `${usa2p}/{Sid}`,
      'post',
      'campaign',
      async () => send(await campaignPath(), declare({ AgeGated: 'false', DirectLending: 'false' })),
    ],
    [
      'list use cases of campaigns',
      `${usa2p}/Usecases`,
      'get',
      'campaignUsecases',
      () => get(`${service}/Compliance/Usa2p/Usecases`),
    ],
    [
      'import a campaign',
      '/v1/Services/PreregisteredUsa2p',
      'post',
      'externalCampaign',
      async () => {
        const { json } = await post('/v1/Services', { FriendlyName: 'Third' });
        return post('/v1/Services/PreregisteredUsa2p', { CampaignId: 'CABCDEF', MessagingServiceSid: json.sid });
      },
    ],
  );

  it.each(cases)('%s has every key, of the right type', async (_name, path, verb, schema, call) => {
    const { status, json } = await call();
    const own = ajv.compile(serviceSchemas[schema]);
    expect(own(json), JSON.stringify(own.errors)).toBe(true);
    if (!published) return;
    const described = published.answerOf(path, verb, status);
    expect(described, `${verb} ${path} does not document ${status}`).toBeTruthy();
    const validate = ajv.compile(described as object);
    expect(validate(json), JSON.stringify(validate.errors)).toBe(true);
    for (const key of Object.keys(described?.properties ?? {})) expect(Object.keys(json)).toContain(key);
  });
});
