/** What the official SDK's own types say, so that tables of tests cannot forget a property that a new release brings. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'vitest';

const require = createRequire(import.meta.url);

/** What a property of an answer may be in JavaScript; `x?` is that or `null`. */
export type Kind = 'string' | 'Date' | 'number' | 'boolean' | 'object' | 'array';
export type Kinds = Record<string, Kind | `${Kind}?`>;

/** Property names of an exported interface or class in a declaration file below `twilio/lib/rest`. */
export function fieldsOf(file: string, name: string): string[] {
  const text = readFileSync(require.resolve(`twilio/lib/rest/${file}.js`).replace(/\.js$/, '.d.ts'), 'utf8');
  const start = new RegExp(`^export (?:declare class|interface) ${name} .*\\{$`, 'm').exec(text);
  if (!start) throw new Error(`${file} declares no ${name}`);
  const body = text.slice(start.index, text.indexOf('\n}', start.index));
  return [...body.matchAll(/^ {4}"?(\w+)"?\??: /gm)]
    .map(([, field]) => field ?? '')
    .filter((field) => !field.startsWith('_'));
}

/** Holds that `table` names exactly what the SDK's type `name` has, in any order. */
export function expectWhole(table: object, file: string, name: string): void {
  expect(Object.keys(table).sort(), `${name} of twilio/lib/rest/${file}`).toEqual(fieldsOf(file, name).sort());
}

/** Holds that each property of `instance` is there and of its kind. */
export function expectKinds(instance: object, kinds: Kinds): void {
  const values = instance as Record<string, unknown>;
  const wrong = Object.entries(kinds).filter(([name, kind]) => !isOfKind(values[name], kind));
  expect(wrong.map(([name, kind]) => `${name} is ${JSON.stringify(values[name])}, not ${kind}`)).toEqual([]);
}

function isOfKind(value: unknown, kind: string): boolean {
  if (kind.endsWith('?')) return value === null || isOfKind(value, kind.slice(0, -1));
  if (kind === 'Date') return value instanceof Date && !Number.isNaN(value.getTime());
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (kind === 'number') return typeof value === 'number' && !Number.isNaN(value);
  return typeof value === kind;
}
