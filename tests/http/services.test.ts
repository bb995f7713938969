/** Messaging Services at the door: parameters, refusals, URLs, credentials. Walks and SDK cases are elsewhere. */
import { expect, test } from 'vitest';
import type { Sender } from '../../src/store/directory.ts';
import { basic, CHILD, type Door, type Json, MG, OTHER, openDoor, ROOT, SID } from './door.ts';

const services = '/v1/Services';
const NOBODY = `MG${'0'.repeat(32)}`;

async function makeService(door: Door, more = ''): Promise<Json> {
  const made = await door.call('POST', services, { form: `FriendlyName=Shop${more}` });
  expect(made.status, made.text).toBe(201);
  return made.json;
}

async function makeNumber(door: Door, last = '77'): Promise<string> {
  const made = await door.call('POST', `${ROOT}/IncomingPhoneNumbers.json`, {
    form: `PhoneNumber=%2B120255501${last}`,
  });
  return made.json.sid;
}

function addSender(door: Door, change: Partial<Sender>): string {
  const sender: Sender = {
    sid: `SC${'1'.repeat(32)}`,
    accountSid: SID,
    address: '76767',
    kind: 'short-code',
    canSms: true,
    canMms: true,
    rate: null,
    properties: {},
    createdAt: 0,
    updatedAt: 0,
    ...change,
  };
  door.senders.set(sender.sid, sender);
  return sender.sid;
}

test('a fresh service has every property, with the defaults of the documentation', async () => {
  const door = openDoor();
  const made = await makeService(door);
  const url = `http://localhost:80${services}/${made.sid}`;
  expect(made).toEqual({
    account_sid: SID,
    sid: expect.stringMatching(/^MG[0-9a-f]{32}$/),
    date_created: '2025-02-04T10:15:00Z',
    date_updated: '2025-02-04T10:15:00Z',
    friendly_name: 'Shop',
    inbound_request_url: null,
    inbound_method: 'POST',
    fallback_url: null,
    fallback_method: 'POST',
    status_callback: null,
    sticky_sender: true,
    mms_converter: true,
    smart_encoding: true,
    scan_message_content: 'inherit',
    fallback_to_long_code: true,
    area_code_geomatch: true,
    validity_period: 36_000,
    synchronous_validation: false,
    usecase: 'undeclared',
    use_inbound_webhook_on_number: false,
    us_app_to_person_registered: false,
    url,
    links: {
      phone_numbers: `${url}/PhoneNumbers`,
      short_codes: `${url}/ShortCodes`,
      alpha_senders: `${url}/AlphaSenders`,
      messages: `${url}/Messages`,
      us_app_to_person: `${url}/Compliance/Usa2p`,
      us_app_to_person_usecases: `${url}/Compliance/Usa2p/Usecases`,
      channel_senders: `${url}/ChannelSenders`,
      destination_alpha_senders: `${url}/DestinationAlphaSenders`,
    },
  });
});

test.each([
  ['InboundRequestUrl=https%3A%2F%2Fa.example%2Fin', { inbound_request_url: 'https://a.example/in' }],
  ['InboundMethod=get', { inbound_method: 'GET' }],
  ['FallbackUrl=https%3A%2F%2Fa.example', { fallback_url: 'https://a.example' }],
  ['FallbackMethod=GET', { fallback_method: 'GET' }],
  ['StatusCallback=https%3A%2F%2Fa.example%2Fs%23rc%3D2', { status_callback: 'https://a.example/s#rc=2' }],
  ['StickySender=False', { sticky_sender: false }],
  ['MmsConverter=false', { mms_converter: false }],
  ['SmartEncoding=false', { smart_encoding: false }],
  ['ScanMessageContent=disable', { scan_message_content: 'disable' }],
  ['FallbackToLongCode=false', { fallback_to_long_code: false }],
  ['AreaCodeGeomatch=false', { area_code_geomatch: false }],
  ['ValidityPeriod=600', { validity_period: 600 }],
  ['SynchronousValidation=true', { synchronous_validation: true }],
  ['Usecase=marketing', { usecase: 'marketing' }],
  ['UseInboundWebhookOnNumber=true', { use_inbound_webhook_on_number: true }],
])('%s is kept on create and on update, and leaves the rest', async (form, expected) => {
  const door = openDoor();
  const made = await makeService(door, `&${form}`);
  expect(made).toMatchObject(expected);
  const plain = await makeService(door);
  door.clock.advance(5_000);
  const updated = await door.call('POST', `${services}/${plain.sid}`, { form });
  expect([updated.status, updated.json]).toEqual([
    200,
    { ...plain, ...expected, date_updated: '2025-02-04T10:15:05Z' },
  ]);
  expect((await door.call('GET', `${services}/${plain.sid}`)).json).toEqual(updated.json);
});

