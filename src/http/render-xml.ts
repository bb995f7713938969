/** XML as the original spells it: PascalCase elements, null as an empty element, paths without extension. */
import type { ApiError } from '../domain/errors.ts';
import type { List, Resource } from './answer.ts';

const PROLOG = "<?xml version='1.0' encoding='UTF-8'?>\n";

/** Order of a Message's elements as recorded; JSON has its own. Resources not named here keep their JSON order. */
const ORDERS: Record<string, string[]> = {
  Message: [
    'sid',
    'date_created',
    'date_updated',
    'date_sent',
    'account_sid',
    'to',
    'from',
    'messaging_service_sid',
    'body',
    'status',
    'num_segments',
    'num_media',
    'direction',
    'api_version',
    'price',
    'price_unit',
    'error_code',
    'error_message',
    'uri',
    'subresource_uris',
    'tags',
  ],
};

export function xmlResource(element: string, resource: Resource): string {
  return `${PROLOG}<TwilioResponse>${record(element, resource)}</TwilioResponse>`;
}

/** A page: its numbers and paths are attributes in lower case without underscores. */
export function xmlList(list: List, start: number, end: number): string {
  const attributes = [
    ['page', String(list.page)],
    ['pagesize', String(list.pageSize)],
    ['start', String(start)],
    ['end', String(end)],
    ['uri', list.uri],
    ['firstpageuri', list.firstUri],
    ['previouspageuri', list.previousUri ?? ''],
    ['nextpageuri', list.nextUri ?? ''],
  ].map(([name, value]) => ` ${name}="${escapeXml(bare(value ?? ''))}"`);
  const records = list.resources.map((resource) => record(list.element, resource)).join('');
  return `${PROLOG}<TwilioResponse><${list.container}${attributes.join('')}>${records}</${list.container}></TwilioResponse>`;
}

export function xmlError(error: ApiError): string {
  const more = `https://www.twilio.com/docs/errors/${error.code}`;
  return `${PROLOG}<TwilioResponse><RestException><Code>${error.code}</Code><Message>${escapeXml(error.message)}</Message><MoreInfo>${more}</MoreInfo><Status>${error.status}</Status></RestException></TwilioResponse>`;
}

function record(element: string, resource: Resource): string {
  const names = ORDERS[element] ?? Object.keys(resource);
  return `<${element}>${names.map((name) => field(name, resource[name])).join('')}</${element}>`;
}

function field(name: string, value: unknown): string {
  const element = pascal(name);
  if (value === null || value === undefined || value === '') return `<${element}/>`;
  if (typeof value !== 'object')
    return `<${element}>${escapeXml(name === 'uri' ? bare(`${value}`) : `${value}`)}</${element}>`;
  if (Array.isArray(value))
    return `<${element}>${value.map((one) => field(singular(name), one)).join('')}</${element}>`;
  const entries = Object.entries(value);
  if (entries.length === 0) return `<${element}/>`;
  // The names of tags are free text, so they cannot be element names.
  const inner = name === 'tags' ? entries.map(tag) : entries.map(([key, one]) => field(key, inside(name, one)));
  return `<${element}>${inner.join('')}</${element}>`;
}

/** An item is named by what holds it: `countries` have `<Country>`. */
function singular(name: string): string {
  return name.endsWith('ies') ? `${name.slice(0, -3)}y` : name.replace(/s$/, '');
}

function tag([name, value]: [string, unknown]): string {
  return `<Tag name="${escapeXml(name)}">${escapeXml(`${value}`)}</Tag>`;
}

function inside(name: string, value: unknown): unknown {
  return name === 'subresource_uris' ? bare(`${value}`) : value;
}

/** `/…/Messages.json?Page=0` → `/…/Messages?Page=0`. */
function bare(uri: string): string {
  return uri.replace(/\.json(?=$|\?)/, '');
}

function pascal(name: string): string {
  return name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\r': '&#13;' };

/** Escapes for text and attributes. Control characters that XML 1.0 cannot carry at all become U+FFFD. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd')
      .replace(/[&<>"\r]/g, (character) => ENTITIES[character] ?? character)
  );
}
