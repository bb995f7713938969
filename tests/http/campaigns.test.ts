/** US A2P campaigns at the door: what each parameter takes and refuses, and what nobody has approved in `serve`. */
import { expect, test } from 'vitest';
import { basic, type Door, type Json, OTHER, openDoor } from './door.ts';

const services = '/v1/Services';
const long = (length: number) => 'x'.repeat(length);

const WHOLE: [string, string][] = [
  ['BrandRegistrationSid', `BN${'a'.repeat(32)}`],
  ['Description', long(40)],
  ['MessageFlow', long(40)],
  ['MessageSamples', 'Your code is 249205, it is good for ten minutes.'],
  ['MessageSamples', 'Your code is 118020, it is good for ten minutes.'],
  ['UsAppToPersonUsecase', '2FA'],
  ['HasEmbeddedLinks', 'true'],
  ['HasEmbeddedPhone', 'false'],
];

const encode = (pairs: [string, string][]) => new URLSearchParams(pairs).toString();
const without = (name: string) => WHOLE.filter(([one]) => one !== name);
const having = (name: string, ...values: string[]): [string, string][] => [
  ...without(name),
  ...values.map((value): [string, string] => [name, value]),
];

async function openService(settings: Parameters<typeof openDoor>[0] = {}) {
  const door = openDoor(settings);
  const { sid } = (await door.call('POST', services, { form: 'FriendlyName=Shop' })).json;
  const path = `${services}/${sid}/Compliance/Usa2p`;
  const create = (pairs: [string, string][] = WHOLE) => door.call('POST', path, { form: encode(pairs) });
  return { door, sid, path, create };
}

const isRegistered = async (door: Door, sid: string): Promise<boolean> =>
  (await door.call('GET', `${services}/${sid}`)).json.us_app_to_person_registered;

test('what is not declared has its default, and dev approves at once and says that it is a mock', async () => {
  const { door, sid, path, create } = await openService();
  expect(await isRegistered(door, sid)).toBe(false);
  const { status, json } = await create();
  expect(status).toBe(201);
  expect(json).toMatchObject({
    messaging_service_sid: sid,
    campaign_status: 'VERIFIED',
    mock: true,
    is_externally_registered: false,
    subscriber_opt_in: false,
    age_gated: false,
    direct_lending: false,
    opt_in_message: null,
    opt_in_keywords: [],
    help_message: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
    opt_out_keywords: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'],
    help_keywords: ['HELP', 'INFO'],
    privacy_policy_url: null,
    rate_limits: null,
    errors: [],
    url: expect.stringMatching(`^http://[^/]+${path}/${json.sid}$`),
  });
  expect(json.campaign_id).toMatch(/^C[0-9A-F]{6}$/);
  expect(await isRegistered(door, sid)).toBe(true);
  expect(
    (await door.call('GET', services)).json.services.map((one: Json) => one.us_app_to_person_registered),
  ).toContain(true);
});

test('in serve it stays in progress and the service unregistered, for nobody approves', async () => {
  const { door, sid, path, create } = await openService({ mode: 'serve' });
  const { json } = await create();
  expect(json).toMatchObject({ campaign_status: 'IN_PROGRESS', campaign_id: null, mock: false });
  expect((await door.call('GET', `${path}/${json.sid}`)).json.campaign_status).toBe('IN_PROGRESS');
  expect(await isRegistered(door, sid)).toBe(false);
});

test.each([
  'BrandRegistrationSid',
  'Description',
  'MessageFlow',
  'MessageSamples',
  'UsAppToPersonUsecase',
  'HasEmbeddedLinks',
  'HasEmbeddedPhone',
])('a campaign without %s is refused', async (parameter) => {
  const { create } = await openService();
  const { status, json } = await create(without(parameter));
  expect([status, json.code, json.details.parameter]).toEqual([400, 20001, parameter]);
});

test.each([
  ['BrandRegistrationSid', ['BN1']],
  ['Description', [long(39)]],
  ['Description', [long(4097)]],
  ['MessageFlow', [long(39)]],
  ['MessageFlow', [long(2049)]],
  ['MessageSamples', [long(20)]],
  ['MessageSamples', [long(20), long(19)]],
  ['MessageSamples', [long(20), long(1025)]],
  ['MessageSamples', Array.from({ length: 6 }, () => long(20))],
  ['UsAppToPersonUsecase', ['FUN']],
  ['HasEmbeddedLinks', ['maybe']],
  ['HasEmbeddedPhone', ['1']],
  ['SubscriberOptIn', ['yes']],
  ['AgeGated', ['yes']],
  ['DirectLending', ['yes']],
  ['OptInMessage', [long(19)]],
  ['OptOutMessage', [long(321)]],
  ['HelpMessage', ['short']],
  ['OptInKeywords', ['START', 'STA RT']],
  ['OptOutKeywords', [long(256)]],
  ['HelpKeywords', ['HELP!']],
  ['PrivacyPolicyUrl', ['example.com']],
  ['TermsAndConditionsUrl', ['ftp://example.com']],
])('a campaign with %s %j is refused', async (parameter, values) => {
  const { create } = await openService();
  const { status, json } = await create(having(parameter, ...values));
  expect([status, json.code, json.details.parameter]).toEqual([400, 20001, parameter]);
});

