/**
 * Request templates: text with `{names}`, filled in the way of the place they stand in, so that no value can become
 * anything but a value there. A brace that begins no name is a brace: JSON is full of them.
 */

export type Place = 'url' | 'header' | 'json' | 'form' | 'xml' | 'text';

/** What a message has to fill in. Media and actions may be many; where one alone fits it is the first. */
export interface Filling {
  texts: Readonly<Record<string, string>>;
  lists: Readonly<Record<string, readonly string[]>>;
}

export type Template = (string | { name: string; digits: boolean })[];

const NAME = /\{([a-z][a-z_]*)(\|digits)?\}/g;

/** Of a message, then of the settings. `media_urls` is for JSON: the elements of a list. */
export const NAMES = [
  'from',
  'to',
  'text',
  'sid',
  'key',
  'media_url',
  'media_urls',
  'action',
  'base_url',
  'username',
  'password',
  'receipt_url',
  'inbound_url',
] as const;
const LISTS = ['media_url', 'action'];

/** The template, or the first name in it that is none. */
export function readTemplate(text: string): { ok: true; template: Template } | { ok: false; name: string } {
  const template: Template = [];
  let end = 0;
  for (const match of text.matchAll(NAME)) {
    const [whole, name = '', digits] = match;
    if (!NAMES.includes(name as (typeof NAMES)[number])) return { ok: false, name: whole };
    template.push(text.slice(end, match.index), { name, digits: digits !== undefined });
    end = match.index + whole.length;
  }
  template.push(text.slice(end));
  return { ok: true, template };
}

export function fillTemplate(template: Template, place: Place, filling: Filling): string {
  return template.map((piece) => (typeof piece === 'string' ? piece : fillPiece(piece, place, filling))).join('');
}

/** The list that a template asks for, when it asks for one: then it is filled once for each of its elements. */
export function listIn(template: Template): string | null {
  const piece = template.find((one) => typeof one !== 'string' && LISTS.includes(one.name));
  return typeof piece === 'object' ? piece.name : null;
}

export function asks(template: Template | null, name: string): boolean {
  return template?.some((piece) => typeof piece !== 'string' && piece.name === name) ?? false;
}

function fillPiece({ name, digits }: { name: string; digits: boolean }, place: Place, { texts, lists }: Filling) {
  if (name === 'media_urls') return (lists.media_url ?? []).map((one) => JSON.stringify(one)).join(', ');
  const value = texts[name] ?? lists[name]?.[0] ?? '';
  const shown = digits ? value.replaceAll(/\D/g, '') : value;
  // It begins a URL, and is the operator's own.
  return name === 'base_url' && place === 'url' ? shown : escapeFor(shown, place);
}

const XML: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

function escapeFor(value: string, place: Place): string {
  switch (place) {
    case 'url':
    case 'form':
      return encodeURIComponent(value.toWellFormed());
    case 'header':
      // They would end the header, or are refused by HTTP.
      return value.replaceAll(/\p{Cc}/gu, ' ');
    case 'json':
      return JSON.stringify(value).slice(1, -1);
    case 'xml':
      // XML 1.0 cannot hold control characters in any form.
      return value
        .replaceAll(/[^\P{Cc}\t\n\r]|[\ufffe\uffff]/gu, '\ufffd')
        .replaceAll(/[&<>"']/g, (one) => XML[one] ?? one);
    case 'text':
      return value;
  }
}
