/** The rows of the access matrix: how an account comes by what a path names, and what no account owns. */
import type { Alert } from '../../src/domain/alert.ts';
import { CODE_LENGTH } from '../../src/domain/links.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import type { Sender } from '../../src/store/directory.ts';
import type { Client } from '../helpers/client.ts';
import type { MediaHost } from '../helpers/media-host.ts';
import type { TestPidge } from '../helpers/pidge.ts';

export interface Owner {
  sid: string;
  token: string;
}

/** What the makers of rows work with. */
export interface World {
  pidge: TestPidge;
  host: MediaHost;
  clientOf(owner: Owner): Client;
  /** A number, written in E.164, that nobody has had yet. */
  freshNumber(): string;
}

type Make = (world: World, owner: Owner) => Promise<string[]>;

const sids = new SidMaker({ now: () => Date.now() }, cryptoRandom);

async function post(world: World, owner: Owner, path: string, form: Record<string, string> | [string, string][] = {}) {
  const answer = await world.clientOf(owner).call('POST', path, { form });
  if (answer.status > 201) throw new Error(`POST ${path}: ${answer.text}`);
  return answer.json;
}

/** Written straight into the store: not every kind of sender can be made by the API. */
async function sender(world: World, owner: Owner, kind: Sender['kind'], address: string): Promise<Sender> {
  const prefix = ({ number: 'PN', 'short-code': 'SC', channel: 'XE', alphanumeric: 'AI' } as const)[kind];
  const now = world.pidge.now();
  const made = { sid: sids.make(prefix), accountSid: owner.sid, address, kind, canSms: true, canMms: true, rate: 0 };
  const whole = { ...made, properties: {}, createdAt: now, updatedAt: now };
  await world.pidge.running.store.saveSender(whole);
  return whole;
}

const number = (world: World, owner: Owner) => sender(world, owner, 'number', world.freshNumber());
const shortCode = (world: World, owner: Owner) => sender(world, owner, 'short-code', world.freshNumber().slice(-6));

async function message(world: World, owner: Owner, extra: Record<string, string> = {}): Promise<string> {
  const { address: From } = await number(world, owner);
  const form = { To: '+12025550101', From, Body: 'Hello', ...extra };
  const { sid } = await post(world, owner, `${world.clientOf(owner).base}/Messages.json`, form);
  const { store } = world.pidge.running;
  await world.pidge.until(async () => (await store.message(owner.sid, sid))?.status === 'delivered');
  return sid;
}

async function service(world: World, owner: Owner): Promise<string> {
  return (await post(world, owner, '/v1/Services', { FriendlyName: 'Shop' })).sid;
}

/** A service, and a sender in its pool. */
function pooled(path: string, form: (world: World, owner: Owner) => Promise<Record<string, string>>): Make {
  return async (world, owner) => {
    const sid = await service(world, owner);
    return [sid, (await post(world, owner, `/v1/Services/${sid}/${path}`, await form(world, owner))).sid];
  };
}

async function link(world: World, owner: Owner): Promise<string[]> {
  const { sid: PhoneNumberSid, address: From } = await number(world, owner);
  const MessagingServiceSid = await service(world, owner);
  await post(world, owner, `/v1/Services/${MessagingServiceSid}/PhoneNumbers`, { PhoneNumberSid });
  const form = { To: '+12025550101', From, MessagingServiceSid, Body: 'https://example.com/long', ShortenUrls: 'true' };
  const { body } = await post(world, owner, `${world.clientOf(owner).base}/Messages.json`, form);
  return [body.slice(-CODE_LENGTH)];
}

/** Written straight into the store: no app has been asked. */
async function attempt(world: World, owner: Owner): Promise<string[]> {
  const at = world.pidge.now();
  const url = 'https://example.com/status';
  const about = {
    status: 'sent',
    from: null,
    to: '+12025550101',
    serviceSid: null,
    errorCode: null,
    doneDate: null,
  } as const;
  const [id] = await world.pidge.running.store.keepAttempts(
    [
      {
        ...{ workId: 0, messageSid: sids.make('SM'), accountSid: owner.sid, attempt: 1, at, ms: 1, decision: 'done' },
        ...{ payload: { ...about, url, at }, request: { method: 'POST', url, headers: {}, body: 'A=1' } },
        ...{ response: null, errorCode: null, error: null },
      },
    ],
    at,
  );
  // Long enough to stand nowhere else in an answer, which is compared without it.
  return [String(id).padStart(15, '0')];
}

async function key(world: World, owner: Owner): Promise<string[]> {
  return [(await post(world, owner, `${world.clientOf(owner).base}/Keys.json`)).sid];
}

async function domain(world: World, owner: Owner): Promise<string> {
  return (await world.clientOf(owner).call('GET', '/v1/LinkShortening/Domains')).json.domains[0].sid;
}