test('a change needs all that the registry looks at again, and leaves the rest', async () => {
  const { door, path, create } = await openService();
  const { sid } = (await create(having('OptInKeywords', 'START'))).json;
  const change: [string, string][] = [
    ...WHOLE.filter(([name]) => !['BrandRegistrationSid', 'UsAppToPersonUsecase'].includes(name)),
    ['AgeGated', 'true'],
    ['DirectLending', 'false'],
  ];
  for (const parameter of new Set(change.map(([name]) => name))) {
    const form = encode(change.filter(([name]) => name !== parameter));
    const { json } = await door.call('POST', `${path}/${sid}`, { form });
    expect([json.code, json.details.parameter]).toEqual([20001, parameter]);
  }
  const form = encode([...change, ['UsAppToPersonUsecase', 'MIXED'], ['PrivacyPolicyUrl', 'https://shop.example/p']]);
  const { status, json } = await door.call('POST', `${path}/${sid}`, { form });
  expect(status).toBe(200);
  expect(json).toMatchObject({
    age_gated: true,
    us_app_to_person_usecase: '2FA',
    opt_in_keywords: ['START'],
    privacy_policy_url: 'https://shop.example/p',
  });
});

test('a service has one campaign, which goes when it is deleted or the service is', async () => {
  const { door, sid, path, create } = await openService();
  const first = (await create()).json;
  const second = await create();
  expect([second.status, second.json.code]).toEqual([409, 20409]);
  expect((await door.call('GET', path)).json.compliance.map((one: Json) => one.sid)).toEqual([first.sid]);
  expect((await door.call('DELETE', `${path}/${first.sid}`)).status).toBe(204);
  expect((await door.call('DELETE', `${path}/${first.sid}`)).json.code).toBe(20404);
  expect((await door.call('GET', path)).json.compliance).toEqual([]);
  const next = (await create()).json;
  await door.call('DELETE', `${services}/${sid}`);
  expect((await door.call('GET', `${path}/${next.sid}`)).status).toBe(404);
});

test('another account sees neither the service nor its campaign', async () => {
  const { door, path, create } = await openService();
  const { sid } = (await create()).json;
  const headers = { authorization: basic(OTHER, 'another') };
  for (const target of [path, `${path}/${sid}`, `${path}/Usecases`]) {
    expect((await door.call('GET', target, { headers })).json.code).toBe(20404);
  }
});

test('an imported campaign needs an id and a service, and is one of the service', async () => {
  const { door, sid, path } = await openService();
  const call = (form: string) => door.call('POST', `${services}/PreregisteredUsa2p`, { form });
  expect((await call(`MessagingServiceSid=${sid}`)).json.details.parameter).toBe('CampaignId');
  expect((await call('CampaignId=CABC')).json.details.parameter).toBe('MessagingServiceSid');
  expect((await call('CampaignId=C%20C&MessagingServiceSid=MG1')).json.details.parameter).toBe('CampaignId');
  expect((await call('CampaignId=CABC&MessagingServiceSid=MG1')).json.code).toBe(20001);
  expect((await call(`CampaignId=CABC&MessagingServiceSid=MG${'0'.repeat(32)}`)).status).toBe(404);
  expect((await call(`CampaignId=CABC&MessagingServiceSid=${sid}&CnpMigration=maybe`)).json.code).toBe(20001);
  const made = await call(`CampaignId=CABC&MessagingServiceSid=${sid}&CnpMigration=true`);
  expect([made.status, made.json.campaign_id, made.json.messaging_service_sid]).toEqual([201, 'CABC', sid]);
  const campaign = (await door.call('GET', `${path}/${made.json.sid}`)).json;
  expect(campaign).toMatchObject({ campaign_id: 'CABC', is_externally_registered: true, brand_registration_sid: null });
  expect((await call(`CampaignId=COTHER&MessagingServiceSid=${sid}`)).json.code).toBe(20409);
});
