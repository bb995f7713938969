/**
 * What a template shows beside its text on a channel: titles, buttons, a list, cards. A carrier that knows templates
 * builds its own form from this; a simulated phone shows it, and can press what is there to be pressed.
 */
import { fill, type Template } from './content.ts';

export interface Card {
  /** Such as `twilio/card`. */
  type: string;
  title?: string;
  subtitle?: string;
  header?: string;
  footer?: string;
  /** Everything to press, in order. */
  buttons?: CardButton[];
  /** Of a list: what opens it, and what can be chosen. */
  button?: string;
  items?: { id: string; item: string; description: string }[];
  /** Of a carousel. */
  cards?: Omit<Card, 'type' | 'cards'>[];
  body?: string;
  media?: string[];
}

export interface CardButton {
  /** `QUICK_REPLY`, `URL`, `PHONE_NUMBER`, `COPY_CODE` and the like. */
  kind: string;
  text: string;
  /** What the app gets back of a quick reply. */
  payload?: string;
  url?: string;
  phone?: string;
  code?: string;
}

type Fields = Record<string, unknown>;

/** `null`: the type has nothing but text and media. Placeholders are filled as far as they can be. */
export function cardOf(template: Template, type: string, values: Map<string, string>): Card | null {
  const content = template.types[type];
  if (!content || PLAIN.includes(type)) return null;
  const known = new Map([...Object.entries(template.variables), ...values]);
  const text = (value: unknown): string | undefined => {
    if (typeof value !== 'string' || value === '') return undefined;
    const filled = fill(value, known);
    return filled.ok ? filled.text : value;
  };
  const { button: opener, items, cards } = content;
  const card: Card = {
    type,
    ...facesOf(content, type, text),
    ...given({ button: text(opener ?? content.button_text) }),
    ...some(
      'items',
      listOf(items).flatMap((item) => itemOf(item, text)),
    ),
    ...some(
      'cards',
      listOf(cards).map((one) => ({
        ...facesOf(one, type, text),
        ...given({ body: text(one.body) }),
        ...some(
          'media',
          textsOf(one.media).flatMap((url) => text(url) ?? []),
        ),
      })),
    ),
  };
  return Object.keys(card).length > 1 ? card : null;
}

const PLAIN = ['twilio/text', 'twilio/media', 'twilio/location'];

function facesOf(content: Fields, type: string, text: (value: unknown) => string | undefined) {
  return {
    ...given({
      title: text(content.title),
      subtitle: text(content.subtitle),
      header: text(content.header_text),
      footer: text(content.footer),
    }),
    ...some(
      'buttons',
      listOf(content.actions).flatMap((action) => buttonOf(action, type, text)),
    ),
  };
}

function buttonOf(action: Fields, type: string, text: (value: unknown) => string | undefined): CardButton[] {
  const title = text(action.title ?? action.copy_code_text);
  if (title === undefined) return [];
  const kind = typeof action.type === 'string' ? action.type : type === 'twilio/quick-reply' ? 'QUICK_REPLY' : 'URL';
  const payload = kind === 'QUICK_REPLY' ? (text(action.id) ?? title) : undefined;
  return [
    {
      kind,
      text: title,
      ...given({ payload, url: text(action.url), phone: text(action.phone), code: text(action.code) }),
    },
  ];
}

function itemOf(item: Fields, text: (value: unknown) => string | undefined) {
  const [id, name] = [text(item.id), text(item.item)];
  return name === undefined ? [] : [{ id: id ?? name, item: name, description: text(item.description) ?? '' }];
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'object' && one !== null) : [];
}

function textsOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

/** Without what is not there. */
function given<Key extends string>(fields: Record<Key, string | undefined>): { [Name in Key]?: string } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in Key]?: string;
  };
}

function some<Key extends string, Item>(key: Key, items: Item[]): { [Name in Key]?: Item[] } {
  return (items.length > 0 ? { [key]: items } : {}) as { [Name in Key]?: Item[] };
}
