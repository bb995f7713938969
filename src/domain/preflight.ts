/**
 * Numbers that act something out without any set-up: `+150055EEEEE` brings about error EEEEE, and `+1500555000x` are
 * the magic numbers of Twilio's test credentials. The two cannot meet: no code of ours starts with 5.
 */
import { explain } from './catalogue.ts';

/** Magic senders; every other one is an ordinary number (and so has to be the account's own). */
const MAGIC_FROM = new Map([
  ['+15005550001', 21212],
  ['+15005550002', 21606],
  ['+15005550003', 21606],
  ['+15005550004', 21606],
  ['+15005550007', 21606],
  ['+15005550008', 21611],
  ['+15005550009', 21606],
]);

const MAGIC_TO = new Map([
  ['+15005550001', 21211],
  ['+15005550002', 21612],
  ['+15005550003', 21408],
  ['+15005550004', 21610],
  ['+15005550009', 21614],
]);

/** Whether this is one of those of Twilio's test credentials. */
export function isMagic(address: string): boolean {
  return /^\+1500555000\d$/.test(address);
}

const OUTCOME_NUMBER = /^(?:[a-z]+:)?\+150055(\d{5})$/;

/**
 * The code with which the request is refused, or `null` when these numbers have nothing against it. From comes before
 * To. A 2xxxx that is no error of a request is an ordinary number.
 */
export function preflight(pair: { to: string; from: string }): number | null {
  const magic = MAGIC_FROM.get(pair.from) ?? MAGIC_TO.get(pair.to);
  if (magic !== undefined) return magic;
  const code = outcomeCode(pair.to);
  if (code === null || code < 20000 || code > 29999) return null;
  return isRefusal(explain(code)?.status) ? code : null;
}

function isRefusal(status: number | null | undefined): boolean {
  return typeof status === 'number' && status >= 400;
}

/** Codes that a carrier or a channel reports after it took the message (behaviour sheet 12.1 and 12.3). */
const UNDELIVERED = new Set([
  30003, 30004, 30005, 30006, 30007, 30008, 30017, 30018, 30019, 30022, 30023, 30024, 30027, 30034, 30040, 30041, 30042,
  30043, 63003, 63014, 63024, 63032, 63033, 63036, 63049,
]);

/**
 * How a message to an outcome number ends: 3xxxx, 63xxx, and those 2xxxx that no request is refused with (21703, for want
 * of a sender). `null` for every other address.
 */
export function outcomeOf(to: string): { kind: 'failed' | 'undelivered'; code: number } | null {
  const code = outcomeCode(to);
  if (code === null) return null;
  if (code >= 20000 && code <= 29999) {
    const known = explain(code);
    return known && !isRefusal(known.status) ? { kind: 'failed', code } : null;
  }
  const isDelivery = (code >= 30000 && code <= 39999) || (code >= 63000 && code <= 63999);
  if (!isDelivery) return null;
  return { kind: UNDELIVERED.has(code) ? 'undelivered' : 'failed', code };
}

function outcomeCode(address: string): number | null {
  const digits = OUTCOME_NUMBER.exec(address)?.[1];
  return digits === undefined ? null : Number(digits);
}
