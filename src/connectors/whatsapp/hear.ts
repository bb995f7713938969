/**
 * What a webhook of WhatsApp tells: statuses become receipts, messages become what somebody said. One call may tell of
 * many, of several numbers. What is not known is left out and reported, never refused: WhatsApp would bring the whole
 * again for days.
 */
import type { ChannelDetails } from '../../domain/inbound-channel.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Heard } from '../connector.ts';
import { doneDateOf } from '../hand-over.ts';
import { type Fields, fieldsOf, idOf, listOf, numberOf, wordOf } from '../json.ts';
import { codeOfFailure } from './codes.ts';
import { vcardOf } from './vcard.ts';

export interface HearParts {
  connector: string;
  /** Ours by their ids at WhatsApp. */
  numbers: ReadonlyMap<string, string>;
  /** Fetches a file by its id; rejects when it cannot be had now. */
  fetchMedia: (id: string) => Promise<Uint8Array>;
  odd: (why: string) => void;
  /** Our key of a message, and the id that it has. */
  told?: (key: string, carrierId: string) => void;
}

export interface WebhookNews {
  receipts: Receipt[];
  messages: Heard[];
}

export function readNews(body: unknown, parts: HearParts): WebhookNews {
  const news: WebhookNews = { receipts: [], messages: [] };
  const seen = new Set<string>();
  const changes = listOf(fieldsOf(body).entry).flatMap((entry) => listOf(fieldsOf(entry).changes));
  for (const change of changes) {
    const { field, value } = fieldsOf(change);
    if (field !== 'messages') continue;
    const { metadata, contacts, messages, statuses, errors } = fieldsOf(value);
    const to = ownNumber(fieldsOf(metadata), parts.numbers);
    for (const error of listOf(errors)) parts.odd(`it told of the error ${wordOf(fieldsOf(error).code) ?? '?'}`);
    for (const status of listOf(statuses)) {
      const receipt = receiptOf(fieldsOf(status), parts);
      if (receipt) news.receipts.push(receipt);
    }
    for (const one of listOf(messages)) {
      const message = fieldsOf(one);
      const id = idOf(message.id);
      if (id === undefined || to === null || message.group_id !== undefined) {
        parts.odd(id === undefined ? 'a message without id' : 'a message to no number, or to a group');
      } else if (!seen.has(id)) {
        seen.add(id);
        news.messages.push(messageOf(message, { id, to, contacts: listOf(contacts).map(fieldsOf) }, parts));
      }
    }
  }
  return news;
}

function ownNumber(metadata: Fields, numbers: ReadonlyMap<string, string>): string | null {
  const known = numbers.get(wordOf(metadata.phone_number_id) ?? '');
  const digits = (wordOf(metadata.display_phone_number) ?? '').replaceAll(/\D/g, '');
  if (known !== undefined) return `whatsapp:${known}`;
  return digits === '' ? null : `whatsapp:+${digits}`;
}

function receiptOf(one: Fields, parts: HearParts): Receipt | null {
  const { id, status, timestamp, errors, biz_opaque_callback_data: key } = one;
  const carrierId = idOf(id);
  if (carrierId === undefined) return null;
  if (typeof key === 'string') parts.told?.(key, carrierId);
  const seconds = numberOf(timestamp);
  const isDated = seconds > 0 && seconds < 1e11;
  const receipt = {
    connector: parts.connector,
    carrierId,
    ...(isDated && { doneDate: doneDateOf(seconds * 1_000) }),
  };
  switch (status) {
    case 'delivered':
    case 'read':
      return { ...receipt, state: status };
    case 'failed': {
      const code = numberOf(fieldsOf(listOf(errors)[0]).code);
      const { errorCode, isKnown } = codeOfFailure(code);
      if (!isKnown) parts.odd(`a failure with the unknown code ${code}`);
      return { ...receipt, state: 'undelivered', errorCode };
    }
    case 'sent':
    case 'deleted':
    case 'warning':
      return null;
    default:
      parts.odd(`the unknown status ${wordOf(status)?.slice(0, 40) ?? ''}`);
      return null;
  }
}

const FILES = ['image', 'audio', 'voice', 'video', 'document', 'sticker'];

