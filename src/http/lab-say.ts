/** What a phone is told to say, as the test-support API takes it: read, judged, completed. */
import { type Address, type Channel, formatAddress, parseSender } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import type { ChannelDetails } from '../domain/inbound-channel.ts';
import { durationOf } from '../domain/phone.ts';
import { channelFrom, type SaidMedium, type SaidPart, type Saying } from '../domain/phone-talk.ts';
import { DETAIL_FIELDS, whatsAppDetails } from './lab-details.ts';
import { unreadable } from './lab-request.ts';

/** A file from a customer's URL, or a sentence why it cannot be had. */
export type FetchFile = (url: string) => Promise<{ bytes: Uint8Array; contentType: string | null } | { why: string }>;

export interface SayParts {
  /** Canonical address of the phone, as the path names it. */
  phone: string;
  /** Of WhatsApp, when the request says none; `null`: nobody gave it one. */
  phoneName: string | null;
  fetchFile: FetchFile;
  /** A message of its inbox, as somebody who quotes it names it. `null`: there is none. */
  quoted(sid: string): { repliedTo: ChannelDetails['repliedTo'] } | null;
  /** To whom it writes when the request does not say. `null`: there is nobody. */
  usualReceiver(channel: string): Promise<string | null>;
}

/** As long as an app is waited for, unless the request says otherwise. */
export const LONGEST_WAIT_MS = 20_000;

const FIELDS = ['to', 'body', 'media', 'location', 'channel', 'profile_name', 'parts', 'wait', ...DETAIL_FIELDS];
const CHANNELS = ['sms', 'whatsapp', 'rcs', 'messenger'];
const MOST_MEDIA = 10;
const MOST_PARTS = 255;
const LONGEST_SAID = 1_600;
const CONTENT_TYPE = /^[\w.+-]{1,64}\/[\w.+-]{1,64}$/;
/** With line ends anywhere. Blanks behind the signs have one way to match, so that a long row of them costs nothing. */
const BASE64 = /^[A-Za-z0-9+/\s]+(?:=\s*){0,2}$/;

export type Fields = Record<string, unknown>;

/** The object that a body, or what stands at a place of it, has to be, without fields that nobody knows. */
export function fieldsOf(body: unknown, allowed: readonly string[], place?: string): Fields {
  const names = allowed.join(', ');
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unreadable(place ?? 'body', body, `an object with ${names}`, 'Send a JSON object.');
  }
  const stray = Object.keys(body).find((name) => !allowed.includes(name));
  if (stray !== undefined) {
    const parameter = place === undefined ? stray : `${place}.${stray}`;
    throw unreadable(parameter, Reflect.get(body, stray), names, `Leave ${stray} out.`);
  }
  return body as Fields;
}

/** The message of a `send`. */
export async function sayingOf(body: unknown, parts: SayParts): Promise<Saying> {
  const fields = fieldsOf(body, FIELDS);
  const channel = channelOf(fields.channel, parts.phone, fields.to);
  const from = withChannel(parts.phone, channel);
  const to = await receiverOf(fields.to, channel, parts);
  const more = whatsAppDetails(fields, channel, (sid) => parts.quoted(sid));
  // A reaction is its sign, a choice its title.
  const text = textOf(fields.body ?? fields.reaction ?? more.list?.title);
  const [media, said] = [await mediaOf(fields.media, parts.fetchFile), partsOf(fields.parts)];
  const basics = detailsOf(fields, channel, parts.phoneName);
  const details = basics && { ...basics, ...more };
  if (said && (text !== '' || media.length > 0 || channel !== 'sms')) {
    throw unreadable('parts', fields.parts, 'parts of an SMS, without body and media', 'Send parts, or the rest.');
  }
  const isWordless = details?.location || more.flowData || more.interactiveData || more.messageType;
  if (!said && text === '' && media.length === 0 && !isWordless) {
    throw unreadable('body', fields.body, 'a text, media, a location or parts', 'Send {"body": "Hello"}.');
  }
  return { from, to, body: text, media, channel: details, ...(said && { parts: said }) };
}

/** How long the app's answer is waited for; 0: not at all. */
export function waitOf(value: unknown): number {
  if (value === undefined || value === true) return LONGEST_WAIT_MS;
  if (value === false) return 0;
  const ms = durationOf(value);
  if (ms !== null && ms <= LONGEST_WAIT_MS) return ms;
  throw unreadable('wait', value, 'true, false, or a duration up to "20s"', 'Leave it out to wait.');
}

function channelOf(value: unknown, phone: string, to: unknown): string {
  const own = channelFrom(phone, typeof to === 'string' ? to : undefined);
  if (value === undefined) return own;
  if (typeof value === 'string' && CHANNELS.includes(value) && (own === 'sms' || own === value)) return value;
  throw unreadable('channel', value, own === 'sms' ? CHANNELS.join(', ') : own, 'Leave it out for SMS.');
}

function withChannel(address: string, channel: string): string {
  return channel === 'sms' || address.includes(':') ? address : `${channel}:${address}`;
}