test('an empty URL clears it, and a parameter that is not there changes nothing', async () => {
  const door = openDoor();
  const made = await makeService(door, '&StatusCallback=https%3A%2F%2Fa.example&ValidityPeriod=60');
  const cleared = await door.call('POST', `${services}/${made.sid}`, { form: 'StatusCallback=' });
  expect(cleared.json).toMatchObject({ status_callback: null, validity_period: 60, friendly_name: 'Shop' });
});

test.each([
  ['FriendlyName=', 20001, 'FriendlyName'],
  [`FriendlyName=${'x'.repeat(65)}`, 20002, 'FriendlyName'],
  ['FriendlyName=a&StatusCallback=nowhere', 20001, 'StatusCallback'],
  ['FriendlyName=a&InboundRequestUrl=ftp%3A%2F%2Fa', 20001, 'InboundRequestUrl'],
  ['FriendlyName=a&InboundMethod=PUT', 20001, 'InboundMethod'],
  ['FriendlyName=a&FallbackMethod=PUT', 20001, 'FallbackMethod'],
  ['FriendlyName=a&StickySender=maybe', 20001, 'StickySender'],
  ['FriendlyName=a&ScanMessageContent=yes', 20001, 'ScanMessageContent'],
  ['FriendlyName=a&ValidityPeriod=0', 20001, 'ValidityPeriod'],
  ['FriendlyName=a&ValidityPeriod=36001', 20001, 'ValidityPeriod'],
  ['FriendlyName=a&ValidityPeriod=1.5', 20001, 'ValidityPeriod'],
  ['FriendlyName=a&Usecase=fun', 21713, 'Usecase'],
])('creating with %s is refused with %i', async (form, code, parameter) => {
  const { status, json } = await openDoor().call('POST', services, { form });
  expect([status, json.code, json.details.parameter]).toEqual([400, code, parameter]);
});

test('a name cannot be taken away by an update', async () => {
  const door = openDoor();
  const { sid } = await makeService(door);
  expect((await door.call('POST', `${services}/${sid}`, { form: 'FriendlyName=' })).json.code).toBe(20002);
});

test('the default service is fetched, listed and changed like any other, and cannot be deleted', async () => {
  const door = openDoor();
  const path = `${services}/${MG}`;
  expect((await door.call('GET', path)).json).toMatchObject({ sid: MG, account_sid: SID, validity_period: 36_000 });
  await makeService(door);
  const sids = async () => (await door.call('GET', services)).json.services.map((one: Json) => one.sid);
  expect(await sids()).toEqual([expect.stringMatching(/^MG0/), MG]);
  const changed = await door.call('POST', path, { form: 'FriendlyName=Ours&SmartEncoding=false' });
  expect([changed.status, changed.json.friendly_name]).toEqual([200, 'Ours']);
  expect((await door.call('GET', path)).json.smart_encoding).toBe(false);
  expect(await sids()).toHaveLength(2);
  const refused = await door.call('DELETE', path);
  expect([refused.status, refused.json.code]).toEqual([409, 20409]);
  expect((await door.call('GET', path)).status).toBe(200);
});

test('what is not there is 404 and names the path without its version', async () => {
  const door = openDoor();
  for (const path of [
    `/Services/${NOBODY}`,
    '/Services/undefined',
    '/Services/MG1/PhoneNumbers',
    `/Services/${MG}/Nothing`,
    '/Services/',
    `/Services/${MG}.json`,
    `/Services/${NOBODY}/PhoneNumbers`,
    `/Services/${MG}/PhoneNumbers/PN${'0'.repeat(32)}`,
    `/Services/${MG}/AlphaSenders/PN${'0'.repeat(32)}`,
  ]) {
    const { status, json } = await door.call('GET', `/v1${path}?a=b`);
    const message = `The requested resource ${path} was not found`;
    expect([status, json.code, json.message]).toEqual([404, 20404, message]);
  }
  const elsewhere = await door.call('GET', '/v1/Deactivations');
  expect(elsewhere.json.message).toBe('The requested resource /Deactivations was not found');
  expect((await door.call('DELETE', `${services}/${NOBODY}`)).status).toBe(404);
  expect((await door.call('POST', `${services}/${NOBODY}`, { form: 'FriendlyName=a' })).status).toBe(404);
});

