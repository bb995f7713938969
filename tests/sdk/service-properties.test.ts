/** Every property and parameter of Messaging Services and what is below them, through the official SDK. */
import twilio from 'twilio';
import type { ServiceListInstanceCreateOptions } from 'twilio/lib/rest/messaging/v1/service.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, fieldsOf, type Kinds } from '../helpers/sdk-types.ts';

type Options = Required<ServiceListInstanceCreateOptions>;

const FILE = 'messaging/v1/service';

/** One value for create, another for update, and one that is refused with a code; `null`: nothing is. */
const SETTINGS: { [Name in keyof Options]: [first: Options[Name], then: Options[Name], wrong: unknown, code: number] } =
  {
    friendlyName: ['Shop', 'Store', 'x'.repeat(65), 20002],
    inboundRequestUrl: ['https://shop.example/in', 'https://shop.example/new-in', 'nowhere', 20001],
    inboundMethod: ['GET', 'POST', 'PUT', 20001],
    fallbackUrl: ['https://shop.example/else', 'https://shop.example/new-else', 'nowhere', 20001],
    fallbackMethod: ['GET', 'POST', 'PUT', 20001],
    statusCallback: ['https://shop.example/status', 'https://shop.example/new-status', 'nowhere', 20001],
    stickySender: [false, true, 'perhaps', 20001],
    mmsConverter: [false, true, 'perhaps', 20001],
    smartEncoding: [false, true, 'perhaps', 20001],
    scanMessageContent: ['disable', 'enable', 'always', 20001],
    fallbackToLongCode: [false, true, 'perhaps', 20001],
    areaCodeGeomatch: [false, true, 'perhaps', 20001],
    validityPeriod: [600, 14_400, 36_001, 20001],
    synchronousValidation: [true, false, 'perhaps', 20001],
    usecase: ['marketing', 'poll', 'fun', 21713],
    useInboundWebhookOnNumber: [true, false, 'perhaps', 20001],
  };

const names = Object.keys(SETTINGS) as (keyof Options)[];
const all = (index: 0 | 1) => Object.fromEntries(names.map((name) => [name, SETTINGS[name][index]])) as Options;

const SERVICE: Kinds = {
  sid: 'string',
  accountSid: 'string',
  friendlyName: 'string',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  inboundRequestUrl: 'string?',
  inboundMethod: 'string',
  fallbackUrl: 'string?',
  fallbackMethod: 'string',
  statusCallback: 'string?',
  stickySender: 'boolean',
  mmsConverter: 'boolean',
  smartEncoding: 'boolean',
  scanMessageContent: 'string',
  fallbackToLongCode: 'boolean',
  areaCodeGeomatch: 'boolean',
  synchronousValidation: 'boolean',
  validityPeriod: 'number',
  url: 'string',
  links: 'object',
  usecase: 'string',
  usAppToPersonRegistered: 'boolean',
  useInboundWebhookOnNumber: 'boolean',
};

const POOLED: Kinds = {
  sid: 'string',
  accountSid: 'string',
  serviceSid: 'string',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  capabilities: 'array',
  url: 'string',
};

const { serviceSid: _service, capabilities: _capabilities, ...OF_CHANNEL } = POOLED;

/** What each sub-resource is called in the SDK, what its senders have, and what puts one in. */
const POOLS = [
  ['phoneNumbers', 'PhoneNumber', { ...POOLED, phoneNumber: 'string', countryCode: 'string' }, ['phoneNumberSid']],
  ['shortCodes', 'ShortCode', { ...POOLED, shortCode: 'string', countryCode: 'string' }, ['shortCodeSid']],
  ['alphaSenders', 'AlphaSender', { ...POOLED, alphaSender: 'string' }, ['alphaSender']],
  [
    'destinationAlphaSenders',
    'DestinationAlphaSender',
    { ...POOLED, alphaSender: 'string', isoCountryCode: 'string' },
    ['alphaSender', 'isoCountryCode'],
  ],
  [
    'channelSenders',
    'ChannelSender',
    { ...OF_CHANNEL, messagingServiceSid: 'string', sender: 'string', senderType: 'string', countryCode: 'string' },
    ['sid'],
  ],
] as const;

interface Item {
  sid: string;
  toJSON(): unknown;
}

/** What the pools of the SDK have in common. */
interface Pool {
  (sid: string): { fetch(): Promise<Item>; remove(): Promise<boolean> };
  create(params: object): Promise<Item>;
  list(params?: object): Promise<Item[]>;
  page(params: object): Promise<unknown>;
}

