/**
 * A query over the messages of an account, carried out in steps: each looks at so many rows, and between two the other
 * requests of this process have their turn, because SQLite answers on this very thread. A page ends after a bounded
 * number of rows and says how far it came, so that no question is too large for a store of millions.
 */
import { refuse } from '../../domain/errors.ts';
import { listedAt, type Message } from '../../domain/message.ts';
import { LONGEST_QUERY, type MessageFilter, parseMessageQuery, type QueryTerm } from '../../domain/message-query.ts';
import { isSid } from '../../domain/sid.ts';
import type { ListPlace, RowFilter } from '../../store/store.ts';
import type { Call } from '../context.ts';
import { canonicalSid } from '../sids.ts';
import { nameOf } from './message-row.ts';

/** Rows looked at in one go: some 3 ms of this thread on SQLite. */
const WINDOW = 5_000;
/** Rows looked at for one answer: 100 ms on SQLite, 200 ms on PostgreSQL. */
const MOST_SCANNED = 100_000;
/** Nobody has come near this. */
const MOST_SERVICES = 10_000;

export interface Query {
  terms: QueryTerm[];
  filter: RowFilter;
  /** Set when the query is the SID of one message and nothing else. */
  onlySid: string | null;
  /** Sentences about what was not looked for. */
  notices: string[];
}

export interface Found {
  messages: Message[];
  /** Where to go on; `null`: nothing older is there. */
  next: ListPlace | null;
}

/** The query of a request. Throws 400/20001 that names the term and offers the nearest. */
export async function readQuery(call: Call): Promise<Query> {
  const parsed = parseMessageQuery(call.query.one('q') ?? '', call.context.clock.now());
  if (!parsed.ok) {
    const { received, allowed, fix } = parsed.fault;
    throw refuse(20001, { text: 'Invalid query' }, { parameter: 'q', received, allowed, fix });
  }
  const { terms, filter } = parsed;
  const { services: _, ...rest } = filter;
  const searchBodies = !call.context.console?.sealBodies;
  const notices: string[] = [];
  if (!searchBodies && filter.bodies.length + filter.words.length > 0) {
    notices.push('Bodies are sealed (privacy.seal_bodies), so no text is looked for in them.');
  }
  const [word = '', ...others] = filter.words;
  const onlySid = terms.length === 1 && others.length === 0 && isSid(word, 'SM', 'MM') ? canonicalSid(word) : null;
  return { terms, filter: { ...rest, services: await servicesOf(call, filter), searchBodies }, onlySid, notices };
}

/** SIDs of the services that are meant; a message without one is its account's default one's. */
async function servicesOf({ account, context }: Call, { services }: MessageFilter): Promise<(string | null)[]> {
  const names = services.filter((one) => !isSid(one, 'MG')).map((one) => one.toLowerCase());
  const sids: (string | null)[] = services.filter((one) => isSid(one, 'MG')).map(canonicalSid);
  if (names.length > 0) {
    const query = { accountSid: account.sid, kind: 'service', parentSid: '', limit: MOST_SERVICES };
    const all = await context.store.documents(query);
    const matching = all.filter((one) => names.some((name) => nameOf(one)?.toLowerCase().includes(name)));
    if (matching.length === 0) throw unknownService(names, all.map(nameOf));
    sids.push(...matching.map(({ sid }) => sid));
  }
  if (sids.includes(account.defaultServiceSid)) sids.push(null);
  return sids;
}

function unknownService(names: string[], known: (string | null)[]): Error {
  const allowed =
    known
      .filter((name) => name !== null)
      .slice(0, 10)
      .join(', ') || 'no service has been made';
  const details = { parameter: 'q', received: `service:${names.join(' service:')}`, allowed };
  return refuse(
    20001,
    { text: 'Invalid query' },
    { ...details, fix: 'Name a service by its SID or a piece of its name.' },
  );
}

/** At most `limit` messages, newest first, of at most so many rows. */
export async function find(call: Call, query: Query, from: ListPlace | null, limit: number): Promise<Found> {
  const { store } = call.context;
  const accountSid = call.account.sid;
  if (query.onlySid !== null) {
    const message = await store.message(accountSid, query.onlySid);
    return { messages: message ? [message] : [], next: null };
  }
  const messages: Message[] = [];
  let after = from;
  for (let scanned = 0; scanned < MOST_SCANNED; scanned += WINDOW) {
    const step = { accountSid, filter: query.filter, after, window: WINDOW, limit: limit - messages.length };
    const found = await store.search(step);
    messages.push(...found.messages);
    after = found.next;
    if (after === null || messages.length >= limit) break;
    await turnOfOthers();
  }
  return { messages, next: after };
}

export async function count(call: Call, query: Query): Promise<{ count: number; next: ListPlace | null }> {
  const { store } = call.context;
  const accountSid = call.account.sid;
  if (query.onlySid !== null) return { count: (await find(call, query, null, 1)).messages.length, next: null };
  let total = 0;
  let after: ListPlace | null = null;
  for (let scanned = 0; scanned < MOST_SCANNED; scanned += WINDOW) {
    const found = await store.countMatches({ accountSid, filter: query.filter, after, window: WINDOW });
    total += found.count;
    after = found.next;
    if (after === null) break;
    await turnOfOthers();
  }
  return { count: total, next: after };
}

/** Everything that matches, page by page, however long it takes. */
export async function* findAll(call: Call, query: Query): AsyncGenerator<Message[]> {
  let after: ListPlace | null = null;
  do {
    const found: Found = await find(call, query, after, 1_000);
    if (found.messages.length > 0) yield found.messages;
    after = found.next;
    await turnOfOthers();
  } while (after !== null);
}

function turnOfOthers(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export function placeOf(message: Message | undefined): ListPlace | null {
  return message ? { listedAt: listedAt(message), sid: message.sid } : null;
}

/** A place as a token: frozen, so that a message which moves up meanwhile is on no page twice. */
export function tokenOf({ listedAt, sid }: ListPlace): string {
  return `${listedAt.toString(36)}-${sid}`;
}

/** `null`: the first page. */
export function placeIn(call: Call): ListPlace | null {
  const token = call.query.one('page') ?? '';
  if (token === '') return null;
  const [, time = '', sid = ''] = /^([0-9a-z]{1,10})-([A-Z]{2}[0-9a-f]{32})$/.exec(token) ?? [];
  const listedAt = Number.parseInt(time, 36);
  if (Number.isSafeInteger(listedAt)) return { listedAt, sid };
  const details = { parameter: 'page', received: token.slice(0, LONGEST_QUERY), allowed: 'next_page of an answer' };
  throw refuse(20001, { text: 'Invalid page' }, { ...details, fix: 'Leave it out for the first page.' });
}
