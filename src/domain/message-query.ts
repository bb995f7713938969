/**
 * The query language of the message list: `to:+12025550101 status:failed status:sent "see you"`. Several values of one
 * key mean any of them, different keys all of them, and every bare word has to be found. It runs in browsers too.
 */
import { type Direction, STATUSES, type Status } from './message.ts';
import { type CountRange, type InstantRange, readDates, readError, readSegments } from './message-query-values.ts';
import { nearest } from './nearest.ts';

/** A whole address as it is stored, or a piece of one. */
export type AddressTerm = { kind: 'whole'; address: string } | { kind: 'piece'; text: string };

/** What a query asks for; an empty list asks for nothing. Values of one list are alternatives, but for `words`. */
export interface MessageFilter {
  to: AddressTerm[];
  from: AddressTerm[];
  statuses: Status[];
  errors: (number | 'any' | 'none')[];
  /** SIDs, or pieces of names, as typed. */
  services: string[];
  bodies: string[];
  dates: InstantRange[];
  directions: Direction[];
  segments: CountRange[];
  hasMedia: boolean;
  isScheduled: boolean;
  /** Each has to be in the body, in an address, or to begin the SID. */
  words: string[];
}

/** A term as typed: `key` is empty for a bare word, `at` the place of its first character. */
export interface QueryTerm {
  key: QueryKey | '';
  value: string;
  text: string;
  at: number;
}

export interface QueryFault {
  /** The term. */
  received: string;
  key: string;
  allowed: string;
  fix: string;
  at: number;
}

export type ParsedQuery = { ok: true; terms: QueryTerm[]; filter: MessageFilter } | { ok: false; fault: QueryFault };

const OUTBOUND: Direction[] = ['outbound-api', 'outbound-call', 'outbound-reply'];
const DIRECTIONS = new Map<string, Direction[]>([
  ['inbound', ['inbound']],
  ['outbound', OUTBOUND],
  ...OUTBOUND.map((one): [string, Direction[]] => [one, [one]]),
]);

/** What may be asked for, for completion and for errors. `values`: all there are. */
export const QUERY_KEYS = [
  { key: 'to', example: 'to:+12025550101', hint: 'a whole address, or a piece of one' },
  { key: 'from', example: 'from:Reminders', hint: 'a whole address, or a piece of one' },
  { key: 'status', example: 'status:undelivered', hint: 'one of the statuses', values: [...STATUSES] },
  { key: 'error', example: 'error:30003', hint: 'a code, any or none', values: ['any', 'none'] },
  { key: 'service', example: 'service:Reminders', hint: 'the SID of a service, or a piece of its name' },
  { key: 'body', example: 'body:"see you"', hint: 'a piece of the text' },
  {
    key: 'date',
    example: 'date:24h',
    hint: 'a day, a range, a bound or an age (UTC): 2026-11-22, 2026-11-20..2026-11-22, >=2026-11-20, today, 24h',
    values: ['today', 'yesterday'],
  },
  { key: 'direction', example: 'direction:inbound', hint: 'which way', values: [...DIRECTIONS.keys()] },
  { key: 'segments', example: 'segments:>1', hint: 'a number, a bound or a range: 2, >1, 1..3' },
  { key: 'has', example: 'has:media', hint: 'what comes with it', values: ['media'] },
  { key: 'is', example: 'is:scheduled', hint: 'how it is', values: ['scheduled'] },
] as const;

export type QueryKey = (typeof QUERY_KEYS)[number]['key'];

/** Longer ones are refused. */
export const LONGEST_QUERY = 1_000;
/** Values of one key, or bare words. */
const MOST_VALUES = 16;
const SHOWN_LENGTH = 80;

/** Reads a query; `now` (epoch ms) is what ages and days count from. */
export function parseMessageQuery(text: string, now: number): ParsedQuery {
  const fail = (key: string, received: string, allowed: string, fix: string, at: number): ParsedQuery => ({
    ok: false,
    fault: { key, received: received.slice(0, SHOWN_LENGTH), allowed, fix, at },
  });
  if (text.length > LONGEST_QUERY) {
    return fail('', text, `up to ${LONGEST_QUERY} characters`, 'Shorten the query.', 0);
  }
  const filter = emptyFilter();
  const terms: QueryTerm[] = [];
  for (const { key: written, value, text: typed, at, isClosed } of tokens(text)) {
    if (!isClosed) return fail(written, typed, 'quotes in pairs', `Close the quotes: ${typed}"`, at);
    const key = written.toLowerCase();
    const known = QUERY_KEYS.find((one) => one.key === key);
    if (written !== '' && !known) {
      const all = QUERY_KEYS.map((one) => one.key);
      const close = nearest(key, all);
      const quoted = `To look for it as a word, put it in quotes: "${typed}".`;
      const fix = close === null ? quoted : `Did you mean ${close}:${value}? ${quoted}`;
      return fail(written, typed, all.map((one) => `${one}:`).join(' '), fix, at);
    }
    if (value === '') {
      const fix = known
        ? `Write ${known.example}. In an address of the web a + is written %2B.`
        : 'Write something between the quotes.';
      return fail(key, typed, known?.hint ?? 'a word', fix, at);
    }
    const fault = known ? take(filter, known, value, now) : void filter.words.push(value);
    if (fault) return fail(key, typed, fault.allowed, fault.fix, at);
    terms.push({ key: known?.key ?? '', value, text: typed, at });
    if (Object.values(filter).some((values) => Array.isArray(values) && values.length > MOST_VALUES)) {
      return fail(key, typed, `up to ${MOST_VALUES} of one kind`, 'Ask for fewer at once.', at);
    }
  }
  return { ok: true, terms, filter };
}

