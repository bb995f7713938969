/** The reading desk: form bodies and query strings into names and values, strictly. */
import { isUtf8 } from 'node:buffer';
import { refuse } from '../domain/errors.ts';

/** More parameters than any client sends; a bound on the work one request can ask for. */
const MOST_PARAMETERS = 200;

/** How much of a refused value is repeated back to the caller. */
const RECEIVED_LENGTH = 100;

/**
 * Parameters of one request, in the order received. Names are kept as sent (`DateSent<` is a name). A `Map` and
 * not an object, so no name can reach a prototype.
 */
export class Form {
  readonly #values = new Map<string, string[]>();

  /** The value of a single-valued parameter, `undefined` when absent. Given twice: 400/20001. */
  one(name: string): string | undefined {
    const values = this.#values.get(name);
    if (values === undefined) return undefined;
    if (values.length > 1) {
      throw refuse(
        20001,
        {},
        {
          parameter: name,
          received: `${values.length} values`,
          allowed: 'one value',
          fix: `Send '${name}' once.`,
        },
      );
    }
    return values[0];
  }

  /** Every value of a repeated parameter, in order; empty when absent. */
  all(name: string): string[] {
    return this.#values.get(name) ?? [];
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The names received, each once. */
  names(): string[] {
    return [...this.#values.keys()];
  }

  add(name: string, value: string): void {
    const values = this.#values.get(name);
    if (values === undefined) this.#values.set(name, [value]);
    else values.push(value);
  }
}

/**
 * Reads `application/x-www-form-urlencoded` bytes (WHATWG URL, section 5.1, without its forgiveness): invalid UTF-8,
 * a broken percent escape, an encoded lone surrogate, NUL, is 400/20001 naming the parameter; more
 * than 200 parameters are 413/20413. What the two databases would treat differently never gets past here.
 */
export function readForm(bytes: Buffer): Form {
  const form = new Form();
  if (bytes.length === 0) return form;
  if (!isUtf8(bytes)) throw notUtf8(bytes);
  const text = bytes.toString('utf8');
  // Looked for in the whole, so that it need not be in every value.
  const mayHaveNul = text.includes('\0') || text.includes('%00');
  let count = 0;
  let from = 0;
  while (from <= text.length) {
    let to = text.indexOf('&', from);
    if (to === -1) to = text.length;
    if (to > from) {
      count += 1;
      if (count > MOST_PARAMETERS) throw tooMany();
      addPair(form, text.slice(from, to), mayHaveNul);
    }
    from = to + 1;
  }
  return form;
}

/** Reads what follows `?` in a request target, as Node hands it over: one character per byte. */
export function readQuery(target: string): Form {
  const mark = target.indexOf('?');
  return mark === -1 ? new Form() : readForm(Buffer.from(target.slice(mark + 1), 'latin1'));
}

function addPair(form: Form, pair: string, mayHaveNul: boolean): void {
  const equals = pair.indexOf('=');
  const rawName = equals === -1 ? pair : pair.slice(0, equals);
  const name = decode(rawName, rawName, mayHaveNul);
  const value = equals === -1 ? '' : decode(pair.slice(equals + 1), name, mayHaveNul);
  form.add(name, value);
}

function decode(raw: string, parameter: string, mayHaveNul: boolean): string {
  let text = raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
  if (text.includes('%')) {
    try {
      // Refuses what is not UTF-8: overlong forms and surrogates too.
      text = decodeURIComponent(text);
    } catch {
      throw unreadable(parameter, raw, 'Percent-encode the UTF-8 bytes of the value.');
    }
  }
  if (mayHaveNul && text.includes('\0')) throw unreadable(parameter, raw, 'Leave NUL characters out.');
  return text;
}

function notUtf8(bytes: Buffer): Error {
  // Latin-1 maps every byte to one character and back, so the text can be divided before it is judged.
  const pairs = bytes.toString('latin1').split('&');
  const culprit = pairs.find((pair) => !isUtf8(Buffer.from(pair, 'latin1'))) ?? '';
  return unreadable(culprit.split('=', 1)[0] ?? '', culprit, 'Encode the request as UTF-8.');
}

function unreadable(parameter: string, received: string, fix: string): Error {
  return refuse(20001, {}, { parameter: printable(parameter), received: printable(received), allowed: 'UTF-8', fix });
}

/** Only ASCII that can be shown: a refused value must not carry its fault into the answer. */
function printable(text: string): string {
  return text.slice(0, RECEIVED_LENGTH).replace(/[^ -~]/g, '?');
}

function tooMany(): Error {
  return refuse(
    20413,
    {},
    {
      received: `more than ${MOST_PARAMETERS} parameters`,
      allowed: `${MOST_PARAMETERS}`,
      fix: 'Send fewer parameters.',
    },
  );
}
