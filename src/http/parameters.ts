/** Readers of single parameters: each answers the value, `undefined` when absent, or throws the right refusal. */
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';

/** `true`/`false` in any case: older Python clients send `True`. Anything else is 400/20001. */
export function readBoolean(form: Form, name: string): boolean | undefined {
  const text = form.one(name)?.toLowerCase();
  if (text === undefined || text === '') return undefined;
  if (text === 'true') return true;
  if (text === 'false') return false;
  throw refuse(20001, {}, { parameter: name, received: text, allowed: 'true, false' });
}

/** One of a few words; otherwise refused with `code`. */
export function readChoice(form: Form, name: string, allowed: string[], code = 20001): string | undefined {
  const text = form.one(name);
  if (text === undefined || text === '') return undefined;
  if (allowed.includes(text)) return text;
  throw refuse(code, {}, { parameter: name, received: text, allowed: allowed.join(', ') });
}

/** A whole number, 0 or more. */
export function readInteger(form: Form, name: string): number | undefined {
  const text = form.one(name);
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw refuse(20001, {}, { parameter: name, received: text, allowed: 'a whole number, 0 or more' });
}

/** A positive decimal amount of money, in micro-units; `null` when absent. */
export function readMicros(form: Form, name: string, code: number): number | null {
  const text = form.one(name);
  if (text === undefined || text === '') return null;
  const amount = /^\d{1,9}(\.\d+)?$/.test(text) ? Number(text) : 0;
  if (amount > 0) return Math.round(amount * 1_000_000);
  throw refuse(code, {}, { parameter: name, received: text, allowed: 'a positive amount such as 0.05' });
}

const MAX_TAGS = 10;
const MAX_TAG_LENGTH = 128;

/** `Tags`: a JSON object of strings (settled 7), at most ten of 128 characters each. */
export function readTags(form: Form): Record<string, string> {
  const text = form.one('Tags');
  if (text === undefined || text === '') return {};
  const wrong = (fix: string) =>
    refuse(20001, {}, { parameter: 'Tags', received: text, allowed: 'a JSON object of strings', fix });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw wrong('Write it as JSON, such as {"campaign":"spring"}');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrong('Write an object, such as {"campaign":"spring"}');
  const entries = Object.entries(value);
  if (entries.length > MAX_TAGS) throw wrong(`At most ${MAX_TAGS} tags; there are ${entries.length}`);
  for (const [name, tag] of entries) {
    if (typeof tag !== 'string') throw wrong(`The value of "${name}" must be a string`);
    if (name.length > MAX_TAG_LENGTH || tag.length > MAX_TAG_LENGTH) {
      throw refuse(
        21658,
        {},
        { parameter: 'Tags', received: name, allowed: `${MAX_TAG_LENGTH} characters a name or value` },
      );
    }
  }
  // From entries, so that a key such as __proto__ stays a plain property.
  return Object.fromEntries(entries);
}