/** The text of a query with these terms, which reads back to them. */
export function formatMessageQuery(terms: { key: string; value: string }[]): string {
  return terms.map(({ key, value }) => `${key === '' ? '' : `${key}:`}${quotedIfNeeded(key, value)}`).join(' ');
}

function quotedIfNeeded(key: string, value: string): string {
  const isPlain = !/[\s"\\]/.test(value) && value !== '' && (key !== '' || !/^[A-Za-z_]+:/.test(value));
  return isPlain ? value : `"${value.replaceAll(/["\\]/g, '\\$&')}"`;
}

function emptyFilter(): MessageFilter {
  return {
    ...{
      to: [],
      from: [],
      statuses: [],
      errors: [],
      services: [],
      bodies: [],
      dates: [],
      directions: [],
      segments: [],
    },
    ...{ hasMedia: false, isScheduled: false, words: [] },
  };
}

type Known = (typeof QUERY_KEYS)[number];
interface ValueFault {
  allowed: string;
  fix: string;
}

/** Adds a value to what is asked for, or says what is wrong with it. */
function take(filter: MessageFilter, known: Known, value: string, now: number): ValueFault | undefined {
  const { key, hint, example } = known;
  const add = <Value>(list: Value[], read: Value | null): ValueFault | undefined => {
    if (read === null) return { allowed: hint, fix: `Write it like ${example}.` };
    list.push(read);
  };
  switch (key) {
    case 'to':
    case 'from':
      return add(filter[key], addressTerm(value));
    case 'status': {
      const status = STATUSES.find((one) => one === value.toLowerCase());
      return status ? add(filter.statuses, status) : notOne(known, value);
    }
    case 'direction': {
      const directions = DIRECTIONS.get(value.toLowerCase());
      if (!directions) return notOne(known, value);
      filter.directions.push(...directions);
      return;
    }
    case 'has':
    case 'is':
      if (value.toLowerCase() !== known.values[0]) return notOne(known, value);
      filter[key === 'has' ? 'hasMedia' : 'isScheduled'] = true;
      return;
    case 'service':
      return add(filter.services, value);
    case 'body':
      return add(filter.bodies, value);
    case 'error':
      return add(filter.errors, readError(value));
    case 'date':
      return add(filter.dates, readDates(value, now));
    case 'segments':
      return add(filter.segments, readSegments(value));
  }
}

function notOne({ key, values }: Extract<Known, { values: readonly string[] }>, value: string): ValueFault {
  const close = nearest(value, values) ?? values[0];
  return { allowed: values.join(', '), fix: `Did you mean ${key}:${close}?` };
}

/** Without a library: what looks whole is compared whole, anything else is a piece. */
function addressTerm(value: string): AddressTerm {
  const isWhole = /^(?:[a-z]+:)?\+[1-9]\d{6,14}$/.test(value);
  return isWhole ? { kind: 'whole', address: value } : { kind: 'piece', text: value };
}

/** `key:value`, `key:"a value"`, `word`, `"a phrase"`; inside quotes a backslash takes the next character as it is. */
const TERM = /(?:([A-Za-z_]+):)?(?:"((?:[^"\\]|\\.)*)("|$)|([^\s"]\S*)|)/sy;

function* tokens(text: string): Generator<{ key: string; value: string; text: string; at: number; isClosed: boolean }> {
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text[at] as string)) {
      at += 1;
      continue;
    }
    TERM.lastIndex = at;
    const [typed = '', key = '', quoted, end, plain] = TERM.exec(text) ?? [];
    // A protocol or the name of a channel is no key: what stands before the colon is part of the word.
    const isWord =
      key !== '' && plain !== undefined && (plain.startsWith('//') || /^(?:whatsapp|messenger|rcs)$/.test(key));
    const value = quoted?.replaceAll(/\\(.)/gs, '$1') ?? (isWord ? typed : (plain ?? ''));
    yield { key: isWord ? '' : key, value, text: typed, at, isClosed: quoted === undefined || end === '"' };
    at += Math.max(1, typed.length);
  }
}
