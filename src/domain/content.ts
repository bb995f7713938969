/**
 * Content templates: placeholders, their values, and which of a template's types a channel gets.
 * Source: behaviour sheet 10; content_v1 description.
 */
import type { Channel } from './address.ts';
import { type Fault, findMisshapen } from './content-shapes.ts';
import { parseAction } from './persistent-action.ts';

/** What a template is made of, as it came over the wire. */
export interface Template {
  /** By name, such as `twilio/text`. */
  types: Record<string, Record<string, unknown>>;
  /** Values for placeholders that a message does not fill. */
  variables: Record<string, string>;
}

export type Variables =
  | { ok: true; values: Map<string, string> }
  | { ok: false; reason: 'unreadable' | 'too-long'; why: string };

export type Rendering =
  /** `mediaUrls`: as filled, so perhaps no addresses at all. The body may be empty when there are some. */
  | { ok: true; type: string; body: string; mediaUrls: string[] }
  /** `missing`: its only fault is that this placeholder has no value. `type`: of the template. */
  | { ok: false; reason: 'variables'; why: string; type: string; missing?: string }
  /** No type has anything for the channel. */
  | { ok: false; reason: 'nothing' };

/** Of a template, and of a message. */
export const MOST_VARIABLES = 100;
const LONGEST_VALUE = 1_600;
const KEY = /^\w{1,16}$/;
const PLACEHOLDER = /\{\{(\w{1,16})\}\}/g;

/** Reads `ContentVariables`: a JSON object of texts, none empty; numbers and booleans count as their text. */
export function readVariables(text: string): Variables {
  const wrong = (why: string): Variables => ({ ok: false, reason: 'unreadable', why });
  const tooLong = (why: string): Variables => ({ ok: false, reason: 'too-long', why });
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return wrong('it is no JSON');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return wrong('it is no JSON object');
  const entries = Object.entries(parsed);
  if (entries.length > MOST_VARIABLES) return tooLong(`${entries.length} variables, at most ${MOST_VARIABLES}`);
  const values = new Map<string, string>();
  for (const [key, value] of entries) {
    if (!KEY.test(key)) return wrong(`"${key}" is no name of up to 16 letters, digits and underscores`);
    if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      return wrong(`the value of "${key}" is no text`);
    }
    const filled = String(value);
    if (filled === '') return wrong(`the value of "${key}" is empty`);
    if (!filled.isWellFormed() || filled.includes('\0')) return wrong(`the value of "${key}" cannot be sent`);
    if (filled.length > LONGEST_VALUE) {
      return tooLong(`the value of "${key}" has ${filled.length} characters, at most ${LONGEST_VALUE}`);
    }
    values.set(key, filled);
  }
  return { ok: true, values };
}

/**
 * The text and the media that a recipient on this channel gets; `mms` is SMS where media may go with it. Placeholders
 * are filled once, from `values` and then from the template's own; what was put in is not looked at again.
 */
export function renderTemplate(
  template: Template,
  channel: Channel | 'sms' | 'mms',
  values: Map<string, string>,
): Rendering {
  const known = new Map([...Object.entries(template.variables), ...values]);
  const isPhone = channel === 'sms' || channel === 'mms';
  for (const type of ORDERS[channel]) {
    const content = template.types[type];
    const text = textOf(type, content) ?? '';
    // A phone knows no cards: only what is made for it brings media along.
    const media = isPhone && type !== 'twilio/media' ? [] : mediaOf(content);
    const isPlace = type === 'twilio/location' && content !== undefined;
    if (text === '' && media.length === 0 && !isPlace) continue;
    const filled = [text, ...media].map((one) => fill(one, known));
    const [body = '', ...mediaUrls] = filled.map((one) => (one.ok ? one.text : ''));
    const wrong = filled.find((one) => !one.ok);
    return wrong && !wrong.ok
      ? { ok: false, reason: 'variables', why: wrong.why, type, missing: wrong.missing }
      : { ok: true, type, body, mediaUrls };
  }
  return { ok: false, reason: 'nothing' };
}

