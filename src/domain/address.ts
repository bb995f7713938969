/**
 * Addresses: who sends and who receives. One tagged union, parsed at the door and written back in one canonical form.
 * Numbers are judged by shape and by *possible* length (libphonenumber), never by `isValid`: that refuses the
 * fictional 555 numbers everyone tests with.
 */
import { isSupportedCountry, type PhoneNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { Generations } from './generations.ts';

export type Channel = 'whatsapp' | 'messenger' | 'rcs';

export type Address =
  | { kind: 'number'; e164: string }
  | { kind: 'short-code'; code: string }
  | { kind: 'alphanumeric'; id: string }
  | { kind: 'channel'; channel: Channel; id: string };

export type NumberType = 'landline' | 'premium' | 'toll-free' | 'mobile' | 'unknown';

const E164 = /^\+[1-9]\d{6,14}$/;
const DECORATED = /^\+[\d ().\u00a0-]{7,40}$/;
const SHORT_CODE = /^\d{3,8}$/;
const ALPHANUMERIC = /^(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11}$/;
const CHANNEL = /^(whatsapp|messenger|rcs):(.+)$/;
/** Page ids, user ids and agent names: opaque, printable ASCII without spaces. */
const CHANNEL_ID = /^[\x21-\x7e]{1,128}$/;

/**
 * A recipient: number, channel address, or short code (which the caller refuses with 21265). `null` means 21211.
 * A number without its plus is none, so a `+` that a careless client let decode to a space is caught.
 */
export function parseTo(text: string): Address | null {
  // Before trimming: " 21211" once was "+21211", not a short code.
  if (/^\s+\d/.test(text)) return null;
  const trimmed = text.trim();
  return parseNumber(trimmed) ?? parseChannel(trimmed) ?? parseShortCode(trimmed);
}

/** A sender: number, short code, channel address or alphanumeric id. `null` means 21212. */
export function parseSender(text: string): Address | null {
  if (text.startsWith('+') && !/[A-Za-z]/.test(text)) return parseTo(text);
  return parseTo(text) ?? parseAlphanumeric(text.trim());
}

/** What to tell of an address whose `+` a careless client let decode to a space; `null`: that is not its trouble. */
export function fixOfLostPlus(text: string): string | null {
  return /^(?:[a-z]+:)?\s+\d/.test(text) ? 'The + arrived as a blank: send it as %2B.' : null;
}

/** The canonical text: what is stored, compared and shown. `parseSender` reads it back to an equal address. */
export function formatAddress(address: Address): string {
  switch (address.kind) {
    case 'number':
      return address.e164;
    case 'short-code':
      return address.code;
    case 'alphanumeric':
      return address.id;
    case 'channel':
      return `${address.channel}:${address.id}`;
  }
}

/** What kind of line a number is, where the plan tells it apart. Where fixed and mobile share a range (all of the US
 * and Canada): `unknown`, never `landline`. Decides 21268, 21635 and default rates, nothing else. */
export function numberType(e164: string): NumberType {
  return look(e164)?.type ?? 'unknown';
}

/** The code for a number that takes no texts by its type: premium rate, fixed line. `null`: any other address. */
export function typeRefusal(address: Address): 21268 | 21635 | null {
  if (address.kind !== 'number') return null;
  const type = numberType(address.e164);
  return type === 'premium' ? 21268 : type === 'landline' ? 21635 : null;
}

/** The ISO 3166 country of a number; `null` for unknown ones and for international networks such as +800. */
export function countryOf(e164: string): string | null {
  return look(e164)?.country ?? null;
}

/** Whether `code` is the ISO 3166 code, in capitals, of a country with telephones. */
export function isCountry(code: string): boolean {
  return isSupportedCountry(code);
}

function parseNumber(text: string): Address | null {
  // The cheap look comes first: metadata is asked only about what has the shape of a number.
  let e164 = text;
  if (!E164.test(e164)) {
    if (!DECORATED.test(text)) return null;
    e164 = text.replace(/[^+\d]/g, '');
    if (!E164.test(e164)) return null;
  }
  return look(e164)?.possible ? { kind: 'number', e164 } : null;
}

function parseChannel(text: string): Address | null {
  const match = CHANNEL.exec(text);
  if (!match) return null;
  const channel = match[1] as Channel;
  const id = match[2] ?? '';
  // WhatsApp knows numbers only; an RCS recipient is a number too, an RCS sender is the name of an agent.
  if (channel === 'whatsapp' || id.startsWith('+')) {
    const number = parseNumber(id);
    return number?.kind === 'number' ? { kind: 'channel', channel, id: number.e164 } : null;
  }
  return CHANNEL_ID.test(id) ? { kind: 'channel', channel, id } : null;
}

function parseShortCode(text: string): Address | null {
  return SHORT_CODE.test(text) ? { kind: 'short-code', code: text } : null;
}

function parseAlphanumeric(text: string): Address | null {
  return ALPHANUMERIC.test(text) ? { kind: 'alphanumeric', id: text } : null;
}

interface Look {
  possible: boolean;
  type: NumberType;
  country: string | null;
}

/** Parsing costs some 10 µs, and an app writes to the same phones again and again. */
const looks = new Generations<string, Look | null>(8192);

function look(e164: string): Look | null {
  const known = looks.get(e164);
  if (known !== undefined) return known;
  const found = examine(e164);
  looks.set(e164, found);
  return found;
}

function examine(e164: string): Look | null {
  if (!E164.test(e164)) return null;
  const parsed = parsePhoneNumberFromString(e164, { extract: false });
  if (!parsed) return null;
  return { possible: parsed.isPossible(), type: typeOf(parsed), country: countryFrom(parsed) };
}

function countryFrom(parsed: PhoneNumber): string | null {
  if (parsed.country) return parsed.country;
  // Numbers no operator holds (555…) carry no country; under +1 the United States are the plan's main one.
  return parsed.countryCallingCode === '1' ? 'US' : (parsed.getPossibleCountries()[0] ?? null);
}

function typeOf(parsed: PhoneNumber): NumberType {
  switch (parsed.getType()) {
    case 'FIXED_LINE':
      return 'landline';
    case 'PREMIUM_RATE':
      return 'premium';
    case 'TOLL_FREE':
      return 'toll-free';
    case 'MOBILE':
      return 'mobile';
    default:
      return 'unknown';
  }
}
