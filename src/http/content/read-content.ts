/** The JSON bodies of the content host, checked: a template, and a request for its approval. */
import { judgeType, MOST_VARIABLES, type Template } from '../../domain/content.ts';
import { withPlainValues } from '../../domain/content-shapes.ts';
import { refuse } from '../../domain/errors.ts';

/** What a request says about a template; `undefined`: nothing. */
export interface ContentRequest extends Template {
  friendlyName: string | undefined;
  language: string | undefined;
}

const LANGUAGE = /^[a-z]{2,3}(_[A-Za-z]{2,4})?$/;
const CATEGORIES = ['UTILITY', 'MARKETING', 'AUTHENTICATION'];
const LONGEST_APPROVAL_NAME = 512;
const LONGEST_NAME = 256;
/** Deeper than any type goes, and far from where whoever walks it runs out of stack. */
const DEEPEST = 100;

/** Refuses with 400/20001, naming the place in the body, what has no known type or lacks what its type requires. */
export function readContentRequest(body: unknown): ContentRequest {
  const given = bodyOf(body);
  const types = readTypes(given.get('types'));
  const friendlyName = textOf(given, 'friendly_name') ?? textOf(given, 'friendlyName');
  if (friendlyName !== undefined && friendlyName.length > LONGEST_NAME) {
    throw wrong('friendly_name', `${friendlyName.length} characters`, `up to ${LONGEST_NAME} characters`);
  }
  const language = textOf(given, 'language');
  if (language !== undefined && !LANGUAGE.test(language)) {
    throw wrong('language', language, 'a language code such as en or pt_BR');
  }
  return { friendlyName, language, types, variables: readValues(given.get('variables')) };
}

export interface ApprovalRequest {
  /** Lower-case letters, digits and underscores alone. */
  name: string;
  category: string;
  /** How long the channel may try to deliver what is made from the template; `null`: as long as it likes. */
  sendTtlSeconds: number | null;
}

export function readApprovalRequest(body: unknown): ApprovalRequest {
  const given = bodyOf(body);
  const name = textOf(given, 'name') ?? '';
  if (!/^[a-z0-9_]+$/.test(name) || name.length > LONGEST_APPROVAL_NAME) {
    throw wrong('name', name, 'lower-case letters, digits and underscores');
  }
  const category = textOf(given, 'category') ?? '';
  if (!CATEGORIES.includes(category)) throw wrong('category', category, CATEGORIES.join(', '));
  return { name, category, sendTtlSeconds: readTtl(given) };
}

/** As the SDK sends it, and as the wire has it. */
function readTtl(given: Map<string, unknown>): number | null {
  const ttl = given.get('send_ttl_seconds') ?? given.get('sendTtlSeconds') ?? null;
  if (ttl === null || (typeof ttl === 'number' && Number.isInteger(ttl) && ttl > 0)) return ttl;
  throw wrong('send_ttl_seconds', JSON.stringify(ttl), 'whole seconds, 1 or more');
}

function readTypes(given: unknown): Template['types'] {
  const types = [...objectOf(given, 'types')].filter(([, content]) => content !== null).map(toWire);
  if (types.length === 0) throw wrong('types', '{}', 'at least one type, such as twilio/text');
  for (const [type, content] of types) {
    const fault = judgeType(type, content);
    if (fault) throw wrong(fault.at, type, fault.allowed);
  }
  const judged = types as [string, Record<string, unknown>][];
  return Object.fromEntries(judged.map(([type, content]) => [type, withPlainValues(type, content)]));
}

/** The Node SDK's own classes spell `twilioText` and `buttonText` where the API says `twilio/text` and `button_text`. */
function toWire([type, content]: [string, unknown]): [string, unknown] {
  const spelled = /^(twilio|whatsapp)([A-Z]\w*)$/.exec(type);
  if (!spelled) return [type, content];
  const name = (spelled[2] ?? '').replace(/(?<=.)([A-Z])/g, '-$1').toLowerCase();
  return [`${spelled[1]}/${name}`, withSnakeCase(content)];
}

/** The same with its keys in the wire's spelling, however deep. */
export function withSnakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSnakeCase);
  if (typeof value !== 'object' || value === null) return value;
  const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [snake(name), withSnakeCase(inner)]));
}

function readValues(given: unknown): Record<string, string> {
  if (given === undefined || given === null) return {};
  const entries = [...objectOf(given, 'variables')];
  if (entries.length > MOST_VARIABLES)
    throw wrong('variables', `${entries.length} variables`, `up to ${MOST_VARIABLES}`);
  const values = entries.map(([name, value]): [string, string] => {
    if (!/^\w{1,16}$/.test(name)) throw wrong(`variables.${name}`, name, 'up to 16 letters, digits and underscores');
    if (typeof value === 'object') throw wrong(`variables.${name}`, JSON.stringify(value), 'a string');
    return [name, String(value)];
  });
  return Object.fromEntries(values);
}

function bodyOf(body: unknown): Map<string, unknown> {
  const place = findTooDeep(body, DEEPEST);
  if (place) throw wrong(place.slice(0, 3).join('.'), 'JSON nested deeper', `JSON nested up to ${DEEPEST} deep`);
  return objectOf(body, 'the body');
}

/** The names on the way to what is nested deeper than so many levels; `null`: nothing is. */
function findTooDeep(value: unknown, levels: number): string[] | null {
  if (typeof value !== 'object' || value === null) return null;
  if (levels === 0) return [];
  for (const [name, inner] of Object.entries(value)) {
    const found = findTooDeep(inner, levels - 1);
    if (found) return [name, ...found];
  }
  return null;
}

/** An empty list is an empty object: PHP's `json_encode` writes `[]` for either, that of Twilio's SDK too. */
function objectOf(value: unknown, place: string): Map<string, unknown> {
  if (Array.isArray(value) && value.length === 0) return new Map();
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value));
  throw wrong(place, value === undefined ? '' : JSON.stringify(value), 'a JSON object');
}

function textOf(given: Map<string, unknown>, name: string): string | undefined {
  const value = given.get(name);
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  throw wrong(name, JSON.stringify(value), 'a string');
}

function wrong(parameter: string, received: string, allowed: string): Error {
  return refuse(20001, {}, { parameter, received, allowed, fix: `Correct ${parameter} in the JSON body.` });
}
