/** Usage records: what an account has sent and received, in one row a category, or a row for each period. */

import { iso8601 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { formatPrice } from '../domain/money.ts';
import { CATEGORIES, type Category, dayText, findCategory, sumUp, TOTAL_PRICE } from '../domain/usage.ts';
import { chargeOf } from '../domain/usage-trigger.ts';
import { familyOf } from '../engine/usage-triggers.ts';
import type { CountedUsage, UsagePeriod } from '../store/report-shapes.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call, Handler } from './context.ts';
import { readFilterPairs } from './date-filter.ts';
import { badToken, readPageSize } from './page.ts';
import { readBoolean } from './parameters.ts';

/** Days, both inclusive. */
interface Days {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;
const FILTERS = ['Category', 'StartDate', 'EndDate', 'IncludeSubaccounts'] as const;
const EVER: Days = { from: '0000-01-01', to: '9999-12-31' };
/** Below `Usage/Records`: what a row is about, and the days that it covers at `today`. */
const LISTS: Record<string, { per: UsagePeriod; days: (today: string) => Days }> = {
  AllTime: { per: 'all', days: () => EVER },
  Daily: { per: 'day', days: () => EVER },
  Monthly: { per: 'month', days: () => EVER },
  Yearly: { per: 'year', days: () => EVER },
  Today: { per: 'all', days: (today) => ({ from: today, to: today }) },
  Yesterday: { per: 'all', days: (today) => ({ from: dayAfter(today, -1), to: dayAfter(today, -1) }) },
  ThisMonth: { per: 'all', days: (today) => ({ from: `${today.slice(0, 7)}-01`, to: today }) },
  LastMonth: { per: 'all', days: (today) => monthOf(dayAfter(`${today.slice(0, 7)}-01`, -1)) },
};

/** The lists below `Usage/Records` by the last segment of their path. */
export const RECORD_LISTS: [segment: string, list: Handler][] = Object.keys(LISTS).map((name) => [
  name,
  (call) => listRecords(call, name),
]);

/** All of an account's life in one row a category, unless the query says otherwise. */
export async function listRecords(call: Call, name = 'AllTime'): Promise<Answer> {
  const { per, days } = LISTS[name] ?? { per: 'all', days: () => EVER };
  const { size, page } = readPageSize(call.query);
  const filters = readFilterPairs(call.query, FILTERS);
  const now = call.context.clock.now();
  const range = readRange(call, days(dayText(now)), per, dayText(now));
  const categories = readCategories(call.query.one('Category'));
  const token = call.query.one('PageToken') || undefined;
  const first = token === undefined ? page * size : readToken(token);
  const periods = periodsOf(range, per);
  const rows = pageOf(periods, categories, first, size + 1);
  const counted = await count(call, rows.slice(0, size), per);
  const hasNext = rows.length > size;
  const resources = rows
    .slice(0, size)
    .map(({ days: shown, key, category }) => render(call, category, shown, counted.get(key) ?? [], now));
  const path = call.format === 'json' ? `${call.base}.json` : call.base;
  const uri = (number: number, at: number | null) => {
    const pairs = [...filters, ['PageSize', String(size)], ['Page', String(number)]];
    if (at !== null) pairs.push(['PageToken', tokenOf(at)]);
    return `${path}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  return {
    kind: 'list',
    list: {
      key: 'usage_records',
      container: 'UsageRecords',
      element: 'UsageRecord',
      resources,
      page,
      pageSize: size,
      uri: uri(page, token === undefined ? null : first),
      firstUri: uri(0, null),
      nextUri: hasNext ? uri(page + 1, first + size) : null,
      previousUri: first > 0 ? uri(Math.max(0, page - 1), Math.max(0, first - size)) : null,
    },
  };
}

interface RecordRow {
  days: Days;
  /** How the store names the period. */
  key: string;
  category: Category;
}

/** Newest period first, in each the categories in their order; only what the page needs is made. */
function pageOf(
  periods: { days: Days; key: string }[],
  categories: Category[],
  first: number,
  size: number,
): RecordRow[] {
  const rows: RecordRow[] = [];
  for (let index = first; index < first + size; index += 1) {
    const period = periods[Math.floor(index / categories.length)];
    const category = categories[index % categories.length];
    if (!period || !category) break;
    rows.push({ ...period, category });
  }
  return rows;
}

async function count(call: Call, rows: RecordRow[], per: UsagePeriod): Promise<Map<string, CountedUsage[]>> {
  const newest = rows.at(0)?.days.to;
  const oldest = rows.at(-1)?.days.from;
  if (newest === undefined || oldest === undefined) return new Map();
  const { store } = call.context;
  const own = call.account.sid;
  const withFamily = readBoolean(call.query, 'IncludeSubaccounts') ?? true;
  const accountSids = withFamily ? familyOf(own, await store.accounts()) : [own];
  return Map.groupBy(await store.usage({ accountSids, from: oldest, to: newest, per }), ({ period }) => period);
}

/** Newest first. A list of periods begins with the account: before it there was nothing. */
function periodsOf({ from, to }: Days, per: UsagePeriod): { days: Days; key: string }[] {
  if (per === 'all') return from > to ? [] : [{ days: { from, to }, key: '' }];
  const periods: { days: Days; key: string }[] = [];
  for (let end = to; end >= from; ) {
    const whole = per === 'day' ? { from: end, to: end } : per === 'month' ? monthOf(end) : yearOf(end);
    const start = whole.from < from ? from : whole.from;
    const key = end.slice(0, { day: 10, month: 7, year: 4 }[per]);
    periods.push({ days: { from: start, to: end }, key });
    end = dayAfter(start, -1);
  }
  return periods;
}

/**
 * What the list covers and the query asks for, never in the future. Lists of periods, and what has no beginning, begin
 * with the account. Where nothing is left it ends before it begins.
 */
function readRange(call: Call, covered: Days, per: UsagePeriod, today: string): Days {
  const from = readDay(call, 'StartDate', today) ?? EVER.from;
  const to = readDay(call, 'EndDate', today) ?? EVER.to;
  if (from > to) {
    const fix = 'Let StartDate be no later than EndDate.';
    throw refuse(20001, {}, { parameter: 'StartDate', received: from, allowed: `up to ${to}`, fix });
  }
  const start = from > covered.from ? from : covered.from;
  const end = [to, covered.to, today].reduce((one, other) => (one < other ? one : other));
  const born = dayText(call.account.createdAt);
  const isWhole = per === 'all' && start !== EVER.from;
  return { from: isWhole || start > born ? start : born, to: end };
}

/** `2026-01-31`, or so many days from today: `-30days`. */
function readDay({ query }: Call, parameter: string, today: string): string | null {
  const text = query.one(parameter);
  if (!text) return null;
  // A plus that a careless client left bare has come as a space.
  const offset = /^([-+ ])(\d{1,5}) ?days?$/i.exec(text);
  if (offset) return dayAfter(today, Number(offset[2]) * (offset[1] === '-' ? -1 : 1));
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text) && dayAfter(text, 0) === text;
  if (isDay) return text;
  const allowed = 'YYYY-MM-DD, or days from today such as -30days';
  throw refuse(20001, {}, { parameter, received: text, allowed, fix: 'Write it in one of these forms.' });
}

function dayAfter(day: string, days: number): string {
  const at = Date.parse(`${day}T00:00:00Z`) + days * DAY_MS;
  return Number.isNaN(at) ? '' : dayText(at);
}

function monthOf(day: string): Days {
  const from = `${day.slice(0, 7)}-01`;
  return { from, to: dayAfter(`${dayAfter(from, 31).slice(0, 7)}-01`, -1) };
}

function yearOf(day: string): Days {
  return { from: `${day.slice(0, 4)}-01-01`, to: `${day.slice(0, 4)}-12-31` };
}

function readCategories(text: string | undefined): Category[] {
  if (!text) return [...CATEGORIES];
  const found = findCategory(text);
  if (found) return [found];
  const allowed = CATEGORIES.map(({ name }) => name).join(', ');
  throw refuse(20001, {}, { parameter: 'Category', received: text, allowed, fix: 'Ask for one of these, or for all.' });
}

/** Rows have no sid, so a token is a place: `AP` and its number in base64, as in the original. */
function tokenOf(place: number): string {
  return `AP${Buffer.from(String(place)).toString('base64')}`;
}

function readToken(token: string): number {
  const place = token.startsWith('AP') ? Buffer.from(token.slice(2), 'base64').toString('latin1') : '';
  if (!/^\d{1,9}$/.test(place)) throw badToken(token);
  return Number(place);
}

function render(call: Call, category: Category, days: Days, counted: CountedUsage[], now: number): Resource {
  const { sid } = call.account;
  const used = sumUp(category, counted);
  const price = formatPrice(chargeOf(used));
  const isTotal = category.name === TOTAL_PRICE;
  const root = `${API_ROOT}/Accounts/${sid}/Usage/Records`;
  const about = `Category=${category.name}`;
  return {
    account_sid: sid,
    api_version: '2010-04-01',
    as_of: iso8601(now).replace('Z', '+00:00'),
    category: category.name,
    count: isTotal ? null : String(used.count),
    count_unit: category.countUnit,
    description: category.description,
    end_date: days.to,
    price,
    price_unit: 'usd',
    start_date: days.from,
    subresource_uris: Object.fromEntries(
      Object.keys(LISTS).map((name) => [snake(name), `${root}/${name}.json?${about}`]),
    ),
    uri: `${call.base}.json?${about}&StartDate=${days.from}&EndDate=${days.to}`,
    usage: isTotal ? price : String(used.usage),
    usage_unit: category.usageUnit,
  };
}

function snake(name: string): string {
  return name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
}
