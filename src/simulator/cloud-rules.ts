/** What WhatsApp Cloud demands of a message before it takes it, from its public description. */

type Fields = Record<string, unknown>;

/** `header` and `body`: how many placeholders each has. */
export interface KnownTemplate {
  name: string;
  language: string;
  header?: number | 'image' | 'video' | 'document';
  body: number;
}

export interface RuleParts {
  templates: KnownTemplate[];
  hasFile: (id: string) => boolean;
}

export type JudgedMessage = { ok: true; message: Fields } | { ok: false; code: number; why: string };

class Refused extends Error {
  readonly code: number;

  constructor(code: number, why: string) {
    super(why);
    this.code = code;
  }
}

const TYPES = ['text', 'image', 'audio', 'video', 'document', 'sticker', 'location', 'interactive', 'template'];
const ENVELOPE = ['messaging_product', 'recipient_type', 'to', 'type', 'context', 'biz_opaque_callback_data'];

export function judgeMessage(body: Uint8Array, parts: RuleParts): JudgedMessage {
  try {
    return { ok: true, message: judge(JSON.parse(Buffer.from(body).toString('utf8')), parts) };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, code: error.code, why: error.message };
    return { ok: false, code: 100, why: 'The body is no JSON' };
  }
}

function judge(given: unknown, parts: RuleParts): Fields {
  const message = object(given, 'the body');
  if (message.messaging_product !== 'whatsapp') throw new Refused(100, 'The parameter messaging_product is required.');
  if (typeof message.to !== 'string' || !/^\+?\d{6,15}$/.test(message.to)) throw new Refused(131009, 'to');
  const type = String(message.type ?? 'text');
  if (!TYPES.includes(type)) throw new Refused(100, `Param type must be one of {${TYPES.join(', ')}}`);
  const stray = Object.keys(message).find((key) => key !== type && !ENVELOPE.includes(key));
  if (stray !== undefined) throw new Refused(100, `Unexpected key "${stray}"`);
  if (message[type] === undefined) throw new Refused(131008, `Parameter of type ${type} is missing`);
  const own = object(message[type], type);
  switch (type) {
    case 'text':
      text(own.body, 'text.body', 4_096);
      return message;
    case 'location':
      if (typeof own.latitude !== 'number' || typeof own.longitude !== 'number') throw new Refused(131009, 'location');
      return message;
    case 'interactive':
      interactive(own, parts);
      return message;
    case 'template':
      template(own, parts);
      return message;
    default:
      file(own, type, parts);
      if (own.caption !== undefined) {
        if (type === 'audio' || type === 'sticker') throw new Refused(100, `Unexpected key "caption" on ${type}`);
        text(own.caption, `${type}.caption`, 1_024);
      }
      return message;
  }
}

function file(own: Fields, place: string, { hasFile }: RuleParts): void {
  const { id, link } = own;
  if ((id === undefined) === (link === undefined)) throw new Refused(100, `${place} needs one of id and link`);
  if (id !== undefined && !hasFile(String(id))) throw new Refused(131009, `${place}.id is not a file`);
  if (link !== undefined && !/^https?:\/\/\S+$/.test(String(link))) throw new Refused(131009, `${place}.link`);
}

function interactive(own: Fields, parts: RuleParts): void {
  const { header, body, footer } = own;
  const action = object(own.action, 'interactive.action');
  text(object(body, 'interactive.body').text, 'interactive.body.text', own.type === 'list' ? 4_096 : 1_024);
  if (footer !== undefined) text(object(footer, 'interactive.footer').text, 'interactive.footer.text', 60);
  if (header !== undefined) {
    const top = object(header, 'interactive.header');
    if (top.type === 'text') text(top.text, 'interactive.header.text', 60);
    else if (own.type === 'list') throw new Refused(131009, 'a list has a header of text');
    else file(object(top[String(top.type)], 'interactive.header'), 'interactive.header', parts);
  }
  switch (own.type) {
    case 'button': {
      const buttons = list(action.buttons, 'interactive.action.buttons', 3);
      const ids = buttons.map((one) => object(one.reply, 'reply'));
      for (const { id, title } of ids) {
        text(id, 'reply.id', 256);
        text(title, 'reply.title', 20);
      }
      if (new Set(ids.map(({ title }) => title)).size < ids.length) throw new Refused(131009, 'titles are the same');
      return;
    }
    case 'list': {
      text(action.button, 'interactive.action.button', 20);
      const rows = list(action.sections, 'sections', 10).flatMap((section) => list(section.rows, 'rows', 10));
      if (rows.length > 10) throw new Refused(131009, 'more than 10 rows');
      for (const { id, title, description } of rows) {
        text(id, 'row.id', 200);
        text(title, 'row.title', 24);
        if (description !== undefined) text(description, 'row.description', 72);
      }
      return;
    }
    case 'cta_url': {
      const { display_text, url } = object(action.parameters, 'interactive.action.parameters');
      text(display_text, 'display_text', 20);
      if (action.name !== 'cta_url' || !/^https?:\/\//.test(String(url))) throw new Refused(131009, 'cta_url');
      return;
    }
    default:
      throw new Refused(131009, 'interactive.type');
  }
}

function template(own: Fields, parts: RuleParts): void {
  const language = object(own.language, 'template.language').code;
  const known = parts.templates.find((one) => one.name === own.name && one.language === language);
  if (!known) throw new Refused(132001, 'Template name does not exist in the translation');
  const components = list(own.components ?? [], 'template.components', 20, 0);
  const of = (type: string) => list(components.find((one) => one.type === type)?.parameters ?? [], type, 100, 0);
  const [header, body] = [of('header'), of('body')];
  if (body.length !== known.body) throw new Refused(132000, `body: ${body.length}, expected ${known.body}`);
  const wanted = known.header ?? 0;
  if (typeof wanted === 'number') {
    if (header.length !== wanted) throw new Refused(132000, `header: ${header.length}, expected ${wanted}`);
  } else {
    if (header[0]?.type !== wanted) throw new Refused(132012, `header: expected ${wanted}`);
    file(object(header[0][wanted], 'header'), 'header', parts);
  }
  for (const one of body) text(one.text, 'a body parameter', 1_024);
}

function object(value: unknown, place: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new Refused(131008, `${place} is missing`);
}

function list(value: unknown, place: string, most: number, least = 1): Fields[] {
  if (!Array.isArray(value) || value.length > most || value.length < least) throw new Refused(131009, place);
  return value.map((one) => object(one, place));
}

function text(value: unknown, place: string, most: number): void {
  if (typeof value !== 'string' || value === '') throw new Refused(131008, `${place} is missing`);
  if ([...value].length > most) throw new Refused(131009, `${place} is longer than ${most} characters`);
}
