/** What comes with a message that a phone sends on a channel, as the test-support API takes it (behaviour sheet 3.2). */
import type { ChannelDetails } from '../domain/inbound-channel.ts';
import type { InboxMessage } from '../domain/phone.ts';
import { unreadable } from './lab-request.ts';

type Fields = Record<string, unknown>;

const FLAGS = { forwarded: 'forwarded', frequently_forwarded: 'frequentlyForwarded' } as const;
const TEXTS = {
  wa_id: 'waId',
  message_type: 'messageType',
  external_user_id: 'externalUserId',
  parent_external_user_id: 'parentExternalUserId',
  profile_username: 'profileUsername',
} as const;
const JSONS = { interactive_data: 'interactiveData', flow_data: 'flowData' } as const;
const REFERRAL = {
  body: 'body',
  headline: 'headline',
  source_id: 'sourceId',
  source_type: 'sourceType',
  source_url: 'sourceUrl',
  media_id: 'mediaId',
  media_content_type: 'mediaContentType',
  media_url: 'mediaUrl',
  ctwa_clid: 'ctwaClid',
} as const;
const OF_WHATSAPP = [...Object.keys({ ...FLAGS, ...TEXTS, ...JSONS }), 'list', 'referral', 'reaction', 'reply_to'];
const LONGEST_TEXT = 1_000;
const LONGEST_JSON = 16_384;
/** A message that is older is not named when it is quoted. */
const QUOTED_MS = 7 * 86_400_000;

/** Fields of a `send` that are read here. */
export const DETAIL_FIELDS: readonly string[] = OF_WHATSAPP;

/** What is quoted; `undefined`: it is too old to be named. */
export function quoteOf({ sid, from, at }: InboxMessage, now: number): ChannelDetails['repliedTo'] {
  return now - at <= QUOTED_MS ? { sid, sender: from } : undefined;
}

/** `quoted`: the message of the phone's inbox with this SID, as it is named; `null`: there is none. */
export function whatsAppDetails(
  fields: Fields,
  channel: string,
  quoted: (sid: string) => { repliedTo: ChannelDetails['repliedTo'] } | null,
): ChannelDetails {
  const given = OF_WHATSAPP.filter((name) => fields[name] !== undefined);
  const [first] = given;
  if (first === undefined) return {};
  if (channel !== 'whatsapp') throw unreadable(first, fields[first], 'nothing: WhatsApp alone has it', 'Leave it out.');
  const reply = fields.reply_to === undefined ? null : quotedOf(fields.reply_to, quoted);
  if (fields.reaction !== undefined) text(fields.reaction, 'reaction');
  return {
    ...read(fields, FLAGS, flag),
    ...(fields.reaction !== undefined && { messageType: 'reaction' }),
    ...read(fields, TEXTS, text),
    ...read(fields, JSONS, json),
    ...(fields.list !== undefined && { list: listOf(fields.list) }),
    ...(fields.referral !== undefined && { referral: read(objectOf(fields.referral, 'referral'), REFERRAL, text) }),
    ...(reply?.repliedTo && { repliedTo: reply.repliedTo }),
  };
}

function quotedOf(value: unknown, quoted: (sid: string) => { repliedTo: ChannelDetails['repliedTo'] } | null) {
  const found = typeof value === 'string' ? quoted(value) : null;
  if (found) return found;
  throw unreadable('reply_to', value, 'the SID of a message in its inbox', 'Look into the inbox of the phone.');
}

function listOf(value: unknown): NonNullable<ChannelDetails['list']> {
  const { id, title, description = '' } = objectOf(value, 'list');
  return {
    id: text(id, 'list.id'),
    title: text(title, 'list.title'),
    description: text(description, 'list.description'),
  };
}

/** Fields under their own names, each read by `one`; what is left out stays out. */
function read<Names extends Record<string, string>, Value>(
  fields: Fields,
  names: Names,
  one: (value: unknown, place: string) => Value,
): { [Key in Names[keyof Names]]?: Value } {
  const pairs = Object.entries(names).flatMap(([name, own]) =>
    fields[name] === undefined ? [] : [[own, one(fields[name], name)] as const],
  );
  return Object.fromEntries(pairs) as { [Key in Names[keyof Names]]?: Value };
}

function flag(value: unknown, place: string): boolean {
  if (typeof value === 'boolean') return value;
  throw unreadable(place, value, 'true, false', 'Say true, or leave it out.');
}

function text(value: unknown, place: string): string {
  if (typeof value === 'string' && value.length <= LONGEST_TEXT) return value;
  throw unreadable(place, value, `a text of up to ${LONGEST_TEXT} characters`, 'Give a text.');
}

/** An object, or its JSON. */
function json(value: unknown, place: string): string {
  const whole = typeof value === 'string' ? value : JSON.stringify(value);
  if (whole !== undefined && whole.length <= LONGEST_JSON) return whole;
  throw unreadable(place, value, `an object of up to ${LONGEST_JSON} characters`, 'Shorten it.');
}

function objectOf(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw unreadable(place, value, 'an object', `Send ${place} as an object.`);
}

/** What comes of pressing a button of a message, or of choosing from its list: the text, and what goes with it. */
export function pressedOn(
  message: InboxMessage,
  fields: Fields,
  now: number,
): { body: string; channel: ChannelDetails } {
  const repliedTo = quoteOf(message, now);
  const quote = repliedTo && { repliedTo };
  const { card } = message;
  const buttons = buttonsOf(message);
  if (fields.item !== undefined) {
    const { items = [] } = card ?? {};
    const item = items.find(({ id, item: title }) => id === fields.item || title === fields.item);
    if (!item)
      throw notThere(
        'item',
        fields.item,
        items.map(({ id }) => id),
        'it has no list',
      );
    const list = { id: item.id, title: item.item, description: item.description };
    return { body: item.item, channel: { list, ...quote } };
  }
  const name = fields.payload === undefined ? 'button' : 'payload';
  const button = buttons.find((one) => (name === 'button' ? one.text : one.payload) === fields[name]);
  if (!button) {
    const there = buttons.map((one) => (name === 'button' ? one.text : one.payload));
    throw notThere(name, fields[name], there, 'it has no buttons');
  }
  return { body: button.text, channel: { button, ...quote } };
}

/**
 * What a phone can press so that the app hears of it: replies, and on RCS the actions too, which open something on the
 * phone and are reported all the same.
 */
export function buttonsOf({ buttons = [], card, channel }: InboxMessage): NonNullable<ChannelDetails['button']>[] {
  const actions = channel === 'rcs' ? (card?.buttons ?? []).filter(({ kind }) => kind !== 'QUICK_REPLY') : [];
  return [
    ...buttons.map((one) => ({ ...one, type: 'REPLY' as const })),
    ...actions.map(({ text }) => ({ text, payload: text, type: 'ACTION' as const })),
  ];
}

function notThere(name: string, received: unknown, there: string[], why: string): Error {
  return unreadable(name, received, there.join(', ') || `nothing: ${why}`, 'Press one of these.');
}
