/** Every property of a number, set by every path that makes or changes one, through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';
import { expectKinds, expectWhole, type Kinds } from '../helpers/sdk-types.ts';

const sid = (prefix: string) => prefix + 'a'.repeat(32);
const example = 'https://example.com';

/** All that can be set, but for the number itself and its account. */
const GIVEN = {
  apiVersion: '2008-08-01',
  friendlyName: 'Front desk',
  smsFallbackMethod: 'GET',
  smsFallbackUrl: `${example}/sms2`,
  smsMethod: 'GET',
  smsUrl: `${example}/sms`,
  statusCallback: `${example}/status`,
  statusCallbackMethod: 'GET',
  voiceCallerIdLookup: true,
  voiceFallbackMethod: 'GET',
  voiceFallbackUrl: `${example}/voice2`,
  voiceMethod: 'GET',
  voiceUrl: `${example}/voice`,
  emergencyStatus: 'Active',
  emergencyAddressSid: sid('AD'),
  trunkSid: sid('TK'),
  identitySid: sid('RI'),
  addressSid: sid('AD'),
  voiceReceiveMode: 'fax',
  bundleSid: sid('BU'),
} as const;

const KINDS: Kinds = {
  accountSid: 'string',
  addressSid: 'string',
  addressRequirements: 'string',
  apiVersion: 'string',
  beta: 'boolean',
  capabilities: 'object',
  dateCreated: 'Date',
  dateUpdated: 'Date',
  friendlyName: 'string',
  identitySid: 'string',
  phoneNumber: 'string',
  origin: 'string',
  sid: 'string',
  smsApplicationSid: 'string',
  smsFallbackMethod: 'string',
  smsFallbackUrl: 'string',
  smsMethod: 'string',
  smsUrl: 'string',
  statusCallback: 'string',
  statusCallbackMethod: 'string',
  trunkSid: 'string',
  uri: 'string',
  voiceReceiveMode: 'string',
  voiceApplicationSid: 'string',
  voiceCallerIdLookup: 'boolean',
  voiceFallbackMethod: 'string',
  voiceFallbackUrl: 'string',
  voiceMethod: 'string',
  voiceUrl: 'string',
  emergencyStatus: 'string',
  emergencyAddressSid: 'string',
  emergencyAddressStatus: 'string',
  bundleSid: 'string',
  status: 'string',
  type: 'string',
};

describe('a number', () => {
  let pidge: TestPidge;
  let client: twilio.Twilio;

  beforeAll(async () => {
    pidge = await startTestPidge();
    client = twilio(pidge.account.sid, pidge.account.token);
    client.api.baseUrl = pidge.origin;
  });
  afterAll(() => pidge.close());

  const numbers = () => client.incomingPhoneNumbers;
  it.each([
    ['/', (more: typeof GIVEN) => numbers().create({ ...more, phoneNumber: '+14155550171' })],
    ['/ by area', (more: typeof GIVEN) => numbers().create({ ...more, areaCode: '212' })],
    ['/Local', (more: typeof GIVEN) => numbers().local.create({ ...more, phoneNumber: '+14155550172' })],
    ['/Mobile', (more: typeof GIVEN) => numbers().mobile.create({ ...more, phoneNumber: '+447700900055' })],
    ['/TollFree', (more: typeof GIVEN) => numbers().tollFree.create({ ...more, phoneNumber: '+18005550155' })],
  ])('made by POST %s keeps and echoes every property', async (_, create) => {
    const { sid: smsApplicationSid } = await client.applications.create({});
    const applications = { smsApplicationSid, voiceApplicationSid: smsApplicationSid };
    const made = await create({ ...GIVEN, ...applications });
    const fetched = await numbers()(made.sid).fetch();
    expect(fetched.toJSON()).toMatchObject({ ...GIVEN, ...applications });
    expectKinds(fetched, KINDS);
    expectWhole(KINDS, 'api/v2010/account/incomingPhoneNumber', 'IncomingPhoneNumberInstance');
    await numbers()(made.sid).remove();
  });

  it('is changed in every property, and an empty one is cleared', async () => {
    const made = await numbers().create({ phoneNumber: '+14155550173' });
    const changed = await numbers()(made.sid).update({ ...GIVEN });
    expect(changed.toJSON()).toMatchObject(GIVEN);
    const cleared = await numbers()(made.sid).update({ smsUrl: '', smsFallbackUrl: '', friendlyName: '' });
    expect([cleared.smsUrl, cleared.smsFallbackUrl, cleared.friendlyName]).toEqual(['', '', '(415) 555-0173']);
    expect(cleared.voiceUrl).toBe(GIVEN.voiceUrl);
  });

  it('is listed by each filter, in pages', async () => {
    for (let n = 0; n < 3; n += 1) {
      await numbers().create({ phoneNumber: `+1415555018${n}`, friendlyName: 'Listed' });
    }
    type Filter = Parameters<typeof client.incomingPhoneNumbers.list>[0];
    const lists = {
      all: (filter: Filter) => numbers().list(filter),
      local: (filter: Filter) => numbers().local.list(filter),
      mobile: (filter: Filter) => numbers().mobile.list(filter),
      tollFree: (filter: Filter) => numbers().tollFree.list(filter),
    };
    for (const list of [lists.all, lists.local]) {
      const found = (filter: Filter) => list({ ...filter, pageSize: 2 });
      expect(await found({ friendlyName: 'Listed' })).toHaveLength(3);
      expect(await found({ phoneNumber: '55501*2' })).toHaveLength(1);
      expect(await found({ friendlyName: 'Listed', beta: true })).toHaveLength(0);
      expect(await found({ friendlyName: 'Listed', origin: 'hosted' })).toHaveLength(0);
    }
    for (const list of [lists.mobile, lists.tollFree]) {
      expect(await list({ friendlyName: 'Listed', phoneNumber: '415', beta: false, origin: 'twilio' })).toEqual([]);
    }
    const page = await numbers().local.page({ friendlyName: 'Listed', pageSize: 2 });
    expect(page.nextPageUrl).toMatch(/Page=1&PageToken=PAPN/);
  });
});
