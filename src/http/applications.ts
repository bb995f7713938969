/** Applications: addresses kept under one sid, so that messages and numbers can name them together. */
import { rfc2822 } from '../domain/dates.ts';
import type { Document } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { findDocument, listDocuments } from './documents.ts';
import { keepDocument } from './keep-document.ts';
import { keepSender } from './keep-sender.ts';
import { APPLICATIONS } from './number-properties.ts';
import { boolean, friendlyName, method, oneOf, type Property, readProperties, url } from './properties.ts';
import { canonicalSid } from './sids.ts';

const PROPERTIES: Property[] = [
  ['FriendlyName', 'friendly_name', friendlyName],
  ['ApiVersion', 'api_version', oneOf('2010-04-01', '2008-08-01')],
  ['SmsUrl', 'sms_url', url],
  ['SmsMethod', 'sms_method', method],
  ['SmsFallbackUrl', 'sms_fallback_url', url],
  ['SmsFallbackMethod', 'sms_fallback_method', method],
  ['SmsStatusCallback', 'sms_status_callback', url],
  ['MessageStatusCallback', 'message_status_callback', url],
  ['StatusCallback', 'status_callback', url],
  ['StatusCallbackMethod', 'status_callback_method', method],
  ['VoiceUrl', 'voice_url', url],
  ['VoiceMethod', 'voice_method', method],
  ['VoiceFallbackUrl', 'voice_fallback_url', url],
  ['VoiceFallbackMethod', 'voice_fallback_method', method],
  ['VoiceCallerIdLookup', 'voice_caller_id_lookup', boolean],
  ['PublicApplicationConnectEnabled', 'public_application_connect_enabled', boolean],
];

export async function createApplication(call: Call): Promise<Answer> {
  const { store, clock, sids } = call.context;
  const now = clock.now();
  const application: Document = {
    accountSid: call.account.sid,
    kind: 'application',
    sid: sids.make('AP'),
    parentSid: '',
    name: null,
    properties: readProperties(call.form, PROPERTIES),
    createdAt: now,
    updatedAt: now,
  };
  await store.saveDocument(application);
  return one(application, 201);
}

export async function fetchApplication(call: Call): Promise<Answer> {
  return one(await findDocument(call, 'application'));
}

/** `FriendlyName` filters, exactly. */
export async function listApplications(call: Call): Promise<Answer> {
  const list = await listDocuments(call, {
    kind: 'application',
    prefix: 'AP',
    key: 'applications',
    container: 'Applications',
    element: 'Application',
    filters: { FriendlyName: 'friendly_name' },
    render,
  });
  return { kind: 'list', list };
}

export async function updateApplication(call: Call): Promise<Answer> {
  const application = await findDocument(call, 'application');
  const properties = { ...application.properties, ...readProperties(call.form, PROPERTIES) };
  const updated = { ...application, properties, updatedAt: call.context.clock.now() };
  await keepDocument(call.context.store, updated, application);
  return one(updated);
}

/** It is taken from its numbers, which have their own addresses then. Messages that named it keep the one they got from it. */
export async function removeApplication(call: Call): Promise<Answer> {
  const { store, clock } = call.context;
  const { sid } = await findDocument(call, 'application');
  for (const number of await store.senders(call.account.sid)) {
    const taken = APPLICATIONS.filter(([, property]) => canonicalSid(String(number.properties[property])) === sid);
    if (taken.length === 0) continue;
    const properties = { ...number.properties, ...Object.fromEntries(taken.map(([, property]) => [property, null])) };
    await keepSender(call, { ...number, properties, updatedAt: clock.now() }, number);
  }
  await store.removeDocument(call.account.sid, 'application', sid);
  return { kind: 'none' };
}

function one(application: Document, status: 200 | 201 = 200): Answer {
  return { kind: 'resource', status, element: 'Application', resource: render(application) };
}

function render({ accountSid, sid, properties, createdAt, updatedAt }: Document): Resource {
  const kept = (name: string): unknown => properties[name] ?? null;
  return {
    account_sid: accountSid,
    api_version: kept('api_version') ?? '2010-04-01',
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    friendly_name: kept('friendly_name'),
    message_status_callback: kept('message_status_callback'),
    sid,
    sms_fallback_method: kept('sms_fallback_method') ?? 'POST',
    sms_fallback_url: kept('sms_fallback_url'),
    sms_method: kept('sms_method') ?? 'POST',
    sms_status_callback: kept('sms_status_callback'),
    sms_url: kept('sms_url'),
    status_callback: kept('status_callback'),
    status_callback_method: kept('status_callback_method') ?? 'POST',
    uri: `${API_ROOT}/Accounts/${accountSid}/Applications/${sid}.json`,
    voice_caller_id_lookup: kept('voice_caller_id_lookup') ?? false,
    voice_fallback_method: kept('voice_fallback_method') ?? 'POST',
    voice_fallback_url: kept('voice_fallback_url'),
    voice_method: kept('voice_method') ?? 'POST',
    voice_url: kept('voice_url'),
    public_application_connect_enabled: kept('public_application_connect_enabled') ?? false,
  };
}
