/** Numbers to be had, numbers taken and numbers moved, through the official SDK. */
import twilio from 'twilio';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NumberPool } from '../../src/domain/number-pools.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const POOLS: NumberPool[] = [
  { country: 'US', type: 'local', numbers: ['+1212555010x', '+14155550150'], canSms: true, canMms: true },
  { country: 'US', type: 'toll-free', numbers: ['+1800555010x'], canSms: true, canMms: false },
  { country: 'GB', type: 'mobile', numbers: ['+44770090012x'], canSms: true, canMms: false },
  { country: 'GB', type: 'local', numbers: ['+442079460001'], canSms: false, canMms: false },
];

let pidge: TestPidge;
let client: twilio.Twilio;
let raw: Client;

beforeAll(async () => {
  pidge = await startTestPidge({
    clock: 'hand-wound',
    change: (config) => {
      config.numberPools = POOLS;
      config.balanceMicros = 12_340_000;
    },
  });
  client = sdk(pidge.account.sid, pidge.account.token);
  raw = new Client(pidge.origin, pidge.account);
});
afterAll(async () => {
  await raw.close();
  await pidge.close();
});

function sdk(user: string, password: string): twilio.Twilio {
  const made = twilio(user, password);
  for (const product of [made.api, made.messaging]) product.baseUrl = pidge.origin;
  return made;
}
const refused = (code: number, status = 400) => expect.objectContaining({ code, status });
const post = (path: string, form: Record<string, string>) => raw.call('POST', `${raw.base}${path}`, { form });
const search = async (path: string) => {
  const { json } = await raw.call('GET', `${raw.base}/AvailablePhoneNumbers/${path}`);
  return (json.available_phone_numbers ?? json).map?.((one: { phone_number: string }) => one.phone_number) ?? json.code;
};

