/** What a number keeps for its owner: each parameter of IncomingPhoneNumbers, checked and put into its wire property. */
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';
import {
  boolean,
  friendlyName,
  method,
  oneOf,
  type Property,
  readProperties,
  sid,
  url,
  webhook,
} from './properties.ts';

const PROPERTIES: Property[] = [
  ['FriendlyName', 'friendly_name', friendlyName],
  ['ApiVersion', 'api_version', oneOf('2010-04-01', '2008-08-01')],
  ['SmsUrl', 'sms_url', webhook],
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

/** Those that name an application. */
export const APPLICATIONS = [
  ['SmsApplicationSid', 'sms_application_sid'],
  ['VoiceApplicationSid', 'voice_application_sid'],
] as const;

/** The properties that `form` sets, by wire name. A missing parameter leaves its property; an empty one clears it. */
export function readNumberProperties(form: Form, present: Record<string, unknown>): Record<string, unknown> {
  const read = readProperties(form, PROPERTIES);
  const merged = { ...present, ...read };
  // Whoever takes the address away alone (`SmsUrl=`) need not know of the fallback that was set once.
  if (read.sms_fallback_url && !merged.sms_url) {
    throw refuse(21406, {}, { parameter: 'SmsFallbackUrl', fix: 'Set SmsUrl as well.' });
  }
  if (read.voice_fallback_url && !merged.voice_url) {
    throw refuse(21405, {}, { parameter: 'VoiceFallbackUrl', fix: 'Set VoiceUrl as well.' });
  }
  return read;
}