const CAMPAIGN: [string, string][] = [
  ['BrandRegistrationSid', `BN${'a'.repeat(32)}`],
  ['Description', 'x'.repeat(40)],
  ['MessageFlow', 'x'.repeat(40)],
  ['MessageSamples', 'Your code is 249205, it is good for ten minutes.'],
  ['MessageSamples', 'Your code is 118020, it is good for ten minutes.'],
  ['UsAppToPersonUsecase', '2FA'],
  ['HasEmbeddedLinks', 'true'],
  ['HasEmbeddedPhone', 'false'],
];

async function alert({ pidge }: World, { sid: accountSid }: Owner): Promise<string[]> {
  const sid = sids.make('NO');
  const nothing = { resourceSid: null, serviceSid: null, request: null, response: null };
  const alert: Alert = { sid, accountSid, code: 11200, level: 'error', text: 'away', at: pidge.now(), ...nothing };
  await pidge.running.store.raiseAlerts([{ alert, callbackUrl: null }], pidge.now());
  return [sid];
}

/**
 * By path up to its last variable; below `{AC}` for the 2010 API. Each makes one anew and answers the variables of the
 * path. A path that is not here fails the matrix.
 */
export const ROWS: Record<string, Make> = {
  'Messages/{SM,MM}': async (world, owner) => [await message(world, owner)],
  'Messages/{SM,MM}/Media/{ME}': async (world, owner) => {
    const sid = await message(world, owner, { MediaUrl: world.host.picture(`one${world.freshNumber()}`) });
    const client = world.clientOf(owner);
    const { json } = await client.call('GET', `${client.base}/Messages/${sid}/Media.json`);
    return [sid, json.media_list[0].sid];
  },
  'IncomingPhoneNumbers/{PN}': async (world, owner) => [(await number(world, owner)).sid],
  'Applications/{AP}': async (world, owner) => [
    (await post(world, owner, `${world.clientOf(owner).base}/Applications.json`)).sid,
  ],
  'OutgoingCallerIds/{PN}': async (world, owner) => {
    const client = world.clientOf(owner);
    const PhoneNumber = world.freshNumber();
    await post(world, owner, `${client.base}/OutgoingCallerIds.json`, { PhoneNumber });
    const query = `PhoneNumber=${encodeURIComponent(PhoneNumber)}`;
    const { json } = await client.call('GET', `${client.base}/OutgoingCallerIds.json?${query}`);
    return [json.outgoing_caller_ids[0].sid];
  },
  'SMS/ShortCodes/{SC}': async (world, owner) => [(await shortCode(world, owner)).sid],
  'Keys/{SK}': key,
  'SigningKeys/{SK}': key,
  'Usage/Triggers/{UT}': async (world, owner) => {
    const form = { CallbackUrl: 'https://example.com/used', TriggerValue: '1000', UsageCategory: 'sms' };
    return [(await post(world, owner, `${world.clientOf(owner).base}/Usage/Triggers.json`, form)).sid];
  },
  'Notifications/{NO}': alert,
  '/v1/Alerts/{NO}': alert,
  'AvailablePhoneNumbers/{*}': async () => ['US'],
  '/v1/Services/{MG}': async (world, owner) => [await service(world, owner)],
  '/v1/Services/{MG}/PhoneNumbers/{PN}': pooled('PhoneNumbers', async (world, owner) => ({
    PhoneNumberSid: (await number(world, owner)).sid,
  })),
  '/v1/Services/{MG}/ShortCodes/{SC}': pooled('ShortCodes', async (world, owner) => ({
    ShortCodeSid: (await shortCode(world, owner)).sid,
  })),
  '/v1/Services/{MG}/AlphaSenders/{AI}': pooled('AlphaSenders', async () => ({ AlphaSender: 'SHOP' })),
  '/v1/Services/{MG}/DestinationAlphaSenders/{AI}': pooled('DestinationAlphaSenders', async () => ({
    AlphaSender: 'SHOP',
    IsoCountryCode: 'FR',
  })),
  '/v1/Services/{MG}/ChannelSenders/{XE}': pooled('ChannelSenders', async (world, owner) => ({
    Sid: (await sender(world, owner, 'channel', `whatsapp:${world.freshNumber()}`)).sid,
  })),
  '/v2/Channels/Senders/{XE}': async (world, owner) => [
    (await sender(world, owner, 'channel', `whatsapp:${world.freshNumber()}`)).sid,
  ],
  '/v1/Services/{MG}/Compliance/Usa2p/{QE}': async (world, owner) => {
    const sid = await service(world, owner);
    return [sid, (await post(world, owner, `/v1/Services/${sid}/Compliance/Usa2p`, CAMPAIGN)).sid];
  },
  '/v1/LinkShortening/Domains/{DN}': async (world, owner) => [await domain(world, owner)],
  '/v2/LinkShortening/Domains/{DN}': async (world, owner) => [await domain(world, owner)],
  '/v1/LinkShortening/Domains/{DN}/MessagingServices/{MG}': async (world, owner) => {
    const [dn, mg] = [await domain(world, owner), await service(world, owner)];
    await post(world, owner, `/v1/LinkShortening/Domains/${dn}/MessagingServices/${mg}`);
    return [dn, mg];
  },
  '/v1/LinkShortening/MessagingServices/{MG}': async (world, owner) => [await service(world, owner)],
  '/v1/LinkShortening/MessagingService/{MG}': async (world, owner) => [await service(world, owner)],
  '/v1/Content/{HX}': async (world, owner) => {
    const body = JSON.stringify({ language: 'en', types: { 'twilio/text': { body: 'Hi' } } });
    const headers = { 'content-type': 'application/json' };
    const { json } = await world.clientOf(owner).call('POST', '/v1/Content', { body, headers });
    return [json.sid];
  },
  'messages/{SM,MM}': async (world, owner) => [await message(world, owner)],
  'attempts/{*}': attempt,
  'links/{*}': link,
  'error-groups/{*}': async () => ['30003'],
  '/_admin/v1/connectors/{*}': async () => ['simulated'],
  '/_admin/v1/catalogue/{*}': async () => ['30003'],
  'services/{MG}': async (world, owner) => [await service(world, owner)],
  'senders/{PN,SC,XE}': async (world, owner) => [(await number(world, owner)).sid],
  '/v1/PhoneNumbers/{*}': async () => ['%2B12025550101'],
  '/v2/PhoneNumbers/{*}': async () => ['%2B12025550101'],
};

