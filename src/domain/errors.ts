/**
 * Refusals: what the client gets to read. One class, made by `refuse` from the catalogue and rendered by `errorBody`;
 * faults (bugs, broken machinery) are ordinary errors and never pass through here.
 */
import { explain, nameOf } from './catalogue.ts';

const RECEIVED_LIMIT = 120;
/** Values inside the sentence may be longer than `received`: a 404 names the whole path. */
const VALUE_LIMIT = 600;

export class ApiError extends Error {
  override name = 'ApiError';
  readonly code: number;
  /** HTTP status of the answer. */
  readonly status: number;
  readonly details?: Record<string, unknown>;

  constructor(code: number, status: number, message: string, details?: Record<string, unknown>) {
    super(message);
    this.code = code;
    this.status = status;
    if (details) this.details = details;
  }
}

export interface RefusalDetails {
  /** API spelling of the parameter that is at fault. */
  parameter?: string;
  /** Its value as received; cut and made printable here. */
  received?: string;
  /** What would have been taken. */
  allowed?: string;
  /** The remedy; the catalogue's first fix when none is given. */
  fix?: string;
  /** Another HTTP status than the catalogue's, for the few codes with two (20422 is 415 for a foreign body type). */
  status?: number;
}

/**
 * A refusal from the catalogue. `values` fill the `{Name}`s of the sentence; `values.text` replaces the whole sentence
 * where its wording is free (20001, the variants of 20003, another schedule window). When a needed value is missing
 * the title stands in, so no brace ever reaches the wire. Throws an ordinary Error on a number that is no code.
 */
export function refuse(code: number, values: Record<string, string> = {}, details: RefusalDetails = {}): ApiError {
  const entry = explain(code);
  if (!entry) throw new Error(`${code} is not a code of the catalogue`);
  const places = [...new Set([...entry.sentence.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))];
  const lone = places.length === 1 ? places[0] : undefined;
  const parameter = details.parameter ?? entry.parameter;
  const received = details.received ?? own(values, parameter) ?? (parameter ? own(values, lone) : undefined);

  const fill = (place: string) => own(values, place) ?? (place === lone || place === parameter ? received : undefined);
  let message = own(values, 'text');
  // Its dictionary name, "Unknown parameters", would have people look for a misspelled name.
  if (message === undefined && code === 20001 && parameter) message = `Invalid value for ${parameter}`;
  if (message === undefined) {
    const complete = places.every((place) => fill(place) !== undefined);
    message = complete
      ? entry.sentence.replace(/\{(\w+)\}/g, (_, place: string) => printable(fill(place) ?? '', VALUE_LIMIT))
      : entry.title;
  }
  return new ApiError(code, details.status ?? entry.status ?? 400, printable(message, 2 * VALUE_LIMIT), {
    ...(parameter !== undefined && { parameter }),
    ...(received !== undefined && { received: printable(received, RECEIVED_LIMIT) }),
    ...(details.allowed !== undefined && { allowed: details.allowed }),
    fix: details.fix ?? entry.fixes[0] ?? '',
    help: `/errors/${code}`,
  });
}

export interface ErrorBody {
  code: number;
  message: string;
  more_info: string;
  status: number;
  details?: Record<string, unknown>;
}

/**
 * The body of an error answer. Never has `type` and `title`: with those the Node SDK takes it for another form.
 * The request id goes into `details.request`, where support can be told it.
 */
export function errorBody(error: ApiError, requestId: string): ErrorBody {
  return {
    code: error.code,
    message: error.message,
    more_info: `https://www.twilio.com/docs/errors/${error.code}`,
    status: error.status,
    ...(error.details && { details: { ...error.details, request: requestId } }),
  };
}

/** `error_message` of a message with this `error_code`; an unknown code reads as 30008 does. */
export function deliveryErrorName(code: number): string {
  return nameOf(code) ?? 'Unknown error';
}

/** Cuts to `limit` characters and shows what no terminal, log or XML may carry (controls, lone surrogates, bidi) as \u…. */
export function printable(text: string, limit: number = RECEIVED_LIMIT): string {
  // Cut first, on whole characters: nobody should make us escape a megabyte.
  const shown = [...text.slice(0, limit + 1)]
    .map((char) =>
      /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufffe\uffff]/u.test(char) ? escaped(char) : char,
    )
    .join('');
  return shown.length <= limit ? shown : `${shown.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Own properties only: a parameter named `constructor` must not find one. */
function own(values: Record<string, string>, name: string | undefined): string | undefined {
  return name !== undefined && Object.hasOwn(values, name) ? values[name] : undefined;
}
