/**
 * PostgreSQL's text cannot hold U+0000, which a body may. It is written as two private-use characters, and so is the
 * first of those when a text happens to contain it: every string comes back as it was given.
 */
const MARK = '\uE000';
const MARK_ITSELF = '\uE000\uE001';
const NUL = '\uE000\uE002';

export function encodeText(text: string): string {
  if (!text.includes('\0') && !text.includes(MARK)) return text;
  return text.replaceAll(MARK, MARK_ITSELF).replaceAll('\0', NUL);
}

export function decodeText(text: string): string {
  if (!text.includes(MARK)) return text;
  return text.replaceAll(NUL, '\0').replaceAll(MARK_ITSELF, MARK);
}

/** A parameter as the server takes it: strings encoded, also inside an array. */
export function encodeParameter(value: unknown): unknown {
  if (typeof value === 'string') return encodeText(value);
  if (Array.isArray(value)) return value.map((one) => (typeof one === 'string' ? encodeText(one) : one));
  return value;
}
