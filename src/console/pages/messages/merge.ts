/** The list of messages as it changes: pages from the server, and what the live stream says of them since. */
import type { InfiniteData } from '@tanstack/react-query';
import { listedAt } from '../../../domain/message.ts';
import type { MessagePage, MessageRow } from '../../api/messages.ts';

/** Some fields of a row. */
export type Patch = Partial<MessageRow> & { sid: string };

export type List = InfiniteData<MessagePage, string | null>;

interface Flat {
  rows: MessageRow[];
  sids: ReadonlySet<string>;
}

/** A list of 50 000 rows is gone through once a change, however many ask. */
const flats = new WeakMap<List, Flat>();

/** Every row once: one that has moved up meanwhile may stand on two pages. */
export function rowsOf(list: List | undefined): MessageRow[] {
  return list === undefined ? [] : flat(list).rows;
}

export function sidsOf(list: List): ReadonlySet<string> {
  return flat(list).sids;
}

function flat(list: List): Flat {
  const known = flats.get(list);
  if (known !== undefined) return known;
  const sids = new Set<string>();
  const rows: MessageRow[] = [];
  for (const { messages } of list.pages) {
    for (const row of messages) {
      if (sids.has(row.sid)) continue;
      sids.add(row.sid);
      rows.push(row);
    }
  }
  flats.set(list, { rows, sids });
  return { rows, sids };
}

/** Rows of a fresh first page that the list does not have. */
export function newRows(list: List, head: MessagePage): MessageRow[] {
  const known = sidsOf(list);
  return head.messages.filter(({ sid }) => !known.has(sid));
}

/**
 * The list with a fresh first page taken in, in the order of the server. Rows that should be on it and are not stay when
 * the list `keepsAll` (nothing filters it: they have come since the page was read, whatever their time says), and go
 * when it does not (they match no more). When the end of the fresh page is not known, rows may be missing below it: the
 * list begins anew. So does one that has grown past `most`.
 */
export function withHead(list: List, head: MessagePage, { keepsAll, most }: { keepsAll: boolean; most: number }): List {
  const [first, ...others] = list.pages;
  const oldest = head.messages.at(-1);
  const isAll = head.next_page === null;
  if (first === undefined || oldest === undefined || !(isAll || sidsOf(list).has(oldest.sid))) return anew(head);
  const fresh = new Set(head.messages.map(({ sid }) => sid));
  const newestAt = head.messages[0]?.listed_at ?? '';
  const stale = rowsOf({ ...list, pages: [first] }).filter(({ sid }) => !fresh.has(sid));
  const behind = isAll ? [] : stale.filter((row) => row.listed_at <= oldest.listed_at);
  const kept = stale.filter((row) => row.listed_at > newestAt || (keepsAll && !behind.includes(row)));
  const messages = [...[...head.messages, ...kept].sort(newestFirst), ...behind];
  if (isAll) return anew({ ...head, messages });
  return messages.length > most ? anew(head) : { ...list, pages: [{ ...first, messages }, ...others] };
}

function newestFirst(one: MessageRow, other: MessageRow): number {
  if (one.listed_at !== other.listed_at) return one.listed_at > other.listed_at ? -1 : 1;
  return one.sid > other.sid ? -1 : 1;
}

/** The list with nothing but its first page. */
export function anew(head: MessagePage): List {
  return { pages: [head], pageParams: [null] };
}

/** The list with fresh versions of rows it has. */
export function withRows(list: List, rows: readonly Patch[]): List {
  const fresh = new Map(rows.map((row) => [row.sid, row]));
  return { ...list, pages: list.pages.map((page) => patched(page, fresh)) };
}

/** The list with new rows on top, newest first, as the stream tells of them. */
export function withAdded(list: List, added: readonly MessageRow[]): List {
  const [first, ...others] = list.pages;
  if (first === undefined) return list;
  const told = added.map((row) => ({
    ...row,
    listed_at: row.listed_at ?? row.created_at,
    has_media: Number(row.num_media) > 0,
  }));
  return { ...list, pages: [{ ...first, messages: [...told, ...first.messages] }, ...others] };
}

/** The list without some rows. */
export function withoutRows(list: List, sids: ReadonlySet<string>): List {
  const pages = list.pages.map((page) => {
    if (!page.messages.some(({ sid }) => sids.has(sid))) return page;
    return { ...page, messages: page.messages.filter(({ sid }) => !sids.has(sid)) };
  });
  return { ...list, pages };
}

/** The same page when nothing on it changed, so that nothing is drawn again. */
function patched(page: MessagePage, fresh: ReadonlyMap<string, Partial<MessageRow>>): MessagePage {
  if (!page.messages.some(({ sid }) => fresh.has(sid))) return page;
  const messages = page.messages.map((row) => {
    const next = fresh.get(row.sid);
    return next === undefined
      ? row
      : { ...row, ...(next.sent_at ? { listed_at: placeOf(row, next.sent_at) } : {}), ...next };
  });
  return { ...page, messages };
}

/** Where it is listed once it is sent, as the server orders. */
function placeOf({ created_at: createdAt }: MessageRow, sentAt: string): string {
  return new Date(listedAt({ createdAt: Date.parse(createdAt), sentAt: Date.parse(sentAt) })).toISOString();
}
