/** JSON bodies of the admin side, checked. */
import { refuse } from '../../domain/errors.ts';

/** The texts of a JSON object, by these names alone. Anything else is 400/20001 naming it. */
export function fieldsOf<Name extends string>(body: unknown, names: readonly Name[]): Partial<Record<Name, string>> {
  const fields = objectOf(body, 'the body', names);
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && typeof value !== 'string') throw wrong(name, value, 'a string');
  }
  return fields as Partial<Record<Name, string>>;
}

/** A JSON object that has none but these names. */
export function objectOf<Name extends string>(
  value: unknown,
  place: string,
  names: readonly Name[],
): Partial<Record<Name, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(place, value, 'a JSON object');
  for (const name of Object.keys(value)) {
    if (!(names as readonly string[]).includes(name)) {
      const parameter = place === 'the body' ? name : `${place}.${name}`;
      throw wrong(parameter, name, names.join(', '));
    }
  }
  return value as Partial<Record<Name, unknown>>;
}

const SHOWN_LENGTH = 100;

export function wrong(parameter: string, received: unknown, allowed: string): Error {
  const shown = (received === undefined ? '' : JSON.stringify(received)).slice(0, SHOWN_LENGTH);
  const details = { parameter, received: shown, allowed, fix: `Correct ${parameter} in the JSON body.` };
  return refuse(20001, { text: `Invalid ${parameter}` }, details);
}
