/** Twilio's published OpenAPI descriptions, as far as `PIDGE_OPENAPI_DIR` names them, made ready for a JSON Schema validator. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Description {
  /** The schema of an operation's answer, references resolved; `undefined`: it documents none with this status. */
  answerOf(path: string, verb: string, status: number): { properties: Record<string, unknown> } | undefined;
}

/** The description in `name`; `null`, with the reason printed, where there is none. */
export function readDescription(name: string): Description | null {
  const folder = process.env.PIDGE_OPENAPI_DIR;
  const file = folder ? join(folder, name) : '';
  if (file === '' || !existsSync(file)) {
    console.log(`SKIPPED published OpenAPI descriptions: PIDGE_OPENAPI_DIR names no folder that holds ${name}`);
    return null;
  }
  const whole = JSON.parse(readFileSync(file, 'utf8'));
  return {
    answerOf(path, verb, status) {
      const schema = whole.paths[path]?.[verb]?.responses[String(status)]?.content?.['application/json']?.schema;
      return schema && (toJsonSchema(inline(schema, whole)) as { properties: Record<string, unknown> });
    },
  };
}

/** OpenAPI 3.0 says `nullable` where JSON Schema says a list of types. */
function toJsonSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(toJsonSchema);
  if (typeof node !== 'object' || node === null) return node;
  const { nullable, ...rest } = node as Record<string, unknown>;
  const schema = Object.fromEntries(Object.entries(rest).map(([key, value]) => [key, toJsonSchema(value)]));
  // Dates of the 2010 API are RFC 2822, and free-form formats are Twilio's own.
  delete schema.format;
  delete schema.example;
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
