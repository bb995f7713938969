/** The settings of a service: each parameter, checked and put into its wire property. */
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { refuse } from '../../domain/errors.ts';
import { LONGEST_VALIDITY_SECONDS, type ServiceProperties, USECASES } from '../../domain/service.ts';
import type { Form } from '../form.ts';
import { readBoolean, readChoice } from '../parameters.ts';

const LONGEST_NAME = 64;

/** Answers `undefined` for what the request leaves as it is. */
type Reader<T> = (form: Form, parameter: string) => T | undefined;

const READERS: { [Name in keyof ServiceProperties]: [parameter: string, read: Reader<ServiceProperties[Name]>] } = {
  friendly_name: ['FriendlyName', readName],
  inbound_request_url: ['InboundRequestUrl', readUrl],
  inbound_method: ['InboundMethod', readMethod],
  fallback_url: ['FallbackUrl', readUrl],
  fallback_method: ['FallbackMethod', readMethod],
  status_callback: ['StatusCallback', readUrl],
  sticky_sender: ['StickySender', readBoolean],
  mms_converter: ['MmsConverter', readBoolean],
  smart_encoding: ['SmartEncoding', readBoolean],
  scan_message_content: ['ScanMessageContent', readScan],
  fallback_to_long_code: ['FallbackToLongCode', readBoolean],
  area_code_geomatch: ['AreaCodeGeomatch', readBoolean],
  validity_period: ['ValidityPeriod', readValidity],
  synchronous_validation: ['SynchronousValidation', readBoolean],
  usecase: ['Usecase', readUsecase],
  use_inbound_webhook_on_number: ['UseInboundWebhookOnNumber', readBoolean],
};

/** The properties that `form` sets. An empty URL clears its property; other empty values change nothing. */
export function readServiceProperties(form: Form): Partial<ServiceProperties> {
  const read = Object.entries(READERS).flatMap(([property, [parameter, reader]]) => {
    const value = reader(form, parameter);
    return value === undefined ? [] : [[property, value]];
  });
  return Object.fromEntries(read);
}

function readName(form: Form, parameter: string): string | undefined {
  const name = form.one(parameter);
  if (name === undefined) return undefined;
  const length = [...name].length;
  if (length > 0 && length <= LONGEST_NAME) return name;
  const allowed = `1 to ${LONGEST_NAME} characters`;
  throw refuse(20002, {}, { parameter, received: `${length} characters`, allowed, fix: 'Give it a name that fits.' });
}

function readUrl(form: Form, parameter: string): string | null | undefined {
  const url = form.one(parameter);
  if (url === undefined) return undefined;
  if (url === '') return null;
  const parsed = parseCallbackUrl(url);
  if (parsed.ok) return url;
  const details = { parameter, received: url, allowed: 'an absolute http or https URL' };
  throw refuse(20001, { text: `${parameter} is not a valid URL` }, { ...details, fix: `Not accepted: ${parsed.why}.` });
}

function readMethod(form: Form, parameter: string): 'GET' | 'POST' | undefined {
  const method = form.one(parameter)?.toUpperCase();
  if (method === undefined || method === '') return undefined;
  if (method === 'GET' || method === 'POST') return method;
  throw refuse(20001, {}, { parameter, received: method, allowed: 'GET, POST' });
}

function readScan(form: Form, parameter: string): ServiceProperties['scan_message_content'] | undefined {
  const allowed = ['inherit', 'enable', 'disable'];
  return readChoice(form, parameter, allowed) as ServiceProperties['scan_message_content'] | undefined;
}

function readValidity(form: Form, parameter: string): number | undefined {
  const text = form.one(parameter);
  if (text === undefined || text === '') return undefined;
  const seconds = /^\d{1,9}$/.test(text) ? Number(text) : 0;
  if (seconds >= 1 && seconds <= LONGEST_VALIDITY_SECONDS) return seconds;
  const allowed = `whole seconds from 1 to ${LONGEST_VALIDITY_SECONDS}`;
  throw refuse(20001, { text: `${parameter} is out of range` }, { parameter, received: text, allowed });
}

function readUsecase(form: Form, parameter: string): string | undefined {
  const known = USECASES.map(({ usecase }) => usecase);
  return readChoice(form, parameter, known, 21713);
}