async function receiverOf(value: unknown, channel: string, { usualReceiver }: SayParts): Promise<string> {
  if (value === undefined) {
    const usual = await usualReceiver(channel);
    if (usual !== null) return usual;
    throw unreadable('to', undefined, 'an address of the account', `The account has nobody for ${channel}: give to.`);
  }
  const address = typeof value === 'string' ? parseSender(withChannel(value, channel)) : null;
  if (!address || address.kind === 'alphanumeric' || isOther(address, channel)) {
    const received = typeof value === 'string' ? value : JSON.stringify(value);
    const fix = 'Use a number, a short code or a channel address that Pidge sends from: +12025550100.';
    throw refuse(21211, { To: received }, { parameter: 'to', received, fix });
  }
  return formatAddress(address);
}

function isOther(address: Address, channel: string): boolean {
  return (address.kind === 'channel' ? address.channel : 'sms') !== (channel as Channel | 'sms');
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string' && value.length <= LONGEST_SAID) return value;
  const fix = typeof value === 'string' ? 'Shorten it.' : 'Put it in quotes.';
  throw unreadable('body', value, `a text of up to ${LONGEST_SAID} characters`, fix);
}

async function mediaOf(value: unknown, fetchFile: FetchFile): Promise<SaidMedium[]> {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > MOST_MEDIA) {
    throw unreadable('media', value, `a list of up to ${MOST_MEDIA} files`, 'Send [{"url": "https://…"}].');
  }
  return Promise.all(value.map((one: unknown, index) => mediumOf(one, `media[${index}]`, fetchFile)));
}

async function mediumOf(value: unknown, place: string, fetchFile: FetchFile): Promise<SaidMedium> {
  const { url, base64, content_type: type } = fieldsOf(value, ['url', 'base64', 'content_type'], place);
  if (type !== undefined && (typeof type !== 'string' || !CONTENT_TYPE.test(type))) {
    throw unreadable(`${place}.content_type`, type, 'a type such as image/png', 'Name the type of the file.');
  }
  if (typeof base64 === 'string' && url === undefined) {
    if (typeof type !== 'string') {
      throw unreadable(`${place}.content_type`, type, 'a type such as image/png', 'Name the type of the file.');
    }
    const bytes = Buffer.from(base64, 'base64');
    if (bytes.length > 0 && BASE64.test(base64)) return { contentType: type, bytes };
    throw unreadable(`${place}.base64`, base64, 'bytes in base64', 'Encode the file in base64.');
  }
  if (typeof url !== 'string' || base64 !== undefined || !URL.canParse(url)) {
    throw unreadable(place, value, '{"url"} or {"content_type", "base64"}', 'Give one of the two.');
  }
  const got = await fetchFile(url);
  if ('why' in got) throw unreadable(`${place}.url`, url, 'the address of a file', `It could not be had: ${got.why}`);
  const contentType = (type as string | undefined) ?? got.contentType;
  if (contentType !== null) return { contentType, bytes: got.bytes };
  throw unreadable(`${place}.content_type`, type, 'a type such as image/png', 'Its server names no type: give one.');
}

function partsOf(value: unknown): SaidPart[] | null {
  if (value === undefined) return null;
  if (!Array.isArray(value) || value.length === 0 || value.length > MOST_PARTS) {
    throw unreadable('parts', value, `a list of 1 to ${MOST_PARTS} parts`, 'Send ["first ", "second"].');
  }
  return value.map((one: unknown, index): SaidPart => {
    if (typeof one === 'string') return { number: index + 1, total: value.length, text: one };
    const { number, total = value.length, text } = fieldsOf(one, ['number', 'total', 'text'], `parts[${index}]`);
    if (isOctet(number) && isOctet(total) && typeof text === 'string') return { number, total, text };
    throw unreadable(`parts[${index}]`, one, 'a text, or {"number", "total", "text"}', 'Number parts from 1 to 255.');
  });
}

function isOctet(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 255;
}

/** `null`: SMS. */
function detailsOf(fields: Fields, channel: string, phoneName: string | null): ChannelDetails | null {
  const { location, profile_name: profileName = phoneName ?? undefined } = fields;
  if (channel === 'sms') {
    const given = location !== undefined ? 'location' : fields.profile_name !== undefined ? 'profile_name' : null;
    if (given === null) return null;
    throw unreadable(given, fields[given], 'nothing: an SMS has none', 'Add "channel": "whatsapp".');
  }
  if (profileName !== undefined && (typeof profileName !== 'string' || profileName.length > 256)) {
    throw unreadable('profile_name', profileName, 'a text of up to 256 characters', 'Shorten it.');
  }
  return {
    ...(profileName !== undefined && channel === 'whatsapp' && { profileName }),
    ...(location !== undefined && { location: placeOf(location) }),
  };
}

function placeOf(value: unknown): NonNullable<ChannelDetails['location']> {
  const { latitude, longitude, address, label } = fieldsOf(
    value,
    ['latitude', 'longitude', 'address', 'label'],
    'location',
  );
  const texts = [address, label].every((one) => one === undefined || (typeof one === 'string' && one.length <= 1_000));
  if (!isWithin(latitude, 90) || !isWithin(longitude, 180) || !texts) {
    const fix = 'Send {"latitude": 37.78, "longitude": -122.39}.';
    throw unreadable('location', value, 'latitude, longitude, and perhaps address and label', fix);
  }
  return {
    latitude,
    longitude,
    ...(typeof address === 'string' && { address }),
    ...(typeof label === 'string' && { label }),
  };
}

function isWithin(value: unknown, bound: number): value is number {
  return typeof value === 'number' && Math.abs(value) <= bound;
}
