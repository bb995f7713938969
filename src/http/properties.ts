/** Properties that a resource keeps and echoes: each parameter checked and put under its wire name. */
import { parseCallbackUrl } from '../domain/callback-url.ts';
import { refuse } from '../domain/errors.ts';
import { esmeUserOf } from '../domain/esme-address.ts';
import type { Form } from './form.ts';

export type Check = (parameter: string, value: string) => unknown;
export type Property = [parameter: string, property: string, check: Check];

const LONGEST_NAME = 64;

/** The properties that `form` sets, by wire name. A missing parameter is left out; an empty one is `null`. */
export function readProperties(form: Form, properties: Property[]): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [parameter, property, check] of properties) {
    const value = form.one(parameter);
    if (value !== undefined) read[property] = value === '' ? null : check(parameter, value);
  }
  return read;
}

export function friendlyName(parameter: string, value: string): string {
  if ([...value].length > LONGEST_NAME) {
    const allowed = `up to ${LONGEST_NAME} characters`;
    throw refuse(20002, {}, { parameter, received: `${[...value].length} characters`, allowed, fix: 'Shorten it.' });
  }
  return value;
}

const ABSOLUTE = 'an absolute http or https URL';

export function url(parameter: string, value: string, allowed = ABSOLUTE): string {
  const parsed = parseCallbackUrl(value);
  if (!parsed.ok) {
    throw refuse(21402, { Url: value }, { parameter, received: value, allowed, fix: `Not accepted: ${parsed.why}.` });
  }
  return value;
}

/** A URL, or the ESME that gets what comes in (`smpp:` and its system_id). */
export function webhook(parameter: string, value: string): string {
  return esmeUserOf(value) !== null && !value.includes('?')
    ? value
    : url(parameter, value, `${ABSOLUTE}, or smpp:SYSTEM_ID`);
}

export function method(parameter: string, value: string): string {
  const upper = value.toUpperCase();
  if (upper === 'GET' || upper === 'POST') return upper;
  throw refuse(
    21403,
    { Method: value },
    { parameter, received: value, allowed: 'GET, POST', fix: 'Use one of the two.' },
  );
}

export function boolean(parameter: string, value: string): boolean {
  const lower = value.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  throw wrong(20001, parameter, value, 'true, false');
}

export function oneOf(...allowed: string[]): Check {
  return (parameter, value) => {
    if (allowed.includes(value)) return value;
    throw wrong(20001, parameter, value, allowed.join(', '));
  };
}

export function sid(prefix: string, code: number): Check {
  const shape = new RegExp(`^${prefix}[0-9a-fA-F]{32}$`);
  return (parameter, value) => {
    if (shape.test(value)) return value;
    throw wrong(code, parameter, value, `${prefix} and 32 hex digits`);
  };
}

function wrong(code: number, parameter: string, value: string, allowed: string): Error {
  return refuse(code, {}, { parameter, received: value, allowed, fix: 'Use an allowed value.' });
}
