/** Paging of lists: what the query asks for, and the URIs of the pages around it. */
import { refuse } from '../domain/errors.ts';
import { isSid, type SidPrefix } from '../domain/sid.ts';
import type { List, Resource } from './answer.ts';
import type { Call } from './context.ts';
import type { Form } from './form.ts';
import { canonicalSid } from './sids.ts';

const DEFAULT_SIZE = 50;
const LARGEST_SIZE = 1000;

export interface Paging {
  /** 1..1000. */
  size: number;
  /** From 0. Only without a token does it move the page; with one it is the client's own bookkeeping. */
  page: number;
  /** `PA`/`PB` and the sid of the record to go on from. */
  token: { direction: 'after' | 'before'; sid: string } | null;
}

/** Reads `PageSize`, `Page` and `PageToken`. A token that is not `PA` or `PB` and a sid of `prefixes`: 400/21481. */
export function readPaging(query: Form, ...prefixes: SidPrefix[]): Paging {
  return { ...readPageSize(query), token: readToken(query.one('PageToken') || undefined, prefixes) };
}

/**
 * Reads `PageSize` and `Page`. A size over 1000 is cut to 1000, because the SDKs send any `limit` as size; what is no
 * positive number is 400/20001.
 */
export function readPageSize(query: Form): { size: number; page: number } {
  const size = query.one('PageSize') || undefined;
  if (size !== undefined && !/^0*[1-9]\d*$/.test(size)) {
    throw badNumber('PageSize', size, '1 to 1000', 'Ask for at least one record a page.');
  }
  const page = query.one('Page') || undefined;
  if (page !== undefined && !/^\d{1,9}$/.test(page)) {
    throw badNumber('Page', page, '0 to 999999999', 'Follow next_page_uri instead of counting pages.');
  }
  return {
    size: size === undefined ? DEFAULT_SIZE : Math.min(Number(size), LARGEST_SIZE),
    page: page === undefined ? 0 : Number(page),
  };
}

function readToken(text: string | undefined, prefixes: SidPrefix[]): Paging['token'] {
  if (text === undefined) return null;
  const sid = text.slice(2);
  const mark = text.slice(0, 2);
  if ((mark !== 'PA' && mark !== 'PB') || !isSid(sid, ...prefixes)) {
    throw badToken(text);
  }
  return { direction: mark === 'PA' ? 'after' : 'before', sid: canonicalSid(sid) };
}

/** 400/21481 for a token that is none of ours. */
export function badToken(received: string): Error {
  const allowed = 'the token of a next or previous page';
  return refuse(
    21481,
    {},
    { parameter: 'PageToken', received, allowed, fix: 'Follow the links of the list as they are.' },
  );
}

function badNumber(parameter: string, received: string, allowed: string, fix: string): Error {
  return refuse(20001, {}, { parameter, received: received, allowed, fix });
}

export interface Found {
  key: string;
  container: string;
  element: string;
  /** Each has a `sid`. */
  resources: Resource[];
  hasNext: boolean;
  hasPrevious: boolean;
  /** The filters in force, echoed in every URI. */
  filters: [name: string, value: string][];
}

/** The list as answered. Its URIs start at `/2010-04-01`: clients append them to their own base URL. */
export function makeList(call: Call, paging: Paging, found: Found): List {
  const path = call.format === 'json' ? `${call.base}.json` : call.base;
  const uri = (page: number, token: string | null) => {
    const pairs = [...found.filters, ['PageSize', String(paging.size)], ['Page', String(page)]];
    if (token !== null) pairs.push(['PageToken', token]);
    return `${path}?${pairs.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`;
  };
  const first = found.resources.at(0);
  const last = found.resources.at(-1);
  const given = paging.token && `${paging.token.direction === 'after' ? 'PA' : 'PB'}${paging.token.sid}`;
  return {
    key: found.key,
    container: found.container,
    element: found.element,
    resources: found.resources,
    page: paging.page,
    pageSize: paging.size,
    uri: uri(paging.page, given),
    firstUri: uri(0, null),
    nextUri: found.hasNext && last ? uri(paging.page + 1, `PA${last.sid}`) : null,
    previousUri: found.hasPrevious && first ? uri(Math.max(0, paging.page - 1), `PB${first.sid}`) : null,
  };
}

/**
 * A page of a short collection held in memory, already in its order. A token whose record is gone goes on from where
 * that stood, so that a client may delete what it walks over: `isBehind` tells which items come after a sid, newest
 * first unless it says otherwise.
 */
export function slicePage<T extends { sid: string }>(
  items: T[],
  paging: Paging,
  isBehind: (item: T, sid: string) => boolean = (item, sid) => item.sid < sid,
): { items: T[]; hasNext: boolean; hasPrevious: boolean } {
  let from = paging.page * paging.size;
  let to = from + paging.size;
  if (paging.token) {
    const { sid, direction } = paging.token;
    const place = items.findIndex((item) => item.sid === sid);
    const next = place === -1 ? items.findIndex((item) => isBehind(item, sid)) : place + 1;
    const after = next === -1 ? items.length : next;
    const before = place === -1 ? after : place;
    from = direction === 'after' ? after : Math.max(0, before - paging.size);
    to = direction === 'after' ? after + paging.size : before;
  }
  return { items: items.slice(from, to), hasNext: to < items.length, hasPrevious: from > 0 && items.length > 0 };
}
