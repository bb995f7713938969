/** The kinds of senders a pool has: how each is named in a request, found, and shown. */
import { countryOf, formatAddress, isCountry, parseSender } from '../../domain/address.ts';
import { refuse } from '../../domain/errors.ts';
import { hasAlphanumeric } from '../../domain/senders.ts';
import { isSid } from '../../domain/sid.ts';
import type { Sender, SenderKind } from '../../store/directory.ts';
import type { Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { canonicalSid } from '../sids.ts';
import { missingParameter } from './services.ts';

/** A sender on its way into a pool. */
export interface Candidate {
  sid: string;
  address: string;
  /** ISO 3166; `null`: of no country. */
  country: string | null;
  /** What there is once in a pool; its address when left out. */
  name?: string;
}

/** What a kind shows of a sender in a pool; `sender` is its registration, `null` where it has none. */
export interface Shown {
  address: string;
  country: string | null;
  sender: Sender | null;
}

export interface PoolKind {
  path: string;
  /** Of the array in lists. */
  key: string;
  prefix: 'PN' | 'SC' | 'AI' | 'XE';
  senderKind: SenderKind;
  /** Whether it has those of a country too; names for one country are apart from those for all. */
  hasCountries: boolean;
  /** A query parameter that narrows its lists to one country. */
  countryFilter?: string;
  /** How an item names the service it is in. */
  serviceKey: 'service_sid' | 'messaging_service_sid';
  /** The parameter that names the sender, for refusals. */
  parameter: string;
  /** Reads the sender out of a request, or refuses. */
  read(call: Call): Promise<Candidate>;
  /** The fields that only this kind has. */
  show(item: Shown): Resource;
}

const PHONE_NUMBERS: PoolKind = {
  path: 'PhoneNumbers',
  key: 'phone_numbers',
  prefix: 'PN',
  senderKind: 'number',
  hasCountries: true,
  serviceKey: 'service_sid',
  parameter: 'PhoneNumberSid',
  read: (call) => readRegistered(call, PHONE_NUMBERS),
  show: ({ address, country, sender }) => ({
    phone_number: address,
    country_code: country,
    capabilities: capabilitiesOf(sender),
  }),
};

const SHORT_CODES: PoolKind = {
  path: 'ShortCodes',
  key: 'short_codes',
  prefix: 'SC',
  senderKind: 'short-code',
  hasCountries: true,
  serviceKey: 'service_sid',
  parameter: 'ShortCodeSid',
  read: (call) => readRegistered(call, SHORT_CODES),
  show: ({ address, country, sender }) => ({
    short_code: address,
    country_code: country,
    capabilities: capabilitiesOf(sender),
  }),
};

const ALPHA_SENDERS: PoolKind = {
  path: 'AlphaSenders',
  key: 'alpha_senders',
  prefix: 'AI',
  senderKind: 'alphanumeric',
  hasCountries: false,
  serviceKey: 'service_sid',
  parameter: 'AlphaSender',
  read: readAlphaSender,
  show: ({ address }) => ({ alpha_sender: address, capabilities: ['SMS'] }),
};

/** Names with the country they are for; one without is for all, and an AlphaSender as well. */
const DESTINATION_ALPHA_SENDERS: PoolKind = {
  path: 'DestinationAlphaSenders',
  key: 'alpha_senders',
  prefix: 'AI',
  senderKind: 'alphanumeric',
  hasCountries: true,
  countryFilter: 'IsoCountryCode',
  serviceKey: 'service_sid',
  parameter: 'AlphaSender',
  read: readDestinationSender,
  show: ({ address, country }) => ({ alpha_sender: address, capabilities: ['SMS'], iso_country_code: country ?? '' }),
};

const CHANNEL_SENDERS: PoolKind = {
  path: 'ChannelSenders',
  key: 'senders',
  prefix: 'XE',
  senderKind: 'channel',
  hasCountries: true,
  serviceKey: 'messaging_service_sid',
  parameter: 'Sid',
  read: (call) => readRegistered(call, CHANNEL_SENDERS),
  show: ({ address, country }) => ({ sender: address, sender_type: channelName(address), country_code: country }),
};

export const POOL_KINDS: readonly PoolKind[] = [
  PHONE_NUMBERS,
  SHORT_CODES,
  ALPHA_SENDERS,
  DESTINATION_ALPHA_SENDERS,
  CHANNEL_SENDERS,
];

/** A sender that the account has registered, by its sid. One that cannot send is 21715. */
async function readRegistered(call: Call, kind: PoolKind): Promise<Candidate> {
  const { parameter, prefix } = kind;
  const text = call.form.one(parameter);
  if (!text) throw missingParameter(parameter, `Send the ${prefix}… SID of a sender of this account.`);
  if (!isSid(text, prefix)) {
    const allowed = `${prefix} and 32 hex digits`;
    throw refuse(20001, { text: `${parameter} is not a valid SID` }, { parameter, received: text, allowed });
  }
  const sender = await call.context.store.sender(call.account.sid, canonicalSid(text));
  if (sender?.kind !== kind.senderKind) {
    const fix = 'Use the SID of a sender that this account has registered.';
    throw refuse(20404, { path: `/${kind.path}/${text}` }, { parameter, received: text, fix });
  }
  if (!sender.canSms && !sender.canMms) throw refuse(21715, {}, { parameter, received: text });
  return { sid: sender.sid, address: sender.address, country: countryOfSender(sender) };
}

/**
 * A name is registered by being put into a pool, and in each under a sid of its own: two services may have the same.
 * One that another account of this server holds is not to be had.
 */
async function readAlphaSender(call: Call): Promise<Candidate> {
  const text = call.form.one('AlphaSender')?.trim();
  if (!text) throw refuse(21708);
  const address = parseSender(text);
  if (address?.kind !== 'alphanumeric') {
    const allowed = 'up to 11 letters, digits, spaces, and + - _ &, with a letter among them';
    throw refuse(21709, {}, { received: text, allowed });
  }
  const canonical = formatAddress(address);
  const holder = await call.context.store.senderByAddress(canonical);
  if (holder && holder.accountSid !== call.account.sid) {
    throw refuse(21709, {}, { received: text, fix: 'Choose another name: somebody else has this one.' });
  }
  return { sid: call.context.sids.make('AI'), address: canonical, country: null };
}

/** A name and, unless `IsoCountryCode` is left out, the one country it is for. It may be there for several. */
async function readDestinationSender(call: Call): Promise<Candidate> {
  const parameter = 'IsoCountryCode';
  const text = call.form.one(parameter);
  const country = text ? text.toUpperCase() : null;
  if (country !== null && !isCountry(country)) {
    throw refuse(20001, {}, { parameter, received: text, allowed: 'two letters of ISO 3166, such as FR' });
  }
  if (country !== null && !hasAlphanumeric(country)) {
    const fix = 'Leave it to a number or short code: phones of this country take no alphanumeric sender.';
    throw refuse(20001, {}, { parameter, received: text, fix });
  }
  const candidate = await readAlphaSender(call);
  // A slash is in no name, so the two cannot be mistaken for one.
  return country === null ? candidate : { ...candidate, country, name: `${candidate.address}/${country}` };
}

function countryOfSender({ kind, address, properties }: Sender): string | null {
  const said = properties.country_code;
  if (typeof said === 'string' && said !== '') return said;
  if (kind === 'short-code') return 'US';
  const number = address.slice(address.indexOf('+'));
  return number.startsWith('+') ? countryOf(number) : null;
}

function capabilitiesOf(sender: Sender | null): string[] {
  return [...(sender?.canMms ? ['MMS'] : []), ...(sender?.canSms ? ['SMS'] : [])];
}

function channelName(address: string): string {
  const channel = address.slice(0, address.indexOf(':'));
  return CHANNEL_NAMES[channel] ?? channel;
}

const CHANNEL_NAMES: Record<string, string> = { whatsapp: 'WhatsApp', messenger: 'Messenger', rcs: 'RCS' };
