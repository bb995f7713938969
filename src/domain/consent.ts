/**
 * Consent as it is uploaded: who has agreed or no longer agrees to be written to by whom, and where a contact lives
 * (behaviour sheet 4.5 and 12.1). Each item is judged by itself, and answered under its `correlation_id`.
 */
import { type Address, isCountry, parseSender, parseTo } from './address.ts';
import { parseInstant } from './dates.ts';
import { keyOfOptOut, type OptOutKey } from './opt-out.ts';
import { isSid } from './sid.ts';

/** 30646: a consent, 30647: a contact that cannot be taken. */
export const CONSENT_FAILED = 30646;
export const CONTACT_FAILED = 30647;

/** What is wrong with an item, in the words that clients look for. */
export type ConsentFault =
  | 'INVALID_CORRELATION_ID'
  | 'INVALID_SENDER_ID'
  | 'INVALID_CONTACT_ID'
  | 'INVALID_STATUS'
  | 'INVALID_SOURCE'
  | 'INVALID_DATE_OF_CONSENT'
  | 'INVALID_COUNTRY_ISO_CODE'
  | 'INVALID_ZIP_CODE';

export interface Consent {
  change: 'opt-out' | 'opt-in';
  key: OptOutKey;
  /** When it was given or taken back (epoch ms); left out: nobody said. */
  at?: number;
}

export type ReadConsent = { ok: true; consent: Consent } | { ok: false; faults: ConsentFault[] };

export type Item = Record<string, unknown>;

const STATUSES = { 'opt-in': 'opt-in', 'opt-out': 'opt-out' } as const;
const SOURCES: unknown[] = ['website', 'offline', 'opt-in-message', 'opt-out-message', 'others'];
const CORRELATION_ID = /^(?:[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;
/** Postal codes of any country. */
const ZIP_CODE = /^(?=.*[A-Z0-9])[A-Z0-9][A-Z0-9 -]{1,11}$/i;
/** Of the countries whose codes have one form alone. */
const ZIP_CODES: Record<string, RegExp> = {
  US: /^\d{5}(?:-\d{4})?$/,
  CA: /^[A-Z]\d[A-Z] ?\d[A-Z]\d$/i,
};

/** `isService`: whether the account has it. */
export function readConsent(item: Item, now: number, isService: (sid: string) => boolean): ReadConsent {
  const faults: ConsentFault[] = correlationFaults(item);
  const sender = senderOf(item.sender_id, isService);
  if (sender === null) faults.push('INVALID_SENDER_ID');
  const contact = contactOf(item.contact_id);
  if (contact === null) faults.push('INVALID_CONTACT_ID');
  const change = typeof item.status === 'string' && Object.hasOwn(STATUSES, item.status) ? item.status : null;
  if (change === null) faults.push('INVALID_STATUS');
  if (!SOURCES.includes(item.source)) faults.push('INVALID_SOURCE');
  const at = dateOf(item.date_of_consent, now);
  if (at === null) faults.push('INVALID_DATE_OF_CONSENT');
  if (sender === null || contact === null || at === null || faults.length > 0) return { ok: false, faults };
  const { address = contact, sid = null } = sender;
  const key = keyOfOptOut(address, contact, sid);
  return { ok: true, consent: { change: STATUSES[change as Consent['change']], key, ...(at !== undefined && { at }) } };
}

/** Empty: it can be taken. */
export function contactFaults(item: Item): ConsentFault[] {
  const faults: ConsentFault[] = correlationFaults(item);
  const { country_iso_code: country, zip_code: zip } = item;
  const known = typeof country === 'string' && isCountry(country) ? country : null;
  if (known === null) faults.push('INVALID_COUNTRY_ISO_CODE');
  if (contactOf(item.contact_id) === null) faults.push('INVALID_CONTACT_ID');
  const form = ZIP_CODES[known ?? ''] ?? ZIP_CODE;
  if (typeof zip !== 'string' || !form.test(zip)) faults.push('INVALID_ZIP_CODE');
  return faults;
}

function correlationFaults({ correlation_id: id }: Item): ConsentFault[] {
  return typeof id === 'string' && CORRELATION_ID.test(id) ? [] : ['INVALID_CORRELATION_ID'];
}

type SenderId = { sid: string; address?: undefined } | { address: Address; sid?: undefined };

/** A service of the account, or the number messages come from. */
function senderOf(value: unknown, isService: (sid: string) => boolean): SenderId | null {
  if (typeof value !== 'string') return null;
  if (isSid(value, 'MG')) {
    const sid = serviceSidOf(value);
    return isService(sid) ? { sid } : null;
  }
  const address = parseSender(value);
  return address?.kind === 'number' || address?.kind === 'short-code' ? { address } : null;
}

/** The service that an item names, as the store knows it; `null`: none. */
export function serviceOf({ sender_id: value }: Item): string | null {
  return typeof value === 'string' && isSid(value, 'MG') ? serviceSidOf(value) : null;
}

function serviceSidOf(text: string): string {
  return `MG${text.slice(2).toLowerCase()}`;
}

function contactOf(value: unknown): Address | null {
  const address = typeof value === 'string' ? parseTo(value) : null;
  // As it stands: what has to be tidied first is not E.164.
  return address?.kind === 'number' && address.e164 === value ? address : null;
}

/** `undefined`: none is given; `null`: it is none, or in the future. */
function dateOf(value: unknown, now: number): number | undefined | null {
  if (value === undefined || value === null || value === '') return undefined;
  const at = typeof value === 'string' ? parseInstant(value) : null;
  return at !== null && at >= 0 && at <= now ? at : null;
}