/**
 * What a type and its cards offer to press: the quick replies of a template, with their placeholders filled as far as they can be. A
 * button without an id is known by its text.
 */
export function buttonsOf(template: Template, type: string, values: Map<string, string>) {
  const known = new Map([...Object.entries(template.variables), ...values]);
  const { actions, cards } = template.types[type] ?? {};
  const ofCards = (Array.isArray(cards) ? cards : []).flatMap(
    (card: { actions?: unknown } | null) => card?.actions ?? [],
  );
  const list: unknown[] = [...(Array.isArray(actions) ? actions : []), ...ofCards];
  const isReply = type === 'twilio/quick-reply';
  return list.flatMap((action): { text: string; payload: string }[] => {
    if (typeof action !== 'object' || action === null) return [];
    const { title, id, type: kind } = action as Record<string, unknown>;
    if (typeof title !== 'string' || !(isReply || kind === 'QUICK_REPLY')) return [];
    const [text, payload] = [title, typeof id === 'string' && id !== '' ? id : title].map((one) => {
      const filled = fill(one, known);
      return filled.ok ? filled.text : one;
    });
    return [{ text: text ?? title, payload: payload ?? title }];
  });
}

/** The place of `twilio/location`, as `PersistentAction` would name it; `null`: the type is another, or it is no place. */
export function placeOf(template: Template, type: string, values: Map<string, string>): string | null {
  if (type !== 'twilio/location') return null;
  const { latitude, longitude, label, address } = template.types[type] ?? {};
  const known = new Map([...Object.entries(template.variables), ...values]);
  const [lat, long, name] = [latitude, longitude, label ?? address ?? ''].map((one) => {
    const filled = fill(String(one), known);
    return filled.ok ? filled.text : '';
  });
  const place = `geo:${lat},${long}${name ? `|${name}` : ''}`;
  return parseAction(place) ? place : null;
}

/** Its own, and those of its cards. Old templates may have one text in place of a list. */
function mediaOf(content: Record<string, unknown> | undefined): string[] {
  const cards = Array.isArray(content?.cards) ? content.cards : [];
  return [content, ...cards].flatMap((part) => {
    const media: unknown = typeof part === 'object' && part !== null ? Reflect.get(part, 'media') : null;
    const list: unknown[] = Array.isArray(media) ? media : [media];
    return list.filter((one): one is string => typeof one === 'string' && one !== '');
  });
}

/** A card may have a title in place of a body, a place has a name, and the text of a code is WhatsApp's own. */
function textOf(type: string, content: Record<string, unknown> | undefined): string | null {
  if (type === 'whatsapp/authentication' && content) {
    const advice = content.add_security_recommendation === true ? ' For your security, do not share this code.' : '';
    return `{{1}} is your verification code.${advice}`;
  }
  const text = content?.body ?? content?.title ?? content?.label;
  return typeof text === 'string' && text !== '' ? text : null;
}

/** With each placeholder's value in its place. `missing`: the first one that has none. */
export function fill(
  text: string,
  values: Map<string, string>,
): { ok: true; text: string } | { ok: false; why: string; missing?: string } {
  if (text.replace(PLACEHOLDER, '').includes('{{')) {
    return { ok: false, why: 'the template has a placeholder that is not written {{name}}' };
  }
  const missing = [...text.matchAll(PLACEHOLDER)].find(([, name]) => !values.get(name ?? ''));
  if (missing) {
    const why = `nothing fills ${missing[0]}, and the template has no value for it`;
    return { ok: false, why, missing: missing[1] };
  }
  return { ok: true, text: text.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? '') };
}

