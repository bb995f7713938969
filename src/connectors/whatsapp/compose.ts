/**
 * A submission as the Graph API takes it: one object a message. Of what a template has, WhatsApp gets its own template
 * where it knows it, else the same as a message of the conversation, as far as there is a form for it.
 */
import type { Card } from '../../domain/content-card.ts';
import type { MadeTemplate } from '../../domain/made-template.ts';
import { parseAction } from '../../domain/persistent-action.ts';
import type { Submission } from '../connector.ts';
import { textOf } from '../hand-over.ts';

/** A file as WhatsApp is told of it. */
export type MediaReference = { link: string } | { id: string };

/** `type` and the object of that name. */
export type Composed = { ok: true; message: Record<string, unknown> } | { ok: false; errorCode: number; note: string };

export interface Ready {
  submission: Submission;
  /** The one that WhatsApp carries. */
  media: { contentType: string; reference: MediaReference } | null;
  /** Known to WhatsApp by a name. */
  template: MadeTemplate | null;
}

const NO_FORM = 63006;
const LABELS = { button: 20, row: 24, description: 72, header: 60, footer: 60 };

export function compose({ submission, media, template }: Ready): Composed {
  const text = textOf(submission);
  if (template) return made('template', templateObject(template, media));
  const place = submission.actions.map(parseAction).find((one) => one !== null);
  if (place) {
    const { latitude, longitude, label } = place;
    const name = text || label;
    const address = text && label ? label : undefined;
    return made('location', { latitude, longitude, ...(name && { name }), ...(address && { address }) });
  }
  const { card } = submission.content ?? {};
  if (card?.items || card?.buttons || card?.cards) return interactive(card, text, media);
  if (media) {
    const kind = kindOf(media.contentType);
    const caption = text && kind !== 'audio' && kind !== 'sticker' ? { caption: text } : {};
    const filename = kind === 'document' ? { filename: `file.${extensionOf(media.contentType)}` } : {};
    return made(kind, { ...media.reference, ...caption, ...filename });
  }
  if (text === '') return { ok: false, errorCode: NO_FORM, note: 'it has nothing that WhatsApp shows' };
  return made('text', { body: text, preview_url: /https?:\/\//.test(text) });
}

/** How WhatsApp calls a file of this type in a message. */
function kindOf(contentType: string): 'image' | 'audio' | 'video' | 'document' | 'sticker' {
  if (contentType === 'image/webp') return 'sticker';
  const [family] = contentType.split('/', 1);
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
}

function made(type: string, object: Record<string, unknown>): Composed {
  return { ok: true, message: { type, [type]: object } };
}

function templateObject({ name, language, header, body, buttons = [] }: MadeTemplate, media: Ready['media']) {
  const texts = (values: string[]) => values.map((text) => ({ type: 'text', text }));
  const components: Record<string, unknown>[] = [];
  if (media) {
    const kind = kindOf(media.contentType);
    const parameter = {
      type: kind === 'sticker' ? 'image' : kind,
      [kind === 'sticker' ? 'image' : kind]: media.reference,
    };
    components.push({ type: 'header', parameters: [parameter] });
  } else if (header) components.push({ type: 'header', parameters: texts(header) });
  if (body.length > 0) components.push({ type: 'body', parameters: texts(body) });
  for (const { index, kind, value } of buttons) {
    const [subType, parameter] =
      kind === 'url'
        ? ['url', { type: 'text', text: value }]
        : kind === 'reply'
          ? ['quick_reply', { type: 'payload', payload: value }]
          : ['copy_code', { type: 'coupon_code', coupon_code: value }];
    components.push({ type: 'button', sub_type: subType, index: String(index), parameters: [parameter] });
  }
  return { name, language: { code: language }, ...(components.length > 0 && { components }) };
}

/** Buttons that answer, one that opens a page, or a list: more than that is for templates alone. */
function interactive(card: Card, text: string, media: Ready['media']): Composed {
  const body = { text: text || card.title || card.body || ' ' };
  const title = card.header ?? (card.title === body.text ? undefined : card.title);
  const kind = media && kindOf(media.contentType);
  const header =
    media && (kind === 'image' || kind === 'video' || kind === 'document')
      ? { type: kind, [kind]: media.reference }
      : title && { type: 'text', text: cut(title, LABELS.header) };
  const footer = card.footer ?? card.subtitle;
  const faces = { ...(header && { header }), body, ...(footer && { footer: { text: cut(footer, LABELS.footer) } }) };
  if (card.items && card.items.length <= 10) {
    const rows = card.items.map(({ id, item, description }) => ({
      id,
      title: cut(item, LABELS.row),
      ...(description && { description: cut(description, LABELS.description) }),
    }));
    const action = { button: cut(card.button ?? 'Choose', LABELS.button), sections: [{ rows }] };
    // A list has a header of text alone.
    const { header: top, ...rest } = faces;
    return made('interactive', { type: 'list', ...(top?.type === 'text' && { header: top }), ...rest, action });
  }
  const buttons = card.buttons ?? [];
  const [first] = buttons;
  if (buttons.length >= 1 && buttons.length <= 3 && buttons.every((one) => one.kind === 'QUICK_REPLY')) {
    const replies = buttons.map((one) => ({
      type: 'reply',
      reply: { id: one.payload ?? one.text, title: cut(one.text, LABELS.button) },
    }));
    return made('interactive', { type: 'button', ...faces, action: { buttons: replies } });
  }
  if (first?.kind === 'URL' && first.url !== undefined && buttons.length === 1) {
    const parameters = { display_text: cut(first.text, LABELS.button), url: first.url };
    return made('interactive', { type: 'cta_url', ...faces, action: { name: 'cta_url', parameters } });
  }
  const note = `${card.type} as it is needs a template that WhatsApp knows: submit it for approval`;
  return { ok: false, errorCode: NO_FORM, note };
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : characters.slice(0, most).join('');
}

function extensionOf(contentType: string): string {
  const known: Record<string, string> = { 'text/plain': 'txt', 'text/vcard': 'vcf', 'text/x-vcard': 'vcf' };
  return known[contentType] ?? contentType.split('/')[1]?.replace(/[^a-z0-9].*$/s, '') ?? 'bin';
}
