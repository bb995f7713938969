/** `DateX`, `DateX<`, `DateX>` of a list: a day, or an instant (rest-api 9.4). */
import { dayOf, type FilterDate, parseFilterDate } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';

/** Inclusive bounds, epoch ms; `undefined`: none on that side. */
export interface DateBounds {
  from: number | undefined;
  to: number | undefined;
}

/**
 * Reads the three filters of the date called `name`. `name` is the day around what is given, as the SDKs turn a date
 * into its midnight; `name<` and `name>` are exact when a time was written. The bound may stand before the value, too
 * (seed 004: `<=YYYY-MM-DD`). What is no date is 400/20001.
 */
export function readDateBounds(filters: Map<string, string>, name: string): DateBounds {
  const lower: number[] = [];
  const upper: number[] = [];
  for (const bound of ['', '>', '<'] as const) {
    const given = readDate(filters, name, bound);
    if (!given) continue;
    const { date } = given;
    const { from, to } = date.kind === 'day' ? date : given.bound === '' ? dayOf(date.at) : secondFrom(date.at);
    if (given.bound !== '<') lower.push(from);
    if (given.bound !== '>') upper.push(to - 1);
  }
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
function secondFrom(at: number): { from: number; to: number } {
  return { from: at, to: at % 1000 === 0 ? at + 1000 : at + 1 };
}

type Bound = '' | '<' | '>';

function readDate(filters: Map<string, string>, name: string, bound: Bound): { bound: Bound; date: FilterDate } | null {
  const parameter = name + bound;
  const text = filters.get(parameter);
  if (!text) return null;
  const [, written, value = text] = /^([<>])=(.*)$/.exec(text) ?? [];
  const date = written === undefined || bound === '' || written === bound ? parseFilterDate(value) : null;
  if (date === null) {
    const fix = 'Use YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.';
    throw refuse(20001, {}, { parameter, received: text, allowed: 'a date', fix });
  }
  return { bound: (written ?? bound) as Bound, date };
}
