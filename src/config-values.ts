import type { KeyType, Written } from './config-keys.ts';
import { esmeUserOf } from './domain/esme-address.ts';
import { nearest } from './domain/nearest.ts';

/** What a setting holds once read: milliseconds, micro-units and the like are plain numbers. */
export type Value = string | number | boolean | string[] | null;

const UNIT_MS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATIONS: readonly string[] = ['500ms', '2s', '15m', '24h', '7d'];

/**
 * Reads one written value. Text is taken where a flag or the environment could give nothing else (`"7670"` for an
 * integer). Answers `{ allowed }`, a phrase for the error text, when it does not fit.
 */
export function readValue(type: KeyType, written: unknown): { value: Value } | { allowed: string } {
  switch (type.kind) {
    case 'string':
      return typeof written === 'string' && written !== '' ? { value: written } : { allowed: 'a text' };
    case 'int': {
      const number = numberOf(written);
      const fits = number !== null && Number.isInteger(number) && number >= type.min && number <= type.max;
      return fits ? { value: number } : { allowed: `a whole number from ${type.min} to ${type.max}` };
    }
    case 'bool':
      if (written === true || written === 'true' || written === '1') return { value: true };
      if (written === false || written === 'false' || written === '0') return { value: false };
      return { allowed: 'true or false' };
    case 'duration':
      return duration(written, type.maxMs);
    case 'url':
      return url(written);
    case 'webhook':
      return isEsme(written) ? { value: written } : url(written, ', or smpp:SYSTEM_ID');
    case 'list':
      return list(written, type.values);
    case 'enum':
      if (typeof written === 'string' && type.values.includes(written)) return { value: written };
      return { allowed: type.values.map((value) => `"${value}"`).join(' or ') };
    case 'rate': {
      if (written === 'none') return { value: null };
      if (written === 'twilio' && type.of === undefined) return { value: 'twilio' };
      const number = numberOf(written);
      if (number !== null && number > 0) return { value: number };
      const { of = 'segments' } = type;
      return { allowed: `${of} a second above 0, ${type.of === undefined ? '"none", or "twilio"' : 'or "none"'}` };
    }
    case 'money':
      return money(written);
  }
}

/** `written` shortened for an error text; secrets never show. */
export function shown(written: Written | unknown, secret: boolean): string {
  if (secret) return '(hidden)';
  const text = JSON.stringify(written) ?? String(written);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

/** A database URL as it may be shown: without its password, wherever that stands. A path stays as it is. */
export function withoutPassword(database: string): string {
  if (!isPostgres(database)) return database;
  // Up to the last @: a password that was not escaped may hold one.
  return database.replace(/^(\w+:\/\/[^:/?@]*):.*@/, '$1:***@').replaceAll(/([?&]\w*password=)[^&]*/gi, '$1***');
}

/** Whether the setting names a PostgreSQL, not a file. */
export function isPostgres(database: string): boolean {
  return /^postgres(ql)?:\/\//.test(database);
}

function numberOf(written: unknown): number | null {
  if (typeof written === 'number') return Number.isFinite(written) ? written : null;
  if (typeof written === 'bigint') return Number(written);
  return typeof written === 'string' && /^-?\d+(\.\d+)?$/.test(written.trim()) ? Number(written) : null;
}

function duration(written: unknown, maxMs = Number.POSITIVE_INFINITY): { value: Value } | { allowed: string } {
  const ms = typeof written === 'string' ? msOf(written.trim()) : null;
  if (ms !== null && ms <= maxMs) return { value: ms };
  const examples = DURATIONS.filter((text) => (msOf(text) ?? 0) <= maxMs).map((text) => `"${text}"`);
  const upTo = Number.isFinite(maxMs) ? `, up to "${durationText(maxMs)}"` : '';
  return { allowed: `a duration like ${examples.join(', ')}${upTo}` };
}

function msOf(text: string): number | null {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ?? [];
  return number === undefined ? null : Math.round(Number(number) * (UNIT_MS[unit] ?? Number.NaN));
}

/** In the largest unit of which it is a whole number. */
function durationText(ms: number): string {
  const [unit, unitMs] = Object.entries(UNIT_MS).findLast(([, one]) => ms % one === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}

function url(written: unknown, besides = ''): { value: Value } | { allowed: string } {
  const parsed = typeof written === 'string' && URL.canParse(written) ? new URL(written) : null;
  if (parsed && /^https?:$/.test(parsed.protocol) && parsed.hostname !== '') {
    return { value: String(written).replace(/(?<!\/)\/+$/, '') };
  }
  return { allowed: `a URL that starts with http:// or https://${besides}` };
}

function isEsme(written: unknown): written is string {
  return typeof written === 'string' && esmeUserOf(written) !== null && !written.includes('?');
}

function list(written: unknown, values?: readonly string[]): { value: Value } | { allowed: string } {
  const items = itemsOf(written);
  if (items === null) return { allowed: 'a list of texts' };
  if (values === undefined) return { value: items };
  const stranger = items.find((item) => !values.includes(item));
  if (stranger === undefined && items.length > 0) return { value: items };
  const meant = stranger === undefined ? null : nearest(stranger, [...values]);
  const hint = meant === null ? '' : ` (did you mean "${meant}"?)`;
  return { allowed: `one or more of ${values.map((value) => `"${value}"`).join(', ')}${hint}` };
}

function itemsOf(written: unknown): string[] | null {
  if (Array.isArray(written)) return written.every((one) => typeof one === 'string') ? written : null;
  if (typeof written !== 'string') return null;
  const items = written.split(',').map((item) => item.trim());
  return items.filter((item) => item !== '');
}

function money(written: unknown): { value: Value } | { allowed: string } {
  const text = typeof written === 'number' ? String(written) : written;
  const match = typeof text === 'string' ? /^(\d{1,6})(?:\.(\d{1,6}))?$/.exec(text.trim()) : null;
  if (!match) return { allowed: 'an amount like "0.0079", with at most 6 decimals' };
  return { value: Number(match[1]) * 1_000_000 + Number((match[2] ?? '').padEnd(6, '0')) };
}
