/**
 * Content templates: placeholders, their values, and which of a template's types a channel gets.
 * Source: behaviour sheet 10; content_v1 description.
 */
import type { Channel } from './address.ts';

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
  | { ok: true; type: string; body: string }
  | { ok: false; reason: 'variables'; why: string }
  /** No type has a text to send; `hasMedia`: because there is only media. */
  | { ok: false; reason: 'no-text'; hasMedia: boolean };

const MOST_VARIABLES = 100;
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
 * The text that a recipient on this channel gets. Its placeholders are filled once, from `values` and then from the
 * template's own; what was put in is not looked at again.
 */
export function renderTemplate(template: Template, channel: Channel | 'sms', values: Map<string, string>): Rendering {
  const order = channel === 'sms' ? PLAINEST_FIRST : channel === 'whatsapp' ? RICHEST_FIRST : WITHOUT_WHATSAPP;
  for (const type of order) {
    const text = textOf(template.types[type]);
    if (text === null || (type === 'twilio/media' && hasMedia(template))) continue;
    const known = new Map([...Object.entries(template.variables), ...values]);
    const filled = fill(text, known);
    return filled.ok ? { ok: true, type, body: filled.text } : { ok: false, reason: 'variables', why: filled.why };
  }
  return { ok: false, reason: 'no-text', hasMedia: hasMedia(template) };
}

function hasMedia(template: Template): boolean {
  const media = template.types['twilio/media']?.media;
  return Array.isArray(media) && media.length > 0;
}

/** A card may have a title in place of a body. */
function textOf(content: Record<string, unknown> | undefined): string | null {
  const text = content?.body ?? content?.title;
  return typeof text === 'string' && text !== '' ? text : null;
}

function fill(text: string, values: Map<string, string>): { ok: true; text: string } | { ok: false; why: string } {
  if (text.replace(PLACEHOLDER, '').includes('{{')) {
    return { ok: false, why: 'the template has a placeholder that is not written {{name}}' };
  }
  const missing = [...text.matchAll(PLACEHOLDER)].find(([, name]) => !values.get(name ?? ''));
  if (missing) return { ok: false, why: `nothing fills ${missing[0]}, and the template has no value for it` };
  return { ok: true, text: text.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? '') };
}

/** What WhatsApp gets: the type that shows most. Media come last, as no connector carries a template's media yet. */
const RICHEST_FIRST = [
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
  'twilio/text',
  'twilio/media',
];
const WITHOUT_WHATSAPP = RICHEST_FIRST.filter((type) => !type.startsWith('whatsapp/'));
/** A phone shows text alone, so the type made for it comes first, then the least that is lost. */
const PLAINEST_FIRST = ['twilio/text', 'twilio/media', ...WITHOUT_WHATSAPP.slice(0, -2).reverse()];

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
  'twilio/schedule': ['id', 'title', 'time_slots'],
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
export function judgeType(type: string, content: unknown): { at: string; allowed: string } | null {
  const required = REQUIRED[type];
  if (required === undefined && !type.startsWith('whatsapp/')) {
    return { at: `types.${type}`, allowed: Object.keys(REQUIRED).join(', ') };
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    return { at: `types.${type}`, allowed: 'an object' };
  }
  const fields = new Map<string, unknown>(Object.entries(content));
  const missing = required?.find((field) => (fields.get(field) ?? '') === '');
  if (missing) return { at: `types.${type}.${missing}`, allowed: 'a value: it is required' };
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
