/** Finds things in what carriers say: JSON, or a form as a flat object. */
import { fieldsOf, listOf, readJson, wordOf } from '../json.ts';
import type { Paths } from './mapping.ts';

/** JSON by type or by look, else a form, whose first value of a name counts. `.` leads to the text as a whole. */
export function readBody(contentType: string | undefined, bytes: Uint8Array | string): unknown {
  const text = typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes);
  const isForm = contentType?.startsWith('application/x-www-form-urlencoded') ?? false;
  if (!isForm) {
    const value = readJson(text);
    if (typeof value === 'object' && value !== null) return value;
    return { '.': text.trim() };
  }
  return readForm(text);
}

function readForm(text: string): Record<string, string> {
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) form[name] ??= value;
  return form;
}

/** The first of the paths that leads to a text, a number or a truth; `undefined`: none does. */
export function follow(value: unknown, paths: Paths): string | undefined {
  for (const path of paths) {
    const found = lookAt(value, path);
    const word = typeof found === 'boolean' ? String(found) : wordOf(found);
    if (word !== undefined) return word;
  }
  return undefined;
}

/** The things that a call tells of: a list where one is asked for, else the call itself. */
export function itemsOf(value: unknown, paths: Paths): unknown[] {
  if (paths.length === 0) return [value];
  return paths.flatMap((path) => listOf(path === '.' ? value : lookAt(value, path)));
}

function lookAt(value: unknown, path: string): unknown {
  const whole = own(value, path);
  if (whole !== undefined) return whole;
  let at = value;
  for (const step of path.split('.')) {
    at = Array.isArray(at) && /^\d{1,6}$/.test(step) ? at[Number(step)] : own(at, step);
    if (at === undefined) return undefined;
  }
  return at;
}

function own(value: unknown, name: string): unknown {
  const fields = fieldsOf(value);
  return Object.hasOwn(fields, name) ? fields[name] : undefined;
}
