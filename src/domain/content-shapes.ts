/**
 * In which JSON the fields of content types are written. Source: content_v1 description; null is nothing, as PHP's and
 * Python's SDKs write it for whatever was not given.
 */

/** `number` and `boolean` are also taken as texts, as PHP's SDK writes them; a list of one: entries with such fields. */
type Kind = 'text' | 'texts' | 'text or texts' | 'number' | 'boolean' | [entry: Fields];
interface Fields {
  [name: string]: Kind;
}

const ACTION: Fields = {
  type: 'text',
  title: 'text',
  // Twilio's page on cards puts addresses with placeholders in a list.
  url: 'text or texts',
  phone: 'text',
  code: 'text',
  id: 'text',
  webview_size: 'text',
  copy_code_text: 'text',
};
const FLOW: Fields = { button_text: 'text', subtitle: 'text', media_url: 'text' };

/** Bodies are not here: they are judged with their length. Nor is `timeSlots`, which descriptions disagree about. */
const SHAPES: Record<string, Fields> = {
  'twilio/media': { media: 'texts' },
  'twilio/location': { latitude: 'number', longitude: 'number', label: 'text', id: 'text', address: 'text' },
  'twilio/list-picker': { button: 'text', items: [{ id: 'text', item: 'text', description: 'text' }] },
  'twilio/call-to-action': { actions: [ACTION] },
  'twilio/quick-reply': { actions: [ACTION] },
  'twilio/card': { title: 'text', subtitle: 'text', media: 'texts', actions: [ACTION] },
  'twilio/catalog': {
    title: 'text',
    subtitle: 'text',
    id: 'text',
    items: [
      { id: 'text', section_title: 'text', name: 'text', media_url: 'text', price: 'number', description: 'text' },
    ],
    dynamic_items: 'text',
  },
  'twilio/carousel': { cards: [{ title: 'text', body: 'text', media: 'text or texts', actions: [ACTION] }] },
  'twilio/flows': {
    ...FLOW,
    type: 'text',
    pages: [
      { id: 'text', next_page_id: 'text', title: 'text', subtitle: 'text', layout: [{ label: 'text', type: 'text' }] },
    ],
  },
  'twilio/schedule': { id: 'text', title: 'text' },
  'whatsapp/card': { footer: 'text', header_text: 'text', media: 'texts', actions: [ACTION] },
  'whatsapp/authentication': {
    add_security_recommendation: 'boolean',
    code_expiration_minutes: 'number',
    actions: [ACTION],
  },
  'whatsapp/flows': {
    ...FLOW,
    flow_id: 'text',
    flow_token: 'text',
    flow_first_page_id: 'text',
    is_flow_first_page_endpoint: 'boolean',
  },
};

const ALLOWED: Record<Extract<Kind, string>, string> = {
  text: 'text',
  texts: 'a list of texts',
  'text or texts': 'text',
  number: 'a number',
  boolean: 'true or false',
};

export interface Fault {
  at: string;
  /** What should be there. */
  allowed: string;
}

/** The first field of a type's content that is no such JSON as it should be; `null`: there is none. */
export function findMisshapen(type: string, content: Record<string, unknown>, at: string): Fault | null {
  return Object.hasOwn(SHAPES, type) ? judgeFields(SHAPES[type] ?? {}, content, at) : null;
}

/**
 * The same content with numbers and booleans as such where its fields are that, although they came as texts. Nothing
 * else is touched: a placeholder becomes one when it is filled. The content was judged before.
 */
export function withPlainValues(type: string, content: Record<string, unknown>): Record<string, unknown> {
  return Object.hasOwn(SHAPES, type) ? plainFields(SHAPES[type] ?? {}, content) : content;
}

function plainFields(fields: Fields, values: Record<string, unknown>): Record<string, unknown> {
  const plain = Object.entries(values).map(([name, value]): [string, unknown] => {
    const kind = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (Array.isArray(kind) && Array.isArray(value)) return [name, value.map((entry) => plainFields(kind[0], entry))];
    return [name, typeof value === 'string' ? plainValue(kind, value) : value];
  });
  return Object.fromEntries(plain);
}

function plainValue(kind: Kind | undefined, text: string): string | number | boolean {
  if (kind === 'number' && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind === 'boolean' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}

function judgeFields(fields: Fields, values: Record<string, unknown>, at: string): Fault | null {
  return firstFault(Object.entries(fields), ([name, kind]) => judge(kind, values[name], `${at}.${name}`));
}

function judge(kind: Kind, value: unknown, at: string): Fault | null {
  if (value === undefined || value === null) return null;
  if (typeof kind === 'string') return fits(kind, value) ? null : { at, allowed: ALLOWED[kind] };
  if (!Array.isArray(value)) return { at, allowed: 'a list of objects' };
  return firstFault([...value.entries()], ([index, entry]) => {
    const place = `${at}[${index}]`;
    const isObject = typeof entry === 'object' && entry !== null && !Array.isArray(entry);
    return isObject ? judgeFields(kind[0], entry, place) : { at: place, allowed: 'an object' };
  });
}

function fits(kind: Extract<Kind, string>, value: unknown): boolean {
  const isText = typeof value === 'string';
  const areTexts = Array.isArray(value) && value.every((one) => typeof one === 'string');
  switch (kind) {
    case 'text':
      return isText;
    case 'texts':
      return areTexts;
    case 'text or texts':
      return isText || areTexts;
    case 'number':
      // A placeholder becomes one when it is filled.
      return Number.isFinite(value) || (isText && (value.includes('{{') || Number.isFinite(Number(value))));
    case 'boolean':
      return typeof value === 'boolean' || (isText && /^(true|false)?$/i.test(value));
  }
}

function firstFault<Item>(items: Item[], judgeOne: (item: Item) => Fault | null): Fault | null {
  for (const item of items) {
    const fault = judgeOne(item);
    if (fault) return fault;
  }
  return null;
}
