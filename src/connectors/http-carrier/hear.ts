/** What a call of the carrier tells, by the mapping: receipts, or what somebody said. */
import { formatAddress, parseSender } from '../../domain/address.ts';
import type { ChannelDetails } from '../../domain/inbound-channel.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { segment } from '../../domain/segments.ts';
import type { Heard } from '../connector.ts';
import { idOf } from '../json.ts';
import { meaningOf } from './errors.ts';
import type { DetailName, InboundMapping, ReceiptMapping } from './mapping.ts';
import { follow, itemsOf } from './paths.ts';

export interface HearParts {
  connector: string;
  odd: (why: string) => void;
}

const MOST_MEDIA = 10;

export function receiptsOf(value: unknown, mapping: ReceiptMapping, { connector, odd }: HearParts): Receipt[] {
  return itemsOf(value, mapping.items).flatMap((item): Receipt[] => {
    const carrierId = idOf(follow(item, mapping.id));
    const word = follow(item, mapping.state);
    const state = mapping.states.get(word ?? '') ?? mapping.states.get('*');
    if (state === 'none') return [];
    if (carrierId === undefined || state === undefined) {
      odd(
        carrierId === undefined ? 'a receipt that names no message' : `a receipt with the state ${word?.slice(0, 40)}`,
      );
      return [];
    }
    const done = follow(item, mapping.doneDate);
    const doneDate = done !== undefined && /^\d{10}/.test(done) ? { doneDate: done.slice(0, 10) } : {};
    if (state !== 'undelivered') return [{ connector, carrierId, state, ...doneDate }];
    const code = follow(item, mapping.error);
    const { meaning, isKnown } = meaningOf(code ?? '', mapping.errors);
    if (!isKnown && code !== undefined) odd(`a failure with the unknown code ${code.slice(0, 40)}`);
    const errorCode = meaning.kind === 'code' ? meaning.errorCode : 30017;
    return [{ connector, carrierId, state, errorCode, ...doneDate }];
  });
}

/** `fetch` gets a file by its URL. */
export function messagesOf(
  value: unknown,
  mapping: InboundMapping,
  { connector, odd, fetch }: HearParts & { fetch: (url: string) => Promise<Uint8Array> },
): Heard[] {
  return itemsOf(value, mapping.items).flatMap((item): Heard[] => {
    const writer = idOf(follow(item, mapping.from));
    const to = idOf(follow(item, mapping.to)) ?? mapping.number;
    if (writer === undefined || to === null) {
      odd('a message without its sender, or to nobody');
      return [];
    }
    const from = addressOf(writer, mapping.countryCode);
    const body = follow(item, mapping.text) ?? '';
    const channel = from.includes(':') ? detailsOf(item, mapping.details) : null;
    const media = mediaOf(item, mapping).map(({ url, contentType }) => ({ contentType, read: () => fetch(url) }));
    const numSegments = channel === null && media.length === 0 ? Math.max(1, segment(body).parts.length) : 1;
    const content = { kind: 'text', body, numSegments } as const;
    const carrierId = idOf(follow(item, mapping.id)) ?? null;
    return [{ connector, carrierId, from, to: addressOf(to, mapping.countryCode), content, media, channel }];
  });
}

/** As it came, where it cannot be read. `00` is a plus, and a number without one may be of this country or whole. */
function addressOf(text: string, countryCode: string | null): string {
  const known = parseSender(text);
  if (known && known.kind !== 'short-code') return formatAddress(known);
  const digits = text.replaceAll(/[^\d]/g, '');
  const isNumber = /^[\d\s().+-]+$/.test(text) && digits.length > 8;
  if (!isNumber) return known ? formatAddress(known) : text;
  const whole = digits.startsWith('00') ? digits.slice(2) : digits;
  const national =
    countryCode !== null && !whole.startsWith(countryCode) ? countryCode + whole.replace(/^0/, '') : whole;
  const number = parseSender(`+${national}`);
  return number ? formatAddress(number) : text;
}

function mediaOf(item: unknown, { media, mediaType }: InboundMapping): { url: string; contentType: string }[] {
  if (media === null) return [];
  const found: { url: string; contentType: string }[] = [];
  for (let n = 0; n < MOST_MEDIA; n += 1) {
    const at = (path: string) => follow(item, [path.replaceAll('{n}', String(n))]);
    const url = at(media);
    if (url === undefined || !URL.canParse(url)) break;
    const type = (mediaType === null ? undefined : at(mediaType)) ?? 'application/octet-stream';
    found.push({ url, contentType: type.split(';', 1)[0]?.trim().toLowerCase() ?? '' });
    if (!media.includes('{n}')) break;
  }
  return found;
}

function detailsOf(item: unknown, details: ReadonlyMap<DetailName, string>): ChannelDetails {
  const at = (name: DetailName) => {
    const path = details.get(name);
    return path === undefined ? undefined : follow(item, [path]);
  };
  const [profileName, waId, messageType] = [at('profile_name'), at('wa_id'), at('message_type')];
  const [text, payload, id, title] = [at('button_text'), at('button_payload'), at('list_id'), at('list_title')];
  const [latitude, longitude] = [Number(at('latitude')), Number(at('longitude'))];
  const [label, address] = [at('label'), at('address')];
  const isPlace = Number.isFinite(latitude) && Number.isFinite(longitude);
  return {
    ...(profileName !== undefined && { profileName }),
    ...(waId !== undefined && { waId }),
    ...(messageType !== undefined && { messageType }),
    ...(text !== undefined && { button: { text, payload: payload ?? text, type: 'REPLY' } }),
    ...(id !== undefined && { list: { id, title: title ?? '', description: at('list_description') ?? '' } }),
    ...(isPlace && { location: { latitude, longitude, ...(label && { label }), ...(address && { address }) } }),
  };
}
