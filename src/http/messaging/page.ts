/** Lists of product hosts: a page of items, and the absolute URLs of the pages around it. */
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { badToken, readPageSize } from '../page.ts';

type Listed = Pick<Document, 'sid' | 'createdAt'>;

/** How a list is sorted; among items of equal rank the newest sid comes first. */
export interface Order<T> {
  rankOf: (item: T) => number | string;
  /** 1: smallest rank first; -1: greatest first. */
  sign: 1 | -1;
}

interface Place {
  sid: string;
  rank: number | string;
}

export const NEWEST_FIRST: Order<Listed> = { rankOf: ({ createdAt }) => createdAt, sign: -1 };

/** `PA` (after) or `PB` (before), then the place: its sid, and its rank: a number in hex, or `-` and a text in base64url. */
const TOKEN = /^(PA|PB)([A-Z]{2}[0-9a-f]{32})(?:([0-9a-f]{1,12})|-([\w-]*))$/;

/** Comparison of two items as lists have them that nobody orders otherwise. */
export function byPlace(one: Listed, other: Listed): number {
  return comparison(NEWEST_FIRST)(one, other);
}

export function comparison<T extends Listed>(order: Order<T>): (one: T, other: T) => number {
  return (one, other) => compare(order.sign, placeOf(order, one), placeOf(order, other));
}

/**
 * Answers the page that the query asks for, of `items`, which are in `order`. `filters` names the parameters that have
 * chosen them, which the URLs repeat. A token carries the whole place and not the sid alone, so that a client which
 * deletes what it walks over finds its way on.
 */
export async function answerPage<T extends Listed>(
  call: Call,
  key: string,
  items: T[],
  render: (item: T) => Resource | Promise<Resource>,
  filters: string | string[] = [],
  order: Order<T> = NEWEST_FIRST,
): Promise<Answer> {
  const { size, page } = readPageSize(call.query);
  const token = call.query.one('PageToken') || undefined;
  const { from, to } = token ? boundsOf(items, order, size, token) : { from: page * size, to: page * size + size };
  const shown = items.slice(from, to);
  const first = shown.at(0);
  const last = shown.at(-1);
  const given = [filters].flat().flatMap((name) => call.query.all(name).map((value) => [name, value]));
  const chosen = given.filter(([, value]) => value !== '');
  const url = (number: number, place?: string) => {
    const pairs = [...chosen, ['PageSize', String(size)], ['Page', String(number)]];
    if (place !== undefined) pairs.push(['PageToken', place]);
    return `${call.origin()}${call.base}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  return {
    kind: 'page',
    page: {
      key,
      resources: await Promise.all(shown.map(render)),
      page,
      pageSize: size,
      url: url(page, token),
      firstUrl: url(0),
      nextUrl: last && to < items.length ? url(page + 1, tokenOf('PA', placeOf(order, last))) : null,
      previousUrl: first && from > 0 ? url(Math.max(0, page - 1), tokenOf('PB', placeOf(order, first))) : null,
    },
  };
}

function boundsOf<T extends Listed>(items: T[], order: Order<T>, size: number, token: string) {
  const [, mark, sid, number, text] = TOKEN.exec(token) ?? [];
  if (sid === undefined) throw badToken(token);
  const rank = number === undefined ? Buffer.from(text ?? '', 'base64url').toString() : Number.parseInt(number, 16);
  const against = (item: T) => compare(order.sign, placeOf(order, item), { sid, rank });
  if (mark === 'PA') {
    const from = firstIndex(items, (item) => against(item) > 0);
    return { from, to: from + size };
  }
  const to = firstIndex(items, (item) => against(item) >= 0);
  return { from: Math.max(0, to - size), to };
}

function firstIndex<T>(items: T[], isPast: (item: T) => boolean): number {
  const index = items.findIndex(isPast);
  return index === -1 ? items.length : index;
}

function placeOf<T extends Listed>({ rankOf }: Order<T>, item: T): Place {
  return { sid: item.sid, rank: rankOf(item) };
}

function compare(sign: 1 | -1, one: Place, other: Place): number {
  const areNumbers = typeof one.rank === 'number' && typeof other.rank === 'number';
  const ranks = areNumbers ? Number(one.rank) - Number(other.rank) : String(one.rank).localeCompare(String(other.rank));
  return sign * ranks || (one.sid < other.sid ? 1 : one.sid > other.sid ? -1 : 0);
}

function tokenOf(mark: 'PA' | 'PB', { sid, rank }: Place): string {
  return `${mark}${sid}${typeof rank === 'number' ? rank.toString(16) : `-${Buffer.from(rank).toString('base64url')}`}`;
}
