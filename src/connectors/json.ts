/** Looking into JSON that others wrote: what is not there, or of another kind, is nothing. */

export type Fields = Record<string, unknown>;

export function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Texts, and numbers as their text; of anything else, and of what no store can hold, `undefined` or a stand-in. */
export function wordOf(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  return typeof value === 'string' && value !== '' ? storable(value) : undefined;
}

/** An id of a carrier's: what is longer than any is none, and would not fit the keys of a database. */
export function idOf(value: unknown): string | undefined {
  const id = wordOf(value);
  return id !== undefined && id.length <= LONGEST_ID ? id : undefined;
}

/** Also of a text; `NaN`: it is none. Nothing but a text or a number is asked for its value. */
export function numberOf(value: unknown): number {
  return Number(wordOf(value) ?? Number.NaN);
}

const LONGEST_ID = 255;

/** `undefined`: it is no JSON. */
export function readJson(bytes: Uint8Array | string): unknown {
  try {
    return JSON.parse(typeof bytes === 'string' ? bytes : new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

/** The two databases would treat NUL and lone surrogates differently. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}
