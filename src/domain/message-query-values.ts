/** Values of the query language that are more than a text: dates, codes, counts. `null`: not one. */
import { parseInstant } from './dates.ts';

/** Epoch ms, from inclusive, to exclusive. */
export interface InstantRange {
  from: number;
  to: number;
}
/** Both inclusive. */
export interface CountRange {
  least: number;
  most: number;
}

const DAY_MS = 86_400_000;
const AGES: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: DAY_MS, w: 7 * DAY_MS };
/** Later than any instant that is kept. */
const END = Number.MAX_SAFE_INTEGER;
const BOUND = /^(>=|<=|>|<)(.+)$/;
const LARGEST = 1_000_000;

/** A day, an instant, `a..b`, a bound, `today`, `yesterday`, or an age such as `24h`; all in UTC. */
export function readDates(text: string, now: number): InstantRange | null {
  const today = now - (now % DAY_MS);
  if (text === 'today') return { from: today, to: END };
  if (text === 'yesterday') return { from: today - DAY_MS, to: today };
  const age = /^(\d{1,5})([smhdw])$/.exec(text);
  if (age) return { from: now - Number(age[1]) * (AGES[age[2] as string] as number), to: END };
  const [first, last, ...rest] = text.split('..');
  if (last !== undefined) {
    const [from, to] = [moment(first as string), moment(last)];
    return rest.length === 0 && from && to && from.from < to.to ? { from: from.from, to: to.to } : null;
  }
  const [, sign, bound] = BOUND.exec(text) ?? [];
  const found = moment(bound ?? text);
  if (!found) return null;
  switch (sign) {
    case '>':
      return { from: found.to, to: END };
    case '>=':
      return { from: found.from, to: END };
    case '<':
      return { from: 0, to: found.from };
    case '<=':
      return { from: 0, to: found.to };
    default:
      return found;
  }
}

/** What a day, a minute, a second or an instant covers: what is less exact than a millisecond is as long as it says. */
function moment(text: string): InstantRange | null {
  const isDay = /^\d{4}-\d\d-\d\d$/.test(text);
  const from = parseInstant(isDay ? `${text}T00:00Z` : text);
  if (from === null) return null;
  const lengthMs = isDay ? DAY_MS : /T\d\d:\d\d(?!:?\d)/.test(text) ? 60_000 : /\.\d/.test(text) ? 1 : 1_000;
  return { from, to: from + lengthMs };
}

export function readError(text: string): number | 'any' | 'none' | null {
  if (text === 'any' || text === 'none') return text;
  return /^\d{5}$/.test(text) ? Number(text) : null;
}

/** `2`, `>1`, `>=2`, `<3`, `<=3`, `1..3`. */
export function readSegments(text: string): CountRange | null {
  const [, sign, bound = text] = BOUND.exec(text) ?? [];
  const [first, last, ...rest] = bound.split('..').map((one) => (/^\d{1,6}$/.test(one) ? Number(one) : Number.NaN));
  if (first === undefined || Number.isNaN(first) || rest.length > 0) return null;
  if (last !== undefined) return sign === undefined && last >= first ? { least: first, most: last } : null;
  switch (sign) {
    case '>':
      return { least: first + 1, most: LARGEST };
    case '>=':
      return { least: first, most: LARGEST };
    case '<':
      return { least: 0, most: first - 1 };
    case '<=':
      return { least: 0, most: first };
    default:
      return { least: first, most: first };
  }
}