describe('Messaging Services through the official SDK', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;
  const given: Record<string, Record<string, string>> = {};

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.messaging.baseUrl = pidge.origin;
    const sidOf = async (address: string) => (await pidge.running.store.senderByAddress(address))?.sid ?? '';
    given.phoneNumbers = { phoneNumberSid: await sidOf('+12025550100') };
    given.shortCodes = { shortCodeSid: await sidOf('76767') };
    given.alphaSenders = { alphaSender: 'Shop' };
    given.destinationAlphaSenders = { alphaSender: 'Laden', isoCountryCode: 'DE' };
    given.channelSenders = { sid: await sidOf('whatsapp:+12025550100') };
  });
  afterAll(() => pidge.close());

  const services = () => client.messaging.v1.services;
  const poolOf = (sid: string, pool: (typeof POOLS)[number][0]) => services()(sid)[pool] as unknown as Pool;
  const refusal = (promise: Promise<unknown>) => promise.then(String, (reason: unknown) => reason);

  it('have every property, whether it was set or not', async () => {
    expectWhole(SERVICE, FILE, 'ServiceInstance');
    expectWhole(SETTINGS, FILE, 'ServiceListInstanceCreateOptions');
    expectWhole(SETTINGS, FILE, 'ServiceContextUpdateOptions');
    const bare = await services().create({ friendlyName: 'Bare' });
    expectKinds(bare, SERVICE);
    expect([bare.inboundRequestUrl, bare.fallbackUrl, bare.statusCallback]).toEqual([null, null, null]);
    const made = await services().create(all(0));
    expectKinds(made, SERVICE);
    expect(made).toMatchObject(all(0));
    const updated = await services()(made.sid).update(all(1));
    expectKinds(updated, SERVICE);
    expect(updated).toMatchObject(all(1));
    expect((await services()(made.sid).fetch()).toJSON()).toEqual(updated.toJSON());
  });

  it.each(names)('%s is set alone, leaves the others, and refuses what it cannot be', async (name) => {
    const [first, then, wrong, code] = SETTINGS[name];
    const made = await services().create({ friendlyName: 'Shop', [name]: first });
    const updated = await services()(made.sid).update({ [name]: then });
    const { dateUpdated: _, ...rest } = made.toJSON();
    expect(updated).toMatchObject({ ...rest, [name]: then });
    const bad = { friendlyName: 'Shop', [name]: wrong } as unknown as Options;
    expect(await refusal(services().create(bad))).toMatchObject({ status: 400, code });
    expect(await refusal(services()(made.sid).update({ [name]: wrong } as object))).toMatchObject({ code });
  });

  it('link to places that answer', async () => {
    const { links } = await services().create({ friendlyName: 'Linked' });
    for (const [name, url] of Object.entries(links)) {
      // Messages of a service are created under the account; the original links to nothing here either.
      if (name === 'messages') continue;
      const { statusCode } = await client.request({ method: 'get', uri: url });
      expect([name, statusCode]).toEqual([name, 200]);
    }
  });

  it.each(POOLS)('%s have every property and parameter', async (pool, type, kinds, parameters) => {
    const file = `${FILE}/${pool.slice(0, -1)}`;
    expectWhole(kinds, file, `${type}Instance`);
    expect(fieldsOf(file, `${type}ListInstanceCreateOptions`).sort()).toEqual([...parameters].sort());
    expect(Object.keys(given[pool] ?? {}).sort()).toEqual([...parameters].sort());
    const service = await services().create({ friendlyName: 'Pools' });
    const senders = poolOf(service.sid, pool);
    const made = await senders.create(given[pool] ?? {});
    expectKinds(made, kinds);
    expect((await senders(made.sid).fetch()).toJSON()).toEqual(made.toJSON());
    expect((await senders.list()).map((one) => one.toJSON())).toEqual([made.toJSON()]);
    // Each parameter is needed, but for the country.
    for (const parameter of parameters.filter((one) => one !== 'isoCountryCode')) {
      const wrong = await refusal(senders.create({ ...given[pool], [parameter]: '' }));
      expect(wrong).toMatchObject({ status: 400 });
    }
    expect(await senders(made.sid).remove()).toBe(true);
    expect(await senders.list()).toEqual([]);
  });

  it('list with every parameter that the SDK knows', async () => {
    const paging = ['limit', 'pageSize'];
    expect(fieldsOf(FILE, 'ServiceListInstanceOptions').sort()).toEqual(paging);
    const service = await services().create({ friendlyName: 'Paged' });
    for (const [pool, type] of POOLS) {
      const own = pool === 'destinationAlphaSenders' ? ['isoCountryCode'] : [];
      const known = fieldsOf(`${FILE}/${pool.slice(0, -1)}`, `${type}ListInstanceOptions`);
      expect(known.sort()).toEqual([...own, ...paging].sort());
      const senders = poolOf(service.sid, pool);
      await senders.create(given[pool] ?? {});
      expect(await senders.list({ limit: 1, pageSize: 1 })).toHaveLength(1);
      const none = await refusal(senders.page({ pageSize: 0 }));
      expect([pool, none]).toMatchObject([pool, { status: 400, code: 20001 }]);
    }
    expect(await services().list({ limit: 2, pageSize: 1 })).toHaveLength(2);
  });
});