function messageOf(
  message: Fields,
  { id, to, contacts }: { id: string; to: string; contacts: Fields[] },
  parts: HearParts,
): Heard {
  const type = wordOf(message.type) ?? 'unsupported';
  const writer = idOf(message.from) ?? idOf(message.from_user_id) ?? '';
  const about = contacts.find(({ wa_id, user_id }) => wordOf(wa_id) === writer || wordOf(user_id) === writer);
  const { body, details } = wordsOf(type, message);
  const context = fieldsOf(message.context);
  const profileName = wordOf(fieldsOf(about?.profile).name);
  const externalUserId = wordOf(message.from_user_id) ?? wordOf(about?.user_id);
  const waId = wordOf(about?.wa_id);
  const referral = referralOf(fieldsOf(message.referral));
  const channel: ChannelDetails = {
    ...(profileName !== undefined && { profileName }),
    ...(waId !== undefined && { waId }),
    ...(externalUserId !== undefined && { externalUserId }),
    ...(context.forwarded === true && { forwarded: true }),
    ...(context.frequently_forwarded === true && { frequentlyForwarded: true }),
    ...(referral && { referral }),
    ...details,
  };
  const file = FILES.includes(type) ? fieldsOf(message[type]) : {};
  const mediaId = wordOf(file.id);
  const contentType =
    (wordOf(file.mime_type) ?? 'application/octet-stream').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const media: Heard['media'] = mediaId === undefined ? [] : [{ contentType, read: () => parts.fetchMedia(mediaId) }];
  if (type === 'contacts') {
    const cards = listOf(message.contacts).map((one) => Buffer.from(vcardOf(fieldsOf(one))));
    media.push(...cards.map((bytes) => ({ contentType: 'text/vcard', read: async () => bytes })));
  }
  const from = `whatsapp:${/^\d+$/.test(writer) ? '+' : ''}${writer}`;
  const content = { kind: 'text', body, numSegments: 1 } as const;
  return { connector: parts.connector, carrierId: id, from, to, content, media, channel };
}

/** The text of a message, and what came instead of one. */
function wordsOf(type: string, message: Fields): { body: string; details: ChannelDetails } {
  const own = fieldsOf(message[type]);
  switch (type) {
    case 'text':
      return { body: wordOf(own.body) ?? '', details: {} };
    case 'button': {
      const [text = '', payload = ''] = [wordOf(own.text), wordOf(own.payload)];
      return { body: text, details: { button: { text, payload: payload || text, type: 'REPLY' } } };
    }
    case 'interactive':
      return interactiveOf(own);
    case 'location': {
      const [latitude, longitude] = [numberOf(own.latitude), numberOf(own.longitude)];
      if (!Number.isFinite(latitude) || !Number.isFinite(longitude))
        return { body: '', details: { messageType: type } };
      const [label, address] = [wordOf(own.name), wordOf(own.address)];
      const location = { latitude, longitude, ...(label && { label }), ...(address && { address }) };
      return { body: '', details: { location } };
    }
    case 'reaction':
      return { body: wordOf(own.emoji) ?? '', details: { messageType: type } };
    case 'contacts':
      return { body: '', details: { messageType: type } };
    default: {
      if (!FILES.includes(type)) return { body: '', details: { messageType: type.slice(0, 40) } };
      return { body: wordOf(own.caption) ?? '', details: { messageType: type === 'voice' ? 'audio' : type } };
    }
  }
}

function interactiveOf({ type, button_reply, list_reply, nfm_reply }: Fields): {
  body: string;
  details: ChannelDetails;
} {
  if (type === 'button_reply') {
    const { id, title } = fieldsOf(button_reply);
    const text = wordOf(title) ?? '';
    return { body: text, details: { button: { text, payload: wordOf(id) ?? text, type: 'REPLY' } } };
  }
  if (type === 'list_reply') {
    const { id, title, description } = fieldsOf(list_reply);
    const list = { id: wordOf(id) ?? '', title: wordOf(title) ?? '', description: wordOf(description) ?? '' };
    return { body: list.title, details: { list } };
  }
  const flow = fieldsOf(nfm_reply);
  const flowData = wordOf(flow.response_json);
  return { body: wordOf(flow.body) ?? '', details: { messageType: 'interactive', ...(flowData && { flowData }) } };
}

function referralOf(told: Fields): ChannelDetails['referral'] | null {
  const pairs = [
    ['body', told.body],
    ['headline', told.headline],
    ['sourceId', told.source_id],
    ['sourceType', told.source_type],
    ['sourceUrl', told.source_url],
    ['mediaUrl', told.image_url ?? told.video_url],
    ['ctwaClid', told.ctwa_clid],
  ] as const;
  const known = pairs.flatMap(([name, value]) => (wordOf(value) === undefined ? [] : [[name, wordOf(value)]]));
  return known.length === 0 ? null : Object.fromEntries(known);
}
