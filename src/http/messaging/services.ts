/** `/v1/Services`: the Messaging Services of an account. Its default one is there without having been made. */
import { iso8601 } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { SERVICE_DEFAULTS, USECASES } from '../../domain/service.ts';
import type { Account, Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { keepDocument } from '../keep-document.ts';
import { withoutVersion } from '../product-path.ts';
import { canonicalSid } from '../sids.ts';
import { answerPage, byPlace } from './page.ts';
import { readServiceProperties } from './service-properties.ts';

/** A list is sorted in memory; nobody has come near this. */
const MOST_LISTED = 100_000;

/** Kind of the documents that are campaigns; each is a part of its service and goes with it. */
export const CAMPAIGN = 'campaign';

/** Names of `links` and where they lead, below the service. */
const LINKS: Record<string, string> = {
  phone_numbers: 'PhoneNumbers',
  short_codes: 'ShortCodes',
  alpha_senders: 'AlphaSenders',
  messages: 'Messages',
  us_app_to_person: 'Compliance/Usa2p',
  us_app_to_person_usecases: 'Compliance/Usa2p/Usecases',
  channel_senders: 'ChannelSenders',
  destination_alpha_senders: 'DestinationAlphaSenders',
};

export async function createService(call: Call): Promise<Answer> {
  if (!call.form.one('FriendlyName')) throw missingParameter('FriendlyName', 'Name the service.');
  const now = call.context.clock.now();
  const service: Document = {
    accountSid: call.account.sid,
    kind: 'service',
    sid: call.context.sids.make('MG'),
    parentSid: '',
    name: null,
    properties: { ...SERVICE_DEFAULTS, ...readServiceProperties(call.form) },
    createdAt: now,
    updatedAt: now,
  };
  await call.context.store.saveDocument(service);
  return answer(call, service, 201);
}

export async function fetchService(call: Call): Promise<Answer> {
  return answer(call, await mustFindService(call), 200);
}

/** Newest first. */
export async function listServices(call: Call): Promise<Answer> {
  const { account, context } = call;
  const query = { accountSid: account.sid, kind: 'service', parentSid: '', limit: MOST_LISTED };
  const made = await context.store.documents(query);
  const isMade = made.some(({ sid }) => sid === account.defaultServiceSid);
  const all = isMade ? made : [...made, defaultService(account)].sort(byPlace);
  const registered = await registeredServices(call);
  return answerPage(call, 'services', all, (service) => renderService(call, service, registered));
}

export async function updateService(call: Call): Promise<Answer> {
  const { service, made } = await mustFindToChange(call);
  const updated: Document = {
    ...service,
    properties: { ...service.properties, ...readServiceProperties(call.form) },
    updatedAt: call.context.clock.now(),
  };
  await keepDocument(call.context.store, updated, made);
  call.context.onSenderChanged();
  return answer(call, updated, 200);
}

/** Its pool goes with it; the senders stay the account's. The default service stays: messages show its sid. */
export async function removeService(call: Call): Promise<Answer> {
  const { sid } = await mustFindService(call);
  if (sid === call.account.defaultServiceSid) {
    const fix = 'Change its settings instead, or send with From.';
    throw refuse(20409, { text: 'The default service of an account cannot be deleted' }, { received: sid, fix });
  }
  await call.context.store.removeDocument(call.account.sid, 'service', sid);
  call.context.onSenderChanged();
  return { kind: 'none' };
}

export function listUsecases(): Answer {
  return { kind: 'resource', status: 200, element: 'Usecases', resource: { usecases: USECASES } };
}

/** The service in the path; 404/20404 when the account has none of this sid. */
export async function mustFindService(call: Call): Promise<Document> {
  return (await mustFindToChange(call)).service;
}

/** The same with what is kept of it, `null`: nothing yet, as of a default service that was never changed. */
export async function mustFindToChange(call: Call): Promise<{ service: Document; made: Document | null }> {
  const sid = canonicalSid(call.sids[0]);
  const made = await call.context.store.document(call.account.sid, 'service', sid);
  const service = made ?? defaultOf(call, sid);
  if (service === null) throw missingResource(call);
  return { service, made };
}

export async function findService(call: Call, sid: string): Promise<Document | null> {
  return (await call.context.store.document(call.account.sid, 'service', sid)) ?? defaultOf(call, sid);
}

function defaultOf({ account }: Call, sid: string): Document | null {
  return sid === account.defaultServiceSid ? defaultService(account) : null;
}

/** 404/20404 as product hosts word it: the path without its version. */
export function missingResource(call: Call): Error {
  return refuse(20404, { path: withoutVersion(call.meta.path) });
}

export function missingParameter(parameter: string, fix: string): Error {
  return refuse(20001, { text: `Missing required parameter ${parameter} in the post body` }, { parameter, fix });
}

function defaultService(account: Account): Document {
  return {
    accountSid: account.sid,
    kind: 'service',
    sid: account.defaultServiceSid,
    parentSid: '',
    name: null,
    properties: { ...SERVICE_DEFAULTS },
    createdAt: account.createdAt,
    updatedAt: account.createdAt,
  };
}

async function answer(call: Call, service: Document, status: 200 | 201): Promise<Answer> {
  const registered = await registeredServices(call, service.sid);
  return { kind: 'resource', status, element: 'Service', resource: renderService(call, service, registered) };
}

/** The services of the account that have a verified campaign; only the one named, when one is. */
async function registeredServices({ account, context }: Call, serviceSid?: string): Promise<Set<string>> {
  const query = { accountSid: account.sid, kind: CAMPAIGN, limit: MOST_LISTED };
  const campaigns = await context.store.documents(
    serviceSid === undefined ? query : { ...query, parentSid: serviceSid },
  );
  const verified = campaigns.filter(({ properties }) => properties.campaign_status === 'VERIFIED');
  return new Set(verified.map(({ parentSid }) => parentSid));
}

function renderService(call: Call, service: Document, registered: Set<string>): Resource {
  const url = `${call.origin()}/v1/Services/${service.sid}`;
  const links = Object.entries(LINKS).map(([name, place]) => [name, `${url}/${place}`]);
  return {
    account_sid: service.accountSid,
    sid: service.sid,
    date_created: iso8601(service.createdAt),
    date_updated: iso8601(service.updatedAt),
    ...SERVICE_DEFAULTS,
    ...service.properties,
    us_app_to_person_registered: registered.has(service.sid),
    url,
    links: Object.fromEntries(links),
  };
}
