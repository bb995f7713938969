/** `DateX`, `DateX<`, `DateX>` of a list: a day, or an instant (rest-api 9.4). */
import { dayOf, type FilterDate, parseFilterDate } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';

/** Inclusive bounds, epoch ms; `undefined`: none on that side. */
export interface DateBounds {
  from: number | undefined;
  to: number | undefined;
}

/** Reads the three filters of the date called `name`. What is no date is 400/20001. */
export function readDateBounds(filters: Map<string, string>, name: string): DateBounds {
  const lower: number[] = [];
  const upper: number[] = [];
  const on = readDate(filters, name);
  if (on) {
    const day = on.kind === 'day' ? on : dayOf(on.at);
    lower.push(day.from);
    upper.push(day.to - 1);
  }
  const after = readDate(filters, `${name}>`);
  if (after) lower.push(after.kind === 'day' ? after.from : after.at);
  const before = readDate(filters, `${name}<`);
  if (before) upper.push(before.kind === 'day' ? before.to - 1 : endOfSecond(before.at));
  return {
    from: lower.length > 0 ? Math.max(...lower) : undefined,
    to: upper.length > 0 ? Math.min(...upper) : undefined,
  };
}

/** The filters in force, in this order: what a list echoes in its URIs. Empty ones are none. */
export function readFilterPairs(query: Form, names: readonly string[]): [name: string, value: string][] {
  return names.flatMap((name): [string, string][] => {
    const value = query.one(name);
    return value ? [[name, value]] : [];
  });
}

/** The wire shows whole seconds, so an instant without a fraction includes all of its second. */
function endOfSecond(at: number): number {
  return at % 1000 === 0 ? at + 999 : at;
}

function readDate(filters: Map<string, string>, name: string): FilterDate | null {
  const text = filters.get(name);
  if (!text) return null;
  const date = parseFilterDate(text);
  if (date === null) {
    const fix = 'Use YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.';
    throw refuse(20001, {}, { parameter: name, received: text, allowed: 'a date', fix });
  }
  return date;
}