/** Variables that name nothing an account has: everybody sees the same. */
export const EVERYBODYS: Record<string, string> = {
  '{*}':
    'a country, a phone number, a connector or a code, which is looked up and not owned; or an attempt, whose walk holds it',
  '{DN}': 'link domains are the operator’s, for all accounts; what an account changed of one is its own',
};

/** Where a refusal is the right answer for a subaccount on what is its own. */
export const RIGHTLY_REFUSED: Record<string, [status: number, reason: string]> = {
  'GET Balance': [404, 'a subaccount has no balance'],
  'POST /2010-04-01/Accounts': [403, 'a subaccount has no subaccounts'],
  'GET /_admin/v1/accounts': [404, 'the list of all accounts is the operator’s, which is the first account'],
  'GET /_admin/v1/audit': [404, 'the audit is the operator’s, which is the first account'],
  'GET /_admin/v1/openapi.json': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/catalogue': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/catalogue/{*}': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/metrics': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/metrics/grafana.json': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/settings': [404, 'the operator’s, which is the first account'],
  'GET /_admin/v1/connectors': [404, 'connectors are the operator’s, which is the first account'],
  'POST /_admin/v1/connectors/{*}/test': [404, 'connectors are the operator’s, which is the first account'],
  'POST /_admin/v1/connectors/{*}/pause': [404, 'connectors are the operator’s, which is the first account'],
  'POST /_admin/v1/connectors/{*}/resume': [404, 'connectors are the operator’s, which is the first account'],
  'GET /_admin/v1/connectors/{*}/pdus': [404, 'connectors are the operator’s, which is the first account'],
  'GET /_admin/v1/connectors/{*}/pdus.pcap': [404, 'connectors are the operator’s, which is the first account'],
  'POST /v1/AuthTokens/Promote': [404, 'there is no second token to promote'],
  'GET /v1/LinkShortening/Domains/{DN}/Certificate': [404, 'none was uploaded'],
  'DELETE /v1/LinkShortening/Domains/{DN}/Certificate': [404, 'none was uploaded'],
  'GET /v2/LinkShortening/Domains/{DN}/Certificate': [404, 'none was uploaded'],
};

/** What Fastify answers without the gate of the faces, and why. */
export const PUBLIC: [path: RegExp, reason: string][] = [
  [/^\/(healthz|readyz)$/, 'for load balancers; tells nothing of any account'],
  [/^\/metrics$/, 'loopback, or a token of its own (settled 37)'],
  [/^\/errors\/:code$/, 'the catalogue, which is public'],
  [/^\/media\/:name$/, 'bears an expiring signature'],
  [/^\/m\/:name$/, 'bears a signature: what a text shows in place of a picture'],
  [/^\/(l\/)?:code$/, 'short links, which are followed by whoever was texted'],
  [
    /^\/carriers\/:connector/,
    'carriers call here, known by a signature or a secret of their own (carrier-door.test.ts)',
  ],
  [
    /^\/_admin\/v1\/events$/,
    'the guard of the console: a session, or credentials of the operator (console-live.test.ts)',
  ],
  [/^\/_admin\/v1\/session$/, 'where one signs in to the console (console-door.test.ts)'],
  [
    /^\/_admin\/v1\/(accounts\/:account\/api|test)\/\*$/,
    'the guard of the console, or credentials, which go on to the API (console-door.test.ts)',
  ],
  [/^\/(assets\/\*)?$/, 'the pages of the console, which tell nothing before they ask'],
  [/^\/_test\/v1\//, 'the test side: dev only, loopback only, by its own guard (lab.test.ts)'],
];
