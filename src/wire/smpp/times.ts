/**
 * Times on the wire: absolute `YYMMDDhhmmsstnnp` and relative `YYMMDDhhmmss000R` (SMPP 3.4, 7.1.1), and the dates in
 * receipts, which have no zone of their own. Instants are epoch milliseconds.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const QUARTER_MS = 15 * MINUTE_MS;
const DAY_S = 86_400;
/** A relative time counts months by the calendar of whoever reads it; days are the same for everyone. */
const MAX_RELATIVE_DAYS = 31;

const TIME = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d)(\d\d)([-+R])$/;
const RECEIPT_DATE = /^(\d{10,14}?)(?:Z|([-+])(\d\d):?(\d\d)?)?$/i;

export type ReadTime = { ok: true; at: number | null } | { ok: false; reason: string };

/** A date of a receipt: the instant, and `YYMMDDhhmm` as the carrier's clock showed it. */
export interface ReceiptDate {
  at: number;
  stamp: string;
}

/** In UTC, to a tenth of a second. */
export function writeAbsoluteTime(at: number): string {
  const iso = new Date(at).toISOString();
  return `${iso.slice(2, 19).replace(/[-:T]/g, '')}${iso.charAt(20)}00+`;
}

/** From now on, in whole seconds, rounded up; `null` above 31 days or below nothing: then say it absolutely. */
export function writeRelativeTime(durationMs: number): string | null {
  const seconds = Math.ceil(durationMs / SECOND_MS);
  const days = Math.floor(seconds / DAY_S);
  if (!(seconds >= 0) || days > MAX_RELATIVE_DAYS) return null;
  const clock = [days, Math.floor(seconds / 3_600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  return `0000${clock.map(twoDigits).join('')}000R`;
}

/** Either form, relative to `now`; `at` is `null` when nothing is said. */
export function readTime(text: string, now: number): ReadTime {
  if (text === '') return { ok: true, at: null };
  const match = TIME.exec(text);
  if (!match) return { ok: false, reason: 'a time has sixteen characters: YYMMDDhhmmsstnn and +, - or R' };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, tenths = 0, quarters = 0] = match
    .slice(1, 9)
    .map(Number);
  if (match[9] === 'R') {
    const from = new Date(now);
    const months = from.getUTCMonth() + year * 12 + month;
    from.setUTCFullYear(from.getUTCFullYear(), months, from.getUTCDate() + day);
    return { ok: true, at: from.getTime() + ((hour * 60 + minute) * 60 + second) * SECOND_MS };
  }
  const at = instantOf(2_000 + year, month, day, hour, minute, second);
  if (at === null || quarters > 48) return { ok: false, reason: 'there is no such date, hour or zone' };
  const ahead = (match[9] === '-' ? -1 : 1) * quarters * QUARTER_MS;
  return { ok: true, at: at + tenths * 100 - ahead };
}

/**
 * A date of a receipt: `YYMMDDhhmm`, with `ss`, with the century, or both, in the carrier's zone (`zoneMinutes` east of
 * UTC) unless it ends in one; or an absolute time. Twelve digits can be two dates: the one nearer to `nearAt` is meant.
 */
export function readReceiptDate(text: string, zoneMinutes: number, nearAt: number): ReceiptDate | null {
  const trimmed = text.trim();
  if (TIME.test(trimmed)) {
    const time = readTime(trimmed, nearAt);
    return time.ok && time.at !== null ? { at: time.at, stamp: trimmed.slice(0, 10) } : null;
  }
  const match = RECEIPT_DATE.exec(trimmed);
  if (!match) return null;
  const [, digits = '', sign, hours = '0', minutes = '0'] = match;
  const named = /[-+Z]/i.test(trimmed);
  const east = named ? (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) : zoneMinutes;
  const century = String(new Date(nearAt).getUTCFullYear()).slice(0, 2);
  const found = (digits.length % 2 === 1 ? [] : [century + digits, digits])
    .filter((full) => full.length >= 12 && full.length <= 14)
    .map((full) => ({ full, at: digitsToInstant(full) }))
    .filter((date): date is { full: string; at: number } => date.at !== null)
    .sort((one, other) => Math.abs(one.at - nearAt) - Math.abs(other.at - nearAt))[0];
  return found ? { at: found.at - east * MINUTE_MS, stamp: found.full.slice(2, 12) } : null;
}

/** `YYYYMMDDhhmm` or with `ss`. */
function digitsToInstant(digits: string): number | null {
  const number = (from: number, to: number) => Number(digits.slice(from, to));
  return instantOf(number(0, 4), number(4, 6), number(6, 8), number(8, 10), number(10, 12), number(12, 14));
}

/** `null` for 30 February and the like, which Date.UTC rolls over into March. */
function instantOf(year: number, month: number, day: number, hour: number, minute: number, second: number) {
  if (hour > 23 || minute > 59 || second > 59) return null;
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same = date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() : null;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