describe('available numbers', () => {
  it('are those of the countries that have a pool', async () => {
    const countries = await client.availablePhoneNumbers.list();
    expect(countries.map(({ countryCode, country, beta }) => [countryCode, country, beta])).toEqual([
      ['GB', 'United Kingdom', false],
      ['US', 'United States', false],
    ]);
    const path = `${raw.base}/AvailablePhoneNumbers`;
    expect((await raw.call('GET', `${path}.json`)).json).toEqual({ countries: expect.any(Array), uri: `${path}.json` });
    expect((await client.availablePhoneNumbers('US').fetch()).toJSON()).toEqual({
      countryCode: 'US',
      country: 'United States',
      uri: `${path}/US.json`,
      beta: false,
      subresourceUris: { local: `${path}/US/Local.json`, toll_free: `${path}/US/TollFree.json` },
    });
    await expect(client.availablePhoneNumbers('FR').fetch()).rejects.toEqual(refused(20404, 404));
    await expect(client.availablePhoneNumbers('US').mobile.list()).rejects.toEqual(refused(20404, 404));
    for (const type of ['National', 'SharedCost', 'Voip', 'MachineToMachine', 'Nothing']) {
      expect(await search(`US/${type}.json`)).toBe(20404);
    }
    expect((await raw.call('GET', path)).text).toContain('<CountryCode>GB</CountryCode>');
  });

  it('show what a pool tells of a number', async () => {
    const [one] = await client.availablePhoneNumbers('US').local.list({ areaCode: 415 });
    expect(one?.toJSON()).toEqual({
      friendlyName: '(415) 555-0150',
      phoneNumber: '+14155550150',
      lata: null,
      locality: null,
      rateCenter: null,
      latitude: null,
      longitude: null,
      region: 'CA',
      postalCode: null,
      isoCountry: 'US',
      addressRequirements: 'none',
      beta: false,
      capabilities: { voice: false, sms: true, mms: true, fax: false },
    });
    expect((await client.availablePhoneNumbers('GB').mobile.list({ limit: 1 }))[0]?.phoneNumber).toBe('+447700900120');
    expect((await client.availablePhoneNumbers('US').tollFree.list({ limit: 1 }))[0]?.phoneNumber).toBe('+18005550100');
  });

  it.each([
    ['US/Local.json?AreaCode=212', 10],
    ['US/Local.json?AreaCode=999', 0],
    ['US/Local.json?Contains=415', 1],
    ['US/Local.json?Contains=212%25105', 1],
    ['US/Local.json?Contains=555***5%24', 1],
    ['US/Local.json?InRegion=ny', 10],
    ['US/Local.json?NearNumber=%2B12125550199', 10],
    ['US/Local.json?SmsEnabled=true&MmsEnabled=true', 11],
    ['US/Local.json?MmsEnabled=false', 11],
    ['US/TollFree.json?MmsEnabled=true', 0],
    ['US/Local.json?VoiceEnabled=true', 0],
    ['US/Local.json?FaxEnabled=true', 0],
    ['GB/Local.json?SmsEnabled=true', 0],
    ['US/Local.json?Beta=false&ExcludeAllAddressRequired=true&ExcludeLocalAddressRequired=true', 11],
    ['US/Local.json?ExcludeForeignAddressRequired=true&Distance=10', 11],
    ['US/Local.json?InPostalCode=10001', 0],
    ['US/Local.json?InLocality=New%20York', 0],
    ['US/Local.json?InRateCenter=NWYRCYZN01', 0],
    ['US/Local.json?InLata=132', 0],
    ['US/Local.json?NearLatLong=40.7,-74', 0],
  ])('are searched: %s finds %i', async (path, count) => {
    expect(await search(path)).toHaveLength(count);
  });

  it.each([
    ['US/Local.json?AreaCode=21', 21451],
    ['US/Local.json?Contains=1', 20001],
    ['US/Local.json?Contains=(212)', 20001],
    ['US/Local.json?SmsEnabled=perhaps', 20001],
    ['US/Local.json?PageSize=0', 20001],
    ['US/Local.json?PageToken=PAx', 21481],
    ['US/Local.json?Distance=far', 20001],
    ['US/Local.json?Beta=perhaps', 20001],
    ['US/Local.json?NearLatLong=here', 20001],
  ])('refuse %s with %i', async (path, code) => {
    expect(await search(path)).toBe(code);
  });

  it('take an empty PageToken for none', async () => {
    expect(await search('US/Local.json?AreaCode=212&PageToken=')).toHaveLength(10);
  });

  it('come in pages that lead back as well', async () => {
    const first = await client.availablePhoneNumbers('US').local.page({ areaCode: 212, pageSize: 4 });
    const second = await first.nextPage();
    const third = await second?.nextPage();
    const numbers = (page: typeof second) => page?.instances.map(({ phoneNumber }) => phoneNumber);
    const back = await third?.previousPage();
    expect(numbers(back)).toEqual(numbers(second));
    expect(numbers(await back?.previousPage())).toEqual(numbers(first));
  });

  it('come in pages that go on behind a number, whatever is taken meanwhile', async () => {
    const path = `${raw.base}/AvailablePhoneNumbers/US/Local.json?AreaCode=212&PageSize=4`;
    const first = await raw.call('GET', path);
    expect(first.json).toMatchObject({ page: 0, page_size: 4, start: 0, end: 3, previous_page_uri: null });
    const taken = await client.incomingPhoneNumbers.create({ phoneNumber: '+12125550102' });
    const second = await raw.call('GET', first.json.next_page_uri);
    const third = await raw.call('GET', second.json.next_page_uri);
    const pages = [first, second, third].map(({ json }) => json.available_phone_numbers.length);
    expect([pages, third.json.next_page_uri]).toEqual([[4, 4, 2], null]);
    expect(first.json.next_page_uri).toContain('AreaCode=212&PageSize=4&Page=1&PageToken=PA%2B12125550103');
    expect(await client.availablePhoneNumbers('US').local.list({ areaCode: 212, pageSize: 4 })).toHaveLength(9);
    expect(await search('US/Local.json?AreaCode=212&PageSize=4&Page=2')).toEqual(['+12125550109']);
    await client.incomingPhoneNumbers(taken.sid).remove();
    expect(await search('US/Local.json?AreaCode=212')).toHaveLength(10);
  });
});