test('a known path with another verb is 405 and says which it has', async () => {
  const door = openDoor();
  const { status, json, headers } = await door.call('PUT', `${services}/${MG}`);
  expect([status, json.code, headers.allow]).toEqual([405, 20004, 'GET, POST, DELETE, OPTIONS']);
  const item = await door.call('POST', `${services}/${MG}/PhoneNumbers/PN${'0'.repeat(32)}`);
  expect([item.status, item.headers.allow]).toEqual([405, 'GET, DELETE, OPTIONS']);
});

test('credentials come first, and act on their own account alone', async () => {
  const door = openDoor();
  const made = await makeService(door);
  const as = (user: string, token: string) => ({ headers: { authorization: basic(user, token) } });
  const wrong = await door.call('GET', `${services}/anything`, as(SID, 'wrong'));
  expect([wrong.status, wrong.json.code]).toEqual([401, 20003]);
  expect((await door.call('GET', `${services}/${made.sid}`, as(OTHER, 'another'))).status).toBe(404);
  // A subaccount is no part of its parent here: neither sees the other's services.
  expect((await door.call('GET', `${services}/${made.sid}`, as(CHILD, 'another'))).status).toBe(404);
  const childs = await door.call('POST', services, { ...as(CHILD, 'another'), form: 'FriendlyName=Child' });
  expect(childs.json.account_sid).toBe(CHILD);
  expect((await door.call('GET', `${services}/${childs.json.sid}`)).status).toBe(404);
});

test('a suspended account reads and does not write', async () => {
  const door = openDoor();
  const account = door.accounts.get(SID);
  if (account) door.accounts.set(SID, { ...account, status: 'suspended' });
  expect((await door.call('GET', services)).status).toBe(200);
  expect((await door.call('POST', services, { form: 'FriendlyName=a' })).json.code).toBe(20005);
});

test.each<[string, { publicUrl?: string }, Record<string, string>, string]>([
  ['the Host of the request', {}, { host: 'messaging.pidge.test:7670' }, 'http://messaging.pidge.test:7670'],
  [
    'what the proxy was asked for',
    {},
    { host: 'inside:1', 'x-forwarded-host': 'sms.example, inner', 'x-forwarded-proto': 'https' },
    'https://sms.example',
  ],
  ['the configured URL, with its path', { publicUrl: 'https://sms.example/pidge/' }, {}, 'https://sms.example/pidge'],
  ['localhost where Host is none', {}, { host: 'a"b' }, 'http://localhost'],
])('URLs begin with %s', async (_name, settings, headers, origin) => {
  const door = openDoor(settings);
  const made = await door.call('POST', services, { form: 'FriendlyName=a', headers });
  expect(made.json.url).toBe(`${origin}${services}/${made.json.sid}`);
  expect(made.json.links.phone_numbers).toBe(`${made.json.url}/PhoneNumbers`);
  const { meta } = (await door.call('GET', `${services}?PageSize=1`, { headers })).json;
  expect(meta.next_page_url).toMatch(`${origin}${services}?PageSize=1&Page=1&PageToken=PA`);
  expect(meta.url).toBe(`${origin}${services}?PageSize=1&Page=0`);
});

test('pages are walked forward and back by their URLs, and survive what is made and deleted meanwhile', async () => {
  const door = openDoor();
  const sids: string[] = [MG];
  for (let count = 0; count < 5; count += 1) {
    sids.unshift((await makeService(door)).sid);
    door.clock.advance(count < 2 ? 0 : 10);
  }
  const page = async (url: string) => {
    const { json } = await door.call('GET', url);
    return { meta: json.meta, sids: json.services.map((one: Json) => one.sid) };
  };
  const first = await page(`${services}?PageSize=2`);
  expect(first.sids).toEqual(sids.slice(0, 2));
  expect(first.meta).toMatchObject({ page: 0, page_size: 2, key: 'services', previous_page_url: null });
  await makeService(door);
  for (const sid of first.sids) expect((await door.call('DELETE', `${services}/${sid}`)).status).toBe(204);
  const second = await page(first.meta.next_page_url);
  expect(second.sids).toEqual(sids.slice(2, 4));
  expect(second.meta.page).toBe(1);
  const third = await page(second.meta.next_page_url);
  expect(third.sids).toEqual(sids.slice(4));
  expect(third.meta).toMatchObject({ page: 2, next_page_url: null });
  expect((await page(third.meta.previous_page_url)).sids).toEqual(second.sids);
  expect((await page(`${services}?PageSize=2&Page=2`)).sids).toEqual(sids.slice(5));
  expect((await page(`${services}?PageSize=5000`)).meta.page_size).toBe(1_000);
});

