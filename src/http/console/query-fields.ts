/** What the console's lists are asked with: instants, numbers, words. What does not fit is 400/20001. */
import { refuse } from '../../domain/errors.ts';
import type { Call } from '../context.ts';

const UNITS: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `15m`, `24h`, `7d` before now, or an instant in ISO 8601; `undefined` for nothing. Anything else is 400/20001. */
export function sinceOf(text: string | undefined, now: number, parameter = 'since'): number | undefined {
  if (text === undefined || text === '') return undefined;
  const [, count, unit = ''] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  const at =
    count === undefined
      ? Date.parse(/^\d{4}-\d\d-\d\d/.test(text) ? text : '')
      : now - Number(count) * (UNITS[unit] ?? 0);
  if (Number.isFinite(at)) return Math.max(0, at);
  throw unfit(parameter, text, '15m, 24h, 7d, or an instant such as 2026-11-22T10:00:00Z');
}

export function numberOf(call: Call, parameter: string, least: number, most: number): number | undefined {
  const received = call.query.one(parameter);
  if (received === undefined || received === '') return undefined;
  const value = /^\d{1,15}$/.test(received) ? Number(received) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw unfit(parameter, received, `a whole number from ${least} to ${most}`);
}

export function oneOf<Value extends string>(
  call: Call,
  parameter: string,
  allowed: readonly Value[],
): Value | undefined {
  const received = call.query.one(parameter);
  if (received === undefined || received === '') return undefined;
  const value = allowed.find((one) => one === received);
  if (value !== undefined) return value;
  throw unfit(parameter, received, allowed.join(', '));
}

export function unfit(parameter: string, received: string, allowed: string): Error {
  const fix = `Correct ${parameter}, or leave it out.`;
  return refuse(20001, { text: `Invalid ${parameter}` }, { parameter, received, allowed, fix });
}
