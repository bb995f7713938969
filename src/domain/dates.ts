/** Dates of the wire: what we write, and what clients write to us. Instants are epoch milliseconds, always UTC. */

const DAY_MS = 86_400_000;

/** The last instant written: what is made in one second has the same text. */
let written = { second: Number.NaN, text: '' };

/** `Thu, 24 Aug 2023 05:01:45 +0000`: RFC 2822 in UTC, the form of the 2010 API. */
export function rfc2822(ms: number): string {
  const second = Math.floor(ms / 1_000);
  if (second !== written.second) {
    written = { second, text: new Date(ms).toUTCString().replace('GMT', '+0000') };
  }
  return written.text;
}

/** `2015-07-30T20:12:31Z`: ISO 8601 in whole seconds, the form of product hosts. */
export function iso8601(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** `2015-07-30T20:12:31.123Z`: ISO 8601 with milliseconds, the form of our own sides. */
export function isoMs(ms: number): string;
export function isoMs(ms: number | null): string | null;
export function isoMs(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}

/**
 * A `DateSent` filter: `day`, written without a time, is a whole UTC day, `from` inclusive and `to` exclusive;
 * `instant` is exact.
 */
export type FilterDate = { kind: 'day'; from: number; to: number } | { kind: 'instant'; at: number };

const ISO = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;
const LOOSE_ISO = /^(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+([^T ].*))?$/i;
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{4})(?: +([^ ].*))?$/;
const RFC = /^(?:[a-z]{3,9}, *)?(\d{1,2}) ([a-z]{3})[a-z]* (\d{4})(?: +([^ ].*))?$/i;
const TIME = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)? *([a-z]{1,4}|[+-]\d{2}(?::?\d{2})?)?$/i;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** The zone names of RFC 2822, hours from UTC. */
const ZONES: Record<string, number> = {
  Z: 0,
  UT: 0,
  UTC: 0,
  GMT: 0,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
};

/**
 * ISO 8601 date and time with `Z`, an offset, or none (then UTC), as `SendAt` takes it.
 * `null` for anything else, impossible dates (30 February, 24:00, second 60) included.
 */
export function parseInstant(text: string): number | null {
  const match = ISO.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  return instantOf(Number(year), Number(month), Number(day), { hour, minute, second, fraction, zone });
}

/**
 * Reads a date filter leniently: besides ISO 8601 also `06/11/2019 22:05:25 MST` (month first),
 * `2019-06-11 22:05:25.000` and `Wed, 19 Jun 2019 22:04:00 -0000`. `null` when it cannot be a date.
 */
export function parseFilterDate(text: string): FilterDate | null {
  const trimmed = text.trim();
  const found = looseDate(trimmed);
  if (!found) return null;
  const [year, month, day, rest] = found;
  const time = rest === undefined ? [] : TIME.exec(rest);
  if (!time) return null;
  const [, hour, minute, second, fraction, zone] = time;
  const at = instantOf(year, month, day, { hour, minute, second, fraction, zone });
  if (at === null) return null;
  return rest === undefined ? { kind: 'day', from: at, to: at + DAY_MS } : { kind: 'instant', at };
}

/** The whole UTC day around an instant, in the shape of a filter. */
export function dayOf(at: number): { kind: 'day'; from: number; to: number } {
  const from = Math.floor(at / DAY_MS) * DAY_MS;
  return { kind: 'day', from, to: from + DAY_MS };
}

function looseDate(text: string): [year: number, month: number, day: number, rest: string | undefined] | null {
  const iso = LOOSE_ISO.exec(text);
  if (iso) return [Number(iso[1]), Number(iso[2]), Number(iso[3]), iso[4]];
  const us = US.exec(text);
  if (us) return [Number(us[3]), Number(us[1]), Number(us[2]), us[4]];
  const rfc = RFC.exec(text);
  if (rfc) return [Number(rfc[3]), MONTHS.indexOf((rfc[2] ?? '').toLowerCase()) + 1, Number(rfc[1]), rfc[4]];
  return null;
}

interface TimeFields {
  hour?: string | undefined;
  minute?: string | undefined;
  second?: string | undefined;
  fraction?: string | undefined;
  zone?: string | undefined;
}

function instantOf(year: number, month: number, day: number, time: TimeFields): number | null {
  const hour = Number(time.hour ?? 0);
  const minute = Number(time.minute ?? 0);
  const second = Number(time.second ?? 0);
  const ms = Number((time.fraction ?? '').padEnd(3, '0').slice(0, 3));
  const offset = zoneMinutes(time.zone);
  if (hour > 23 || minute > 59 || second > 59 || offset === null) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second, ms);
  // Date.UTC rolls 30 February over into March and reads year 26 as 1926; what does not come back was no date.
  const back = new Date(at);
  if (back.getUTCFullYear() !== year || back.getUTCMonth() !== month - 1 || back.getUTCDate() !== day) return null;
  return at - offset * 60_000;
}

function zoneMinutes(zone: string | undefined): number | null {
  if (zone === undefined) return 0;
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (!match) {
    const hours = ZONES[zone.toUpperCase()];
    return hours === undefined ? null : hours * 60;
  }
  const hours = Number(match[2]);
  const minutes = Number(match[3] ?? 0);
  if (hours > 23 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 60 + minutes);
}

/** First instant of the month (UTC) that lies `months` after the month of `at`. */
export function monthStart(at: number, months = 0): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}