test.each([
  ['PageSize=0', 20001],
  ['Page=-1', 20001],
  ['PageToken=PA1', 21481],
  [`PageToken=PC${MG}0`, 21481],
])('a list with %s is refused with %i', async (query, code) => {
  const { status, json } = await openDoor().call('GET', `${services}?${query}`);
  expect([status, json.code]).toEqual([400, code]);
});

test('a number is put into a pool, seen there, and taken out again without being lost', async () => {
  const door = openDoor();
  const service = await makeService(door);
  const sid = await makeNumber(door);
  const path = `${services}/${service.sid}/PhoneNumbers`;
  const added = await door.call('POST', path, {
    form: `PhoneNumberSid=${sid.slice(0, 2)}${sid.slice(2).toUpperCase()}`,
  });
  expect([added.status, added.json]).toEqual([
    201,
    {
      sid,
      account_sid: SID,
      service_sid: service.sid,
      date_created: '2025-02-04T10:15:00Z',
      date_updated: '2025-02-04T10:15:00Z',
      phone_number: '+12025550177',
      country_code: 'US',
      capabilities: ['MMS', 'SMS'],
      url: `${service.url}/PhoneNumbers/${sid}`,
    },
  ]);
  expect((await door.call('GET', `${path}/${sid}`)).json).toEqual(added.json);
  const list = (await door.call('GET', path)).json;
  expect(list).toEqual({ meta: expect.objectContaining({ key: 'phone_numbers' }), phone_numbers: [added.json] });
  const removed = await door.call('DELETE', `${path}/${sid}`);
  expect([removed.status, removed.text]).toEqual([204, '']);
  const again = await door.call('DELETE', `${path}/${sid}`);
  expect([again.status, again.json.code]).toEqual([404, 21711]);
  expect((await door.call('GET', `${path}/${sid}`)).json.code).toBe(20404);
  expect((await door.call('GET', `${ROOT}/IncomingPhoneNumbers/${sid}.json`)).status).toBe(200);
});

test('a sender is in one service at most, and free again once that service is gone', async () => {
  const door = openDoor();
  const [one, other] = [await makeService(door), await makeService(door)];
  const form = `PhoneNumberSid=${await makeNumber(door)}`;
  const add = (service: Json) => door.call('POST', `${services}/${service.sid}/PhoneNumbers`, { form });
  expect((await add(one)).status).toBe(201);
  const twice = await add(one);
  expect([twice.status, twice.json.code, twice.json.details.received]).toEqual([409, 21710, '+12025550177']);
  const elsewhere = await add(other);
  expect([elsewhere.status, elsewhere.json.code]).toEqual([409, 21712]);
  expect(elsewhere.json.details.fix).toContain(one.sid);
  expect((await door.call('DELETE', `${services}/${one.sid}`)).status).toBe(204);
  expect((await add(other)).status).toBe(201);
});

test('a number that is given back leaves its pool', async () => {
  const door = openDoor();
  const sid = await makeNumber(door);
  await door.call('POST', `${services}/${MG}/PhoneNumbers`, { form: `PhoneNumberSid=${sid}` });
  await door.call('DELETE', `${ROOT}/IncomingPhoneNumbers/${sid}.json`);
  expect((await door.call('GET', `${services}/${MG}/PhoneNumbers`)).json.phone_numbers).toEqual([]);
});

