/** Lists of the messaging host: a page of documents, and the absolute URLs of the pages around it. */
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { badToken, readPageSize } from '../page.ts';

/** A place in a list: newest first, by creation, then by sid. */
type Place = Pick<Document, 'sid' | 'createdAt'>;

/** `PA` (after) or `PB` (before), then the place: its sid, and its creation in hex. */
const TOKEN = /^(PA|PB)([A-Z]{2}[0-9a-f]{32})([0-9a-f]{1,12})$/;

/** Comparison of two places as lists have them. */
export function byPlace(one: Place, other: Place): number {
  return other.createdAt - one.createdAt || (one.sid < other.sid ? 1 : one.sid > other.sid ? -1 : 0);
}

/**
 * Answers the page that the query asks for, of `items` in their order. `filter` names the parameter that has chosen
 * them, which the URLs repeat. A token carries the whole place and not the sid
 * alone, so that a client which deletes what it walks over finds its way on.
 */
export async function answerPage<T extends Place>(
  call: Call,
  key: string,
  items: T[],
  render: (item: T) => Resource | Promise<Resource>,
  filter?: string,
): Promise<Answer> {
  const { size, page } = readPageSize(call.query);
  const token = call.query.one('PageToken') || undefined;
  const { from, to } = boundsOf(items, size, page, token);
  const shown = items.slice(from, to);
  const first = shown.at(0);
  const last = shown.at(-1);
  const wanted = filter && call.query.one(filter);
  const chosen = wanted ? `${filter}=${encodeURIComponent(wanted)}&` : '';
  const url = (number: number, given?: string) => {
    const query = `${chosen}PageSize=${size}&Page=${number}${given === undefined ? '' : `&PageToken=${given}`}`;
    return `${call.origin()}${call.base}?${query}`;
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
      nextUrl: last && to < items.length ? url(page + 1, tokenOf('PA', last)) : null,
      previousUrl: first && from > 0 ? url(Math.max(0, page - 1), tokenOf('PB', first)) : null,
    },
  };
}

function boundsOf(items: Place[], size: number, page: number, token: string | undefined) {
  if (token === undefined) return { from: page * size, to: page * size + size };
  const [, mark, sid, createdAt] = TOKEN.exec(token) ?? [];
  if (sid === undefined || createdAt === undefined) throw badToken(token);
  const place = { sid, createdAt: Number.parseInt(createdAt, 16) };
  if (mark === 'PA') {
    const from = firstIndex(items, (item) => byPlace(item, place) > 0);
    return { from, to: from + size };
  }
  const to = firstIndex(items, (item) => byPlace(item, place) >= 0);
  return { from: Math.max(0, to - size), to };
}

function firstIndex(items: Place[], isPast: (item: Place) => boolean): number {
  const index = items.findIndex(isPast);
  return index === -1 ? items.length : index;
}

function tokenOf(mark: 'PA' | 'PB', { sid, createdAt }: Place): string {
  return `${mark}${sid}${createdAt.toString(16)}`;
}
