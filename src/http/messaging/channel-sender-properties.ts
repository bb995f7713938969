/** The JSON bodies of channel senders, checked. The SDK's own names (`callbackUrl`) are taken as well as the wire's. */
import { refuse } from '../../domain/errors.ts';
import { withSnakeCase } from '../content/read-content.ts';
import { method, url } from '../properties.ts';
import { missingParameter } from './services.ts';

type Fields = Record<string, unknown>;

/** What a request says; `undefined`: nothing. */
export interface SenderChange {
  webhook: Fields | undefined;
  profile: Fields | undefined;
  configuration: Fields | undefined;
}

export const CONFIGURATION = [
  'waba_id',
  'verification_method',
  'verification_code',
  'voice_application_sid',
  'account_type',
];
/** What every answer has; Java's SDK refuses a profile with a key that it does not know. */
export const PROFILE = [
  'name',
  'about',
  'address',
  'description',
  'logo_url',
  'banner_url',
  'privacy_url',
  'terms_of_service_url',
  'accent_color',
  'vertical',
  'websites',
  'emails',
  'phone_numbers',
];
/** Of newer descriptions: shown to whoever has set it. */
const NEWER = ['use_case'];
const WEBHOOK = [
  'callback_url',
  'callback_method',
  'fallback_url',
  'fallback_method',
  'status_callback_url',
  'status_callback_method',
];
/** Lists of the profile: what an entry is about, and the label of one that has none. */
const LISTS: Record<string, [key: string, label: string]> = {
  websites: ['website', 'Website'],
  emails: ['email', 'Email'],
  phone_numbers: ['phone_number', 'Phone'],
};
/** What the description lists for a configuration; any other text is kept as it came. */
const CHOICES: Record<string, string[]> = {
  verification_method: ['sms', 'voice'],
  account_type: ['ISV', 'ISVSubAccount'],
};
const LONGEST_TEXT = 4_096;
const MOST_ENTRIES = 10;

export function readSenderId(body: unknown): string {
  const { sender_id: text } = fieldsOf(body, 'the body', ['sender_id', ...PARTS, 'friendly_name']);
  if (typeof text === 'string' && text !== '') return text;
  throw missingParameter('sender_id', 'Send {"sender_id": "whatsapp:+12025550100"}.');
}

export function readSenderChange(body: unknown): SenderChange {
  const given = fieldsOf(body, 'the body', ['sender_id', ...PARTS, 'friendly_name']);
  const [webhook, profile, configuration] = PARTS.map((name) => {
    const value = given[name];
    return value === undefined || value === null ? undefined : fieldsOf(value, name, NAMES[name] ?? []);
  });
  for (const [name, value] of Object.entries(webhook ?? {})) {
    if (webhook && value !== null) webhook[name] = readWebhook(`webhook.${name}`, value);
  }
  for (const [name, value] of Object.entries(profile ?? {})) {
    const list = LISTS[name];
    if (!list || value === null) readText(`profile.${name}`, value);
    else if (profile) profile[name] = readList(`profile.${name}`, value, list);
  }
  for (const [name, value] of Object.entries(configuration ?? {})) {
    readText(`configuration.${name}`, value);
    if (configuration) configuration[name] = asDescribed(name, value);
  }
  // A one-time password has no use here, and is nobody's to read again.
  if (configuration && 'verification_code' in configuration) configuration.verification_code = null;
  return { webhook, profile, configuration };
}

/** What is kept for a sender, in whichever of the two spellings, as the API shows it. */
export function webhookOf(properties: Fields): Fields {
  const own = isObject(properties.webhook) ? properties.webhook : properties;
  const of = (name: string): unknown => own[name] || null;
  return {
    callback_url: of('callback_url') ?? of('sms_url'),
    callback_method: of('callback_method') ?? of('sms_method') ?? 'POST',
    fallback_url: of('fallback_url') ?? of('sms_fallback_url'),
    fallback_method: of('fallback_method') ?? of('sms_fallback_method') ?? 'POST',
    status_callback_url: of('status_callback_url') ?? properties.status_callback_url ?? null,
    status_callback_method: 'POST',
  };
}

const PARTS = ['webhook', 'profile', 'configuration'];
const NAMES: Record<string, string[]> = {
  webhook: WEBHOOK,
  profile: [...PROFILE, ...NEWER],
  configuration: CONFIGURATION,
};

function readWebhook(parameter: string, value: unknown): string {
  if (typeof value !== 'string') throw wrong(parameter, value, 'a string, or null');
  if (parameter.endsWith('_url')) {
    return value === '' ? value : url(parameter, value);
  }
  const isStatus = parameter.endsWith('status_callback_method');
  // Twilio's description has PUT here, and nowhere else.
  if (value.toUpperCase() === 'PUT' && !isStatus) return 'PUT';
  const known = method(parameter, value);
  if (known === 'GET' && isStatus) throw wrong(parameter, value, 'POST');
  return known;
}

function readText(parameter: string, value: unknown): void {
  if (value === null || (typeof value === 'string' && value.length <= LONGEST_TEXT)) return;
  throw wrong(parameter, value, `a text of up to ${LONGEST_TEXT} characters, or null`);
}

/** Java's SDK writes the names of its constants: `SMS`, `ISV_SUB_ACCOUNT`. The answer has Twilio's spelling. */
function asDescribed(name: string, value: unknown): unknown {
  const bare = String(value).replaceAll('_', '').toLowerCase();
  return CHOICES[name]?.find((choice) => choice.toLowerCase() === bare) ?? value;
}

/** A bare text is taken for an entry: the description leaves the form open, and typed SDKs read nothing but entries. */
function readList(parameter: string, value: unknown, [key, label]: [string, string]): Fields[] {
  const allowed = `a list of up to ${MOST_ENTRIES} such as [{"${key}": "…", "label": "${label}"}]`;
  const isList = Array.isArray(value) && value.length <= MOST_ENTRIES;
  if (!isList || JSON.stringify(value).length > LONGEST_TEXT) throw wrong(parameter, value, allowed);
  return value.map((one: unknown) => {
    const given = isObject(one) ? one : { [key]: one };
    const entry = { [key]: given[key], label: given.label ?? label };
    if (Object.values(entry).some((text) => typeof text !== 'string')) throw wrong(parameter, value, allowed);
    return entry;
  });
}

/** An empty list is an empty object: PHP's `json_encode` writes `[]` for either, that of Twilio's SDK too. */
function fieldsOf(value: unknown, place: string, allowed: string[]): Fields {
  if (Array.isArray(value) && value.length === 0) return {};
  const fields = withSnakeCase(value);
  if (!isObject(fields)) throw wrong(place, value, 'a JSON object');
  return Object.fromEntries(Object.entries(fields).filter(([name]) => allowed.includes(name)));
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrong(parameter: string, received: unknown, allowed: string): Error {
  const shown = received === undefined ? '' : JSON.stringify(received);
  return refuse(20001, {}, { parameter, received: shown, allowed, fix: `Correct ${parameter} in the JSON body.` });
}