test('short codes and channel senders are pooled by their sids, each in its own list', async () => {
  const door = openDoor();
  const code = addSender(door, { canMms: false });
  const channel = (digit: string, address: string) =>
    addSender(door, { sid: `XE${digit.repeat(32)}`, kind: 'channel', address });
  const path = `${services}/${MG}`;
  const added = await door.call('POST', `${path}/ShortCodes`, { form: `ShortCodeSid=${code}` });
  expect(added.json).toMatchObject({ sid: code, short_code: '76767', country_code: 'US', capabilities: ['SMS'] });
  for (const [digit, sender, type, country] of [
    ['1', 'whatsapp:+447700900123', 'WhatsApp', 'GB'],
    ['2', 'messenger:104794531907950', 'Messenger', null],
    ['3', 'rcs:agent', 'RCS', null],
  ] as const) {
    const sid = channel(digit, sender);
    const made = await door.call('POST', `${path}/ChannelSenders`, { form: `Sid=${sid}` });
    expect([made.status, made.json]).toEqual([
      201,
      {
        sid,
        account_sid: SID,
        messaging_service_sid: MG,
        sender,
        sender_type: type,
        country_code: country,
        date_created: '2025-02-04T10:15:00Z',
        date_updated: '2025-02-04T10:15:00Z',
        url: `http://localhost:80${path}/ChannelSenders/${sid}`,
      },
    ]);
  }
  expect((await door.call('GET', `${path}/ChannelSenders`)).json.senders).toHaveLength(3);
  expect((await door.call('GET', `${path}/ShortCodes`)).json.short_codes).toHaveLength(1);
  expect((await door.call('GET', `${path}/PhoneNumbers`)).json.phone_numbers).toEqual([]);
});

test('a name is registered by being pooled, in as many services as one likes, but once in each', async () => {
  const door = openDoor();
  const [one, other] = [await makeService(door), await makeService(door)];
  const add = (service: Json, name: string) =>
    door.call('POST', `${services}/${service.sid}/AlphaSenders`, { form: `AlphaSender=${name}` });
  const made = await add(one, 'My+Shop');
  expect([made.status, made.json]).toMatchObject([
    201,
    { sid: expect.stringMatching(/^AI/), service_sid: one.sid, alpha_sender: 'My Shop', capabilities: ['SMS'] },
  ]);
  expect((await add(one, 'My+Shop')).json.code).toBe(21710);
  expect((await add(other, 'My+Shop')).status).toBe(201);
  expect((await door.call('DELETE', `${services}/${one.sid}/AlphaSenders/${made.json.sid}`)).status).toBe(204);
  expect((await door.call('GET', `${services}/${other.sid}/AlphaSenders`)).json.alpha_senders).toHaveLength(1);
  addSender(door, { sid: `AI${'1'.repeat(32)}`, accountSid: OTHER, kind: 'alphanumeric', address: 'Theirs' });
  expect((await add(one, 'Theirs')).json.code).toBe(21709);
});

test.each([
  ['PhoneNumbers', '', 20001, 400],
  ['PhoneNumbers', 'PhoneNumberSid=PN1', 20001, 400],
  ['PhoneNumbers', `PhoneNumberSid=PN${'0'.repeat(32)}`, 20404, 404],
  ['PhoneNumbers', `PhoneNumberSid=PN${'8'.repeat(32)}`, 21715, 400],
  ['PhoneNumbers', `PhoneNumberSid=PN${'9'.repeat(32)}`, 20404, 404],
  ['ShortCodes', 'ShortCodeSid=', 20001, 400],
  ['ShortCodes', `ShortCodeSid=PN${'8'.repeat(32)}`, 20001, 400],
  ['ChannelSenders', `Sid=XE${'0'.repeat(32)}`, 20404, 404],
  ['AlphaSenders', '', 21708, 400],
  ['AlphaSenders', 'AlphaSender=12345', 21709, 400],
  ['AlphaSenders', 'AlphaSender=TwelveLetters', 21709, 400],
  ['DestinationAlphaSenders', 'IsoCountryCode=FR', 21708, 400],
  ['DestinationAlphaSenders', 'AlphaSender=12345&IsoCountryCode=FR', 21709, 400],
  ['DestinationAlphaSenders', 'AlphaSender=Shop&IsoCountryCode=XX', 20001, 400],
  ['DestinationAlphaSenders', 'AlphaSender=Shop&IsoCountryCode=FRA', 20001, 400],
  ['DestinationAlphaSenders', 'AlphaSender=Shop&IsoCountryCode=US', 20001, 400],
])('adding to %s with "%s" is refused with %i', async (pool, form, code, status) => {
  const door = openDoor();
  addSender(door, {
    sid: `PN${'8'.repeat(32)}`,
    kind: 'number',
    address: '+12025550188',
    canSms: false,
    canMms: false,
  });
  addSender(door, { sid: `PN${'9'.repeat(32)}`, kind: 'number', address: '+12025550199', accountSid: OTHER });
  const answer = await door.call('POST', `${services}/${MG}/${pool}`, { form });
  expect([answer.status, answer.json.code]).toEqual([status, code]);
});