describe('numbers', () => {
  it('can be taken by the magic number, which dev has from the start, by whoever has it', async () => {
    const phoneNumber = '+15005550006';
    const [seeded] = await client.incomingPhoneNumbers.list({ phoneNumber });
    const form = { PhoneNumber: phoneNumber, SmsUrl: 'https://app.example/in' };
    const taken = await post('/IncomingPhoneNumbers.json', form);
    expect([taken.status, taken.json.sid, taken.json.sms_url]).toEqual([201, seeded?.sid, form.SmsUrl]);
    expect(taken.json.date_created).toBe(new Date(pidge.now()).toUTCString().replace('GMT', '+0000'));
    expect(await client.incomingPhoneNumbers.list({ phoneNumber })).toHaveLength(1);
    const { sid, authToken } = await client.api.v2010.accounts.create();
    await expect(sdk(sid, authToken).incomingPhoneNumbers.create({ phoneNumber })).rejects.toEqual(refused(21422));
  });

  it('are taken by area until none is left, and are free again when they are released', async () => {
    const one = await client.incomingPhoneNumbers.create({ areaCode: '415', friendlyName: 'West' });
    expect([one.phoneNumber, one.friendlyName, one.type]).toEqual(['+14155550150', 'West', 'local']);
    await expect(client.incomingPhoneNumbers.create({ areaCode: '415' })).rejects.toEqual(refused(21452));
    await client.incomingPhoneNumbers(one.sid).remove();
    expect(await search('US/Local.json?AreaCode=415')).toEqual(['+14155550150']);
    await expect(client.incomingPhoneNumbers.create({ areaCode: '999' })).rejects.toEqual(refused(21457));
    await expect(client.incomingPhoneNumbers.create({ areaCode: '15' })).rejects.toEqual(refused(21451));
    await expect(client.incomingPhoneNumbers.create({ areaCode: '533' })).rejects.toEqual(refused(21452));
  });

  it('are taken once only, however many want one at the same moment', async () => {
    const attempts = Array.from({ length: 12 }, () => client.incomingPhoneNumbers.create({ areaCode: '212' }));
    const made = (await Promise.allSettled(attempts)).flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(new Set(made.map(({ phoneNumber }) => phoneNumber)).size).toBe(10);
    expect(made).toHaveLength(10);
    for (const { sid } of made) await client.incomingPhoneNumbers(sid).remove();
  });

  it('have a type, are listed by it, and are taken as what they are', async () => {
    const free = await client.incomingPhoneNumbers.tollFree.create({ phoneNumber: '+18005550103' });
    const phone = await client.incomingPhoneNumbers.mobile.create({ phoneNumber: '+447700900121' });
    const local = await client.incomingPhoneNumbers.local.create({ phoneNumber: '+12125550107', smsMethod: 'GET' });
    const typeOf = async ({ sid }: { sid: string }) => (await client.incomingPhoneNumbers(sid).fetch()).type;
    expect([await typeOf(free), await typeOf(phone), await typeOf(local)]).toEqual(['toll-free', 'mobile', 'local']);
    expect([free.capabilities.mms, phone.capabilities.mms, local.smsMethod]).toEqual([false, false, 'GET']);
    const numbers = (list: { phoneNumber: string }[]) => list.map(({ phoneNumber }) => phoneNumber);
    expect(numbers(await client.incomingPhoneNumbers.tollFree.list())).toEqual(['+18005550103']);
    expect(numbers(await client.incomingPhoneNumbers.mobile.list({ phoneNumber: '7009' }))).toEqual(['+447700900121']);
    expect(numbers(await client.incomingPhoneNumbers.local.list())).toContain('+12125550107');
    expect(numbers(await client.incomingPhoneNumbers.local.list({ friendlyName: 'none' }))).toEqual([]);
    for (const path of ['Mobile', 'TollFree']) {
      const wrong = await post(`/IncomingPhoneNumbers/${path}.json`, { PhoneNumber: '+12125550108' });
      expect([wrong.status, wrong.json.code]).toEqual([400, 21422]);
    }
    expect((await post('/IncomingPhoneNumbers/Local.json', { AreaCode: '212' })).json.code).toBe(21421);
    for (const { sid } of [free, phone, local]) await client.incomingPhoneNumbers(sid).remove();
  });

  it('name applications of their own account, and no SmsUrl where there is no SMS', async () => {
    const { sid: smsApplicationSid } = await client.applications.create({});
    const phoneNumber = '+12125550105';
    const made = await client.incomingPhoneNumbers.create({ phoneNumber, smsApplicationSid });
    expect(made.smsApplicationSid).toBe(smsApplicationSid);
    const child = await client.api.v2010.accounts.create();
    const foreign = await client.api.v2010.accounts(child.sid).applications.create({});
    const update = client.incomingPhoneNumbers(made.sid);
    await expect(update.update({ smsApplicationSid: foreign.sid })).rejects.toEqual(refused(21420));
    await expect(update.update({ voiceApplicationSid: foreign.sid })).rejects.toEqual(refused(21420));
    await update.remove();
    const silent = await client.incomingPhoneNumbers.create({ phoneNumber: '+442079460001' });
    const url = { smsUrl: 'https://example.com/sms' };
    await expect(client.incomingPhoneNumbers(silent.sid).update(url)).rejects.toEqual(refused(21407));
    await client.incomingPhoneNumbers(silent.sid).remove();
    await expect(client.incomingPhoneNumbers.create({ phoneNumber: '+442079460001', ...url })).rejects.toEqual(
      refused(21407),
    );
  });

  it('of the pools are all that a subaccount takes by itself; its parent may give it others', async () => {
    const child = await client.api.v2010.accounts.create();
    const own = sdk(child.sid, child.authToken);
    await expect(own.incomingPhoneNumbers.create({ phoneNumber: '+12025550188' })).rejects.toEqual(refused(21422));
    expect((await own.incomingPhoneNumbers.create({ phoneNumber: '+12125550101' })).accountSid).toBe(child.sid);
    const given = await client.api.v2010
      .accounts(child.sid)
      .incomingPhoneNumbers.create({ phoneNumber: '+12025550188' });
    expect(given.accountSid).toBe(child.sid);
  });

  it('are moved by the parent between its accounts, and leave services and applications behind', async () => {
    const child = await client.api.v2010.accounts.create();
    const other = await client.api.v2010.accounts.create();
    const inside = client.api.v2010.accounts(child.sid);
    const { sid: smsApplicationSid } = await client.applications.create({});
    const smsUrl = 'https://example.com/sms';
    const made = await client.incomingPhoneNumbers.create({ areaCode: '212', smsApplicationSid, smsUrl });
    const service = await client.messaging.v1.services.create({ friendlyName: 'Moving' });
    await client.messaging.v1.services(service.sid).phoneNumbers.create({ phoneNumberSid: made.sid });
    const moved = await client.incomingPhoneNumbers(made.sid).update({ accountSid: child.sid });
    expect([moved.accountSid, moved.sid, moved.smsApplicationSid, moved.smsUrl]).toEqual([
      child.sid,
      made.sid,
      null,
      smsUrl,
    ]);
    expect(await client.messaging.v1.services(service.sid).phoneNumbers.list()).toEqual([]);
    await expect(client.incomingPhoneNumbers(made.sid).fetch()).rejects.toEqual(refused(20404, 404));
    const sent = await inside.messages.create({ to: '+12025550101', from: made.phoneNumber, body: 'from the child' });
    await pidge.wind(async () => (await inside.messages(sent.sid).fetch()).status === 'delivered');
    expect((await inside.incomingPhoneNumbers(made.sid).update({ accountSid: other.sid })).accountSid).toBe(other.sid);
    const back = client.api.v2010.accounts(other.sid).incomingPhoneNumbers(made.sid);
    expect((await back.update({ accountSid: pidge.account.sid })).accountSid).toBe(pidge.account.sid);
    await client.incomingPhoneNumbers(made.sid).remove();
  });

  it('do not go to what is no account of the family', async () => {
    const child = await client.api.v2010.accounts.create();
    const asleep = await client.api.v2010.accounts.create();
    await client.api.v2010.accounts(asleep.sid).update({ status: 'suspended' });
    await pidge.addSender({ address: '+12025550187', owner: 'stranger' });
    const stranger = (await pidge.running.store.senderByAddress('+12025550187'))?.accountSid ?? '';
    const inside = client.api.v2010.accounts(child.sid);
    const made = await inside.incomingPhoneNumbers.create({ areaCode: '212' });
    const number = inside.incomingPhoneNumbers(made.sid);
    await expect(number.update({ accountSid: 'none' })).rejects.toEqual(refused(21470));
    await expect(number.update({ accountSid: `AC${'0'.repeat(32)}` })).rejects.toEqual(refused(21471));
    await expect(number.update({ accountSid: stranger })).rejects.toEqual(refused(21471));
    await expect(number.update({ accountSid: asleep.sid })).rejects.toEqual(refused(21472));
    const own = sdk(child.sid, child.authToken);
    const up = { accountSid: pidge.account.sid };
    await expect(own.incomingPhoneNumbers(made.sid).update(up)).rejects.toEqual(refused(21474));
  });
});

describe('the balance', () => {
  it('is what the settings say, and of the main account alone', async () => {
    const balance = await client.balance.fetch();
    expect(balance.toJSON()).toEqual({ accountSid: pidge.account.sid, balance: '12.34', currency: 'USD' });
    const child = await client.api.v2010.accounts.create();
    await expect(client.api.v2010.accounts(child.sid).balance.fetch()).rejects.toEqual(refused(20404, 404));
  });
});