/** What WhatsApp gets: the type that shows most. */
const RICHEST_FIRST = [
  'whatsapp/authentication',
  'whatsapp/flows',
  'whatsapp/card',
  'twilio/flows',
  'twilio/carousel',
  'twilio/catalog',
  'twilio/card',
  'twilio/call-to-action',
  'twilio/list-picker',
  'twilio/quick-reply',
  'twilio/schedule',
  'twilio/location',
  'twilio/media',
  'twilio/text',
];
const WITHOUT_WHATSAPP = RICHEST_FIRST.filter((type) => !type.startsWith('whatsapp/'));
/** The types made for phones come first, then the least that is lost. */
const RICH = WITHOUT_WHATSAPP.slice(0, -2)
  .filter((type) => type !== 'twilio/location')
  .reverse();
const ORDERS: Record<Channel | 'sms' | 'mms', string[]> = {
  sms: ['twilio/text', 'twilio/media', ...RICH],
  mms: ['twilio/media', 'twilio/text', ...RICH],
  whatsapp: RICHEST_FIRST,
  messenger: WITHOUT_WHATSAPP,
  rcs: WITHOUT_WHATSAPP.filter((type) => type !== 'twilio/location'),
};

/** Fields without which a type makes no sense. Other `whatsapp/…` types are kept as they come. */
const REQUIRED: Record<string, string[]> = {
  'twilio/text': ['body'],
  'twilio/media': ['media'],
  'twilio/location': ['latitude', 'longitude'],
  'twilio/list-picker': ['body', 'button', 'items'],
  'twilio/call-to-action': ['body', 'actions'],
  'twilio/quick-reply': ['body', 'actions'],
  'twilio/card': [],
  'twilio/catalog': ['body'],
  'twilio/carousel': ['body', 'cards'],
  'twilio/flows': ['body', 'button_text', 'pages', 'type'],
  'twilio/schedule': ['id', 'title', 'timeSlots'],
  'whatsapp/card': ['body'],
  'whatsapp/authentication': ['actions'],
  'whatsapp/flows': ['body', 'button_text', 'flow_id'],
};
const LONGEST_TEXT = 1_600;
const LONGEST_RICH_BODY = 1_024;
/** Lists of a type: how many entries it may have. */
const COUNTS: Record<string, { field: string; from: number; to: number }> = {
  'twilio/quick-reply': { field: 'actions', from: 1, to: 10 },
  'twilio/list-picker': { field: 'items', from: 1, to: 10 },
  'twilio/carousel': { field: 'cards', from: 2, to: 10 },
};

/** What is wrong with a type of a template: where, and what it should be; `null`: nothing. */
export function judgeType(type: string, content: unknown): Fault | null {
  // Own ones only: a type may be called `constructor`.
  const required = Object.hasOwn(REQUIRED, type) ? REQUIRED[type] : undefined;
  if (required === undefined && !type.startsWith('whatsapp/')) {
    return { at: `types.${type}`, allowed: Object.keys(REQUIRED).join(', ') };
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return { at: `types.${type}`, allowed: 'an object' };
  }
  const fields = new Map<string, unknown>(Object.entries(content));
  // Twilio's description and SDKs say `timeSlots` there, its page `time_slots`.
  if (fields.has('time_slots')) fields.set('timeSlots', fields.get('time_slots'));
  const missing = required?.find((field) => (fields.get(field) ?? '') === '');
  if (missing) return { at: `types.${type}.${missing}`, allowed: 'a value: it is required' };
  const misshapen = findMisshapen(type, Object.fromEntries(fields), `types.${type}`);
  if (misshapen) return misshapen;
  const body = fields.get('body') ?? '';
  const longest = type === 'twilio/text' || type === 'twilio/media' ? LONGEST_TEXT : LONGEST_RICH_BODY;
  if (typeof body !== 'string' || body.length > longest) {
    return { at: `types.${type}.body`, allowed: `text of up to ${longest} characters` };
  }
  const count = COUNTS[type];
  const entries = count ? fields.get(count.field) : null;
  if (!count || (Array.isArray(entries) && entries.length >= count.from && entries.length <= count.to)) return null;
  return { at: `types.${type}.${count.field}`, allowed: `a list of ${count.from} to ${count.to}` };
}