test('a name is there once for each country, and once for all of them', async () => {
  const door = openDoor();
  const { sid } = await makeService(door);
  const pool = `${services}/${sid}/DestinationAlphaSenders`;
  const add = (form: string) => door.call('POST', pool, { form: `AlphaSender=Shop${form}` });
  for (const form of ['&IsoCountryCode=FR', '&IsoCountryCode=de', '']) expect((await add(form)).status).toBe(201);
  for (const form of ['&IsoCountryCode=DE', '']) {
    const again = await add(form);
    expect([again.status, again.json.code]).toEqual([409, 21710]);
  }
  const countriesOf = async (query: string) =>
    (await door.call('GET', `${pool}?${query}`)).json.alpha_senders.map((one: Json) => one.iso_country_code).sort();
  expect(await countriesOf('')).toEqual(['', 'DE', 'FR']);
  expect(await countriesOf('IsoCountryCode=fr')).toEqual(['FR']);
  expect(await countriesOf('IsoCountryCode=NL')).toEqual([]);
  const general = (await door.call('GET', `${services}/${sid}/AlphaSenders`)).json.alpha_senders;
  expect(general).toHaveLength(1);
  const german = (await door.call('GET', `${pool}?IsoCountryCode=DE`)).json.alpha_senders[0].sid;
  expect((await door.call('GET', `${services}/${sid}/AlphaSenders/${german}`)).json.code).toBe(20404);
  expect((await door.call('GET', `${pool}/${general[0].sid}`)).status).toBe(200);
});

test('the URLs of a list keep the country that was asked for', async () => {
  const door = openDoor();
  const { sid } = await makeService(door);
  const pool = `${services}/${sid}/DestinationAlphaSenders`;
  for (const name of ['One', 'Two', 'Three']) {
    await door.call('POST', pool, { form: `AlphaSender=${name}&IsoCountryCode=FR` });
    await door.call('POST', pool, { form: `AlphaSender=${name}&IsoCountryCode=DE` });
  }
  const first = (await door.call('GET', `${pool}?IsoCountryCode=FR&PageSize=2`)).json;
  expect(first.meta.url).toContain('?IsoCountryCode=FR&PageSize=2&Page=0');
  const second = (await door.call('GET', first.meta.next_page_url.replace(/^https?:[/][/][^/]+/, ''))).json;
  expect(second.alpha_senders).toHaveLength(1);
  expect(second.meta.next_page_url).toBeNull();
});

test('a pool of 400 is full', async () => {
  const door = openDoor();
  const add = (name: string) => door.call('POST', `${services}/${MG}/AlphaSenders`, { form: `AlphaSender=${name}` });
  for (let count = 0; count < 400; count += 1) await add(`Shop${count}`);
  const full = await add('OneMore');
  expect([full.status, full.json.code]).toEqual([400, 21714]);
  expect((await add('Shop7')).json.code).toBe(21710);
});

test('use cases are listed', async () => {
  const { usecases } = (await openDoor().call('GET', `${services}/Usecases`)).json;
  expect(usecases.map((one: Json) => one.usecase)).toContain('undeclared');
});

test('whoever caches senders is told of every change to a service or pool', async () => {
  const door = openDoor();
  const { sid } = await makeService(door);
  const made = await door.call('POST', `${services}/${sid}/AlphaSenders`, { form: 'AlphaSender=Shop' });
  await door.call('POST', `${services}/${sid}`, { form: 'StickySender=false' });
  await door.call('DELETE', `${services}/${sid}/AlphaSenders/${made.json.sid}`);
  await door.call('DELETE', `${services}/${sid}`);
  expect(door.counts.senderChanges).toBe(4);
});

test('OPTIONS needs no credentials, and a JSON body is no form', async () => {
  const door = openDoor();
  expect((await door.app.inject({ method: 'OPTIONS', url: services })).statusCode).toBe(204);
  const headers = { 'content-type': 'application/json' };
  expect((await door.call('POST', services, { form: '{"FriendlyName":"a"}', headers })).json.code).toBe(20422);
});
