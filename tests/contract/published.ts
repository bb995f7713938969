/** Twilio's published OpenAPI descriptions, as far as `PIDGE_OPENAPI_DIR` names them, made ready for a JSON Schema validator. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';

export interface Description {
  /** The schema of an operation's answer, references resolved; `undefined`: it documents none with this status. */
  answerOf(path: string, verb: string, status: number): { properties: Record<string, unknown> } | undefined;
}

// biome-ignore lint/suspicious/noExplicitAny: a description is looked into wherever it goes
type Whole = any;

/** The file `name`; `null`, with the reason printed, where there is none. */
function readWhole(name: string): Whole | null {
  const folder = process.env.PIDGE_OPENAPI_DIR;
  const file = folder ? join(folder, name) : '';
  if (file !== '' && existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  console.log(`SKIPPED published OpenAPI descriptions: PIDGE_OPENAPI_DIR names no folder that holds ${name}`);
  return null;
}

/** The description in `name`; `null`, with the reason printed, where there is none. */
export function readDescription(name: string): Description | null {
  const whole = readWhole(name);
  if (!whole) return null;
  return {
    answerOf(path, verb, status) {
      const schema = whole.paths[path]?.[verb]?.responses[String(status)]?.content?.['application/json']?.schema;
      return schema && (toJsonSchema(inline(schema, whole)) as { properties: Record<string, unknown> });
    },
  };
}

export interface Operation {
  verb: string;
  path: string;
  /** Of query, header and body. */
  parameters: string[];
  /** Of the resource it answers, or lists. */
  properties: string[];
}

/** The operations of the description in `name` whose path fits; `null` where there is none. */
export function readOperations(name: string, paths: RegExp): Operation[] | null {
  const whole = readWhole(name);
  if (!whole) return null;
  const operations: Operation[] = [];
  for (const [path, verbs] of Object.entries<Whole>(whole.paths)) {
    if (!paths.test(path)) continue;
    for (const verb of ['get', 'post', 'put', 'delete'].filter((one) => verbs[one])) {
      const { parameters = [], requestBody = {}, responses } = inline(verbs[verb], whole) as Whole;
      const named = parameters.filter((one: Whole) => one.in !== 'path').map((one: Whole) => one.name);
      const bodies = Object.values<Whole>(requestBody.content ?? {}).map(({ schema }) => schema);
      const answers = Object.values<Whole>(responses).flatMap(({ content }) => content?.['application/json'] ?? []);
      const shown = answers.flatMap(({ schema }: Whole) => resourcesOf(schema));
      operations.push({
        verb,
        path,
        parameters: [...named, ...bodies.flatMap((one: Whole) => Object.keys(one.properties ?? {}))],
        properties: shown.flatMap((one: Whole) => Object.keys(one.properties ?? {})),
      });
    }
  }
  return operations;
}

/** The schemas of the resources in an answer: of a list, of what it lists. */
function resourcesOf(schema: Whole): Whole[] {
  if (schema.oneOf) return schema.oneOf.flatMap(resourcesOf);
  const isList = schema.properties?.meta || schema.properties?.first_page_uri;
  if (!isList) return [schema];
  return Object.values<Whole>(schema.properties).flatMap(({ items }) => (items ? resourcesOf(items) : []));
}

/** The formats of the descriptions, as strict as the clients that parse them in typed languages. */
const FORMATS: Record<string, RegExp | true | ((text: string) => boolean)> = {
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  'date-time-rfc-2822': /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000$/,
  date: /^\d{4}-\d\d-\d\d$/,
  // Relative in the envelopes of the 2010 API, and empty where a number has none, as in the original.
  uri: (text) => URL.canParse(text, 'https://host'),
  'http-method': /^(GET|POST)$/,
  // Names and short codes stand where numbers do.
  'phone-number': /^[^\s].*$/,
  currency: /^[A-Z]{3}$/,
  'iso-country-code': /^[A-Z]{2}$/,
};

/** A validator that knows the published formats; each schema of `answerOf` also wants every key it has. */
export function makeValidator(): Ajv {
  return new Ajv({ strict: false, allErrors: true, formats: FORMATS });
}

/** What formats say about the values of an object. */
const MAPS: Record<string, object> = {
  'uri-map': { type: 'string' },
  'phone-number-capabilities': { type: 'boolean' },
};

/** OpenAPI 3.0 says `nullable` where JSON Schema says a list of types. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, oneOf, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  delete schema.example;
  // Versions of one schema that differ in what is there: an answer with everything is of all of them.
  if (oneOf) schema.anyOf = toJsonSchema(oneOf);
  if (schema.type === 'object') {
    const values = MAPS[String(schema.format)];
    if (values) schema.additionalProperties = values;
    delete schema.format;
    // No key is ever left out (settled 22).
    if (schema.properties) schema.required = Object.keys(schema.properties);
  }
  if (!nullable) return schema;
  if (Array.isArray(schema.enum)) schema.enum = [...schema.enum, null];
  if (typeof schema.type === 'string') return { ...schema, type: [schema.type, 'null'] };
  return { anyOf: [schema, { type: 'null' }] };
}

function inline(node: unknown, whole: unknown): unknown {
  if (Array.isArray(node)) return node.map((one) => inline(one, whole));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as { $ref?: string };
  if (!$ref) return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, inline(value, whole)]));
  const steps = $ref.split('/').slice(1);
  const target = steps.reduce((value, key) => (value as Record<string, unknown>)[key], whole);
  return inline(target, whole);
}
