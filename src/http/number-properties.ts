/** What a number keeps for its owner: each parameter of IncomingPhoneNumbers, checked and put into its wire property. */
import { parseCallbackUrl } from '../domain/callback-url.ts';
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';

type Check = (parameter: string, value: string) => unknown;

const LONGEST_NAME = 64;

const PROPERTIES: [parameter: string, property: string, check: Check][] = [
  ['FriendlyName', 'friendly_name', friendlyName],
  ['ApiVersion', 'api_version', oneOf('2010-04-01', '2008-08-01')],
  ['SmsUrl', 'sms_url', url],
  ['SmsMethod', 'sms_method', method],
  ['SmsFallbackUrl', 'sms_fallback_url', url],
  ['SmsFallbackMethod', 'sms_fallback_method', method],
  ['SmsApplicationSid', 'sms_application_sid', sid('AP', 21420)],
  ['StatusCallback', 'status_callback', url],
  ['StatusCallbackMethod', 'status_callback_method', method],
  ['VoiceUrl', 'voice_url', url],
  ['VoiceMethod', 'voice_method', method],
  ['VoiceFallbackUrl', 'voice_fallback_url', url],
  ['VoiceFallbackMethod', 'voice_fallback_method', method],
  ['VoiceApplicationSid', 'voice_application_sid', sid('AP', 21420)],
  ['VoiceCallerIdLookup', 'voice_caller_id_lookup', boolean],
  ['VoiceReceiveMode', 'voice_receive_mode', oneOf('voice', 'fax')],
  ['TrunkSid', 'trunk_sid', sid('TK', 20001)],
  ['EmergencyStatus', 'emergency_status', oneOf('Active', 'Inactive')],
  ['EmergencyAddressSid', 'emergency_address_sid', sid('AD', 20001)],
  ['AddressSid', 'address_sid', sid('AD', 20001)],
  ['BundleSid', 'bundle_sid', sid('BU', 20001)],
  ['IdentitySid', 'identity_sid', sid('RI', 20001)],
];

/** The properties that `form` sets, by wire name. A missing parameter leaves its property; an empty one clears it. */
export function readNumberProperties(form: Form, present: Record<string, unknown>): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [parameter, property, check] of PROPERTIES) {
    const value = form.one(parameter);
    if (value !== undefined) read[property] = value === '' ? null : check(parameter, value);
  }
  const merged = { ...present, ...read };
  if (merged.sms_fallback_url && !merged.sms_url) {
    throw refuse(21406, {}, { parameter: 'SmsFallbackUrl', fix: 'Set SmsUrl as well.' });
  }
  if (merged.voice_fallback_url && !merged.voice_url) {
    throw refuse(21405, {}, { parameter: 'VoiceFallbackUrl', fix: 'Set VoiceUrl as well.' });
  }
  return read;
}

function friendlyName(parameter: string, value: string): string {
  if ([...value].length > LONGEST_NAME) {
    const allowed = `up to ${LONGEST_NAME} characters`;
    throw refuse(20002, {}, { parameter, received: `${[...value].length} characters`, allowed, fix: 'Shorten it.' });
  }
  return value;
}

function url(parameter: string, value: string): string {
  const parsed = parseCallbackUrl(value);
  if (!parsed.ok) {
    const allowed = 'an absolute http or https URL';
    throw refuse(21402, { Url: value }, { parameter, received: value, allowed, fix: `Not accepted: ${parsed.why}.` });
  }
  return value;
}

function method(parameter: string, value: string): string {
  const upper = value.toUpperCase();
  if (upper === 'GET' || upper === 'POST') return upper;
  throw refuse(
    21403,
    { Method: value },
    { parameter, received: value, allowed: 'GET, POST', fix: 'Use one of the two.' },
  );
}

function boolean(parameter: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  throw wrong(20001, parameter, value, 'true, false');
}

function oneOf(...allowed: string[]): Check {
  return (parameter, value) => {
    if (allowed.includes(value)) return value;
    throw wrong(20001, parameter, value, allowed.join(', '));
  };
}

function sid(prefix: string, code: number): Check {
  const shape = new RegExp(`^${prefix}[0-9a-fA-F]{32}$`);
  return (parameter, value) => {
    if (shape.test(value)) return value;
    throw wrong(code, parameter, value, `${prefix} and 32 hex digits`);
  };
}

function wrong(code: number, parameter: string, value: string, allowed: string): Error {
  return refuse(code, {}, { parameter, received: value, allowed, fix: 'Use an allowed value.' });
}
