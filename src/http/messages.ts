/** The Message resource but for the parameters of create: list, fetch, update, delete. */
import { formatAddress, parseTo } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { listedAt, type Message } from '../domain/message.ts';
import { isSid } from '../domain/sid.ts';
import type { Change, MessageQuery } from '../store/store.ts';
import type { Answer, Resource } from './answer.ts';
import type { Call } from './context.ts';
import { readDateBounds, readFilterPairs } from './date-filter.ts';
import { makeList, type Paging, readPaging } from './page.ts';
import { renderMessage } from './render.ts';

const FILTERS = ['To', 'From', 'DateSent', 'DateSent<', 'DateSent>'] as const;
/** Records of a filtered list that are counted past: they are read one by one, and 190 000 took SQLite's reader 165 ms. */
const DEEPEST_FILTERED = 10_000;

export async function createMessage(call: Call): Promise<Answer> {
  const { message, isReplayed } = await call.context.create(call.account, call.form, call.meta);
  return { kind: 'resource', status: 201, element: 'Message', resource: show(call, message, true), isReplayed };
}

export async function fetchMessage(call: Call): Promise<Answer> {
  return one(call, await mustFind(call));
}

export async function listMessages(call: Call): Promise<Answer> {
  const paging = readPaging(call.query, 'SM', 'MM');
  if (call.query.one('Status') === 'scheduled') return listScheduled(call, paging);
  const filters = readFilterPairs(call.query, FILTERS);
  const query: MessageQuery = { accountSid: call.account.sid, size: paging.size, ...readFilters(new Map(filters)) };
  const asked = paging.token ? 0 : paging.page * paging.size;
  const offset = filters.length > 0 ? Math.min(asked, DEEPEST_FILTERED) : asked;
  if (paging.token) {
    query[paging.token.direction] = paging.token.sid;
    const removedFrom = call.context.removedPlaces?.of(paging.token.sid);
    if (removedFrom !== undefined) query.removedFrom = removedFrom;
  } else query.offset = offset;
  const found = await call.context.store.messages(query);
  // A list that ends before that has nothing on the page asked for, whichever it is.
  if (offset < asked && found.messages.length > 0) throw tooDeep(call);
  const list = makeList(call, paging, {
    key: 'messages',
    container: 'Messages',
    element: 'Message',
    resources: found.messages.map((message) => show(call, message, false)),
    hasNext: found.hasOlder,
    hasPrevious: found.hasNewer,
    filters,
  });
  return { kind: 'list', list };
}

/**
 * What waits for its hour, earliest first, with `send_at`: an addition of ours (any other `Status` is ignored, as in
 * the original). Pages are counted: what leaves in between moves the rest up.
 */
async function listScheduled(call: Call, paging: Paging): Promise<Answer> {
  const { size, page } = paging;
  const query = { accountSid: call.account.sid, limit: size + 1, offset: page * size };
  const found = await call.context.store.scheduled(query);
  const list = makeList(call, paging, {
    key: 'messages',
    container: 'Messages',
    element: 'Message',
    resources: found.slice(0, size).map(({ message, releaseAt }) => ({
      ...show(call, message, false),
      send_at: new Date(releaseAt).toISOString(),
    })),
    hasNext: found.length > size,
    hasPrevious: page > 0,
    filters: [['Status', 'scheduled']],
  });
  return { kind: 'list', list };
}

/** `Body=` redacts, `Status=canceled` calls off; neither changes nothing. Both at once is refused: they exclude each other. */
export async function updateMessage(call: Call): Promise<Answer> {
  const body = call.form.one('Body');
  const status = call.form.one('Status');
  if (body !== undefined && body !== '') {
    throw refuse(
      20001,
      {},
      { parameter: 'Body', allowed: 'the empty string', fix: 'Send Body= to redact the message.' },
    );
  }
  if (status !== undefined && status !== 'canceled') {
    const fix = "Send Status=canceled, with one 'l'.";
    throw refuse(20001, {}, { parameter: 'Status', received: status, allowed: 'canceled', fix });
  }
  if (body !== undefined && status !== undefined) {
    const fix = 'Cancel first; a canceled message can then be redacted.';
    throw refuse(20001, {}, { parameter: 'Status', received: 'Body and Status', allowed: 'one of the two', fix });
  }
  if (body !== undefined) return one(call, await change(call, 'redact'));
  if (status !== undefined) return one(call, await cancel(call));
  return fetchMessage(call);
}

export async function removeMessage(call: Call): Promise<Answer> {
  const removed = await change(call, 'remove');
  call.context.removedPlaces?.remember(removed.sid, listedAt(removed));
  call.context.media?.onRemoved();
  return { kind: 'none' };
}

async function mustFind(call: Call): Promise<Message> {
  const message = await call.context.store.message(call.account.sid, sidOf(call));
  if (message === null) throw missing(call);
  return message;
}

/** Called off before its hour: told like every other end of a message, and it has a callback. */
async function cancel(call: Call): Promise<Message> {
  const message = await change(call, 'cancel');
  const { clock, observe, ringCallbacks } = call.context;
  const { sid, accountSid, status, createdAt } = message;
  observe({ type: 'message.status', at: clock.now(), sid, accountSid, status, createdAt });
  ringCallbacks();
  return message;
}

async function change(call: Call, verb: Change['verb']): Promise<Message> {
  const { store, clock } = call.context;
  const [changed] = await store.change([{ accountSid: call.account.sid, sid: sidOf(call), verb }], clock.now());
  switch (changed?.kind) {
    case 'done':
      if (verb !== 'cancel') tellLost(call, verb);
      return changed.message;
    case 'early':
      throw verb === 'cancel'
        ? refuse(
            30409,
            {},
            { received: changed.status, allowed: 'scheduled', fix: 'Only a scheduled message can be called off.' },
          )
        : refuse(
            20009,
            {},
            {
              received: changed.status,
              fix:
                changed.status === 'scheduled'
                  ? 'Call it off first: Status=canceled.'
                  : 'Wait until the message is delivered, undelivered or failed.',
            },
          );
    default:
      throw missing(call);
  }
}

/** Nobody is called back for it; whoever looks at the console sees it go. */
function tellLost(call: Call, verb: 'redact' | 'remove'): void {
  const { clock, console: desk } = call.context;
  desk?.live.lost(call.account.sid, sidOf(call), verb === 'remove' ? 'is_removed' : 'is_redacted', clock.now());
}

function one(call: Call, message: Message): Answer {
  return { kind: 'resource', status: 200, element: 'Message', resource: show(call, message, false) };
}

function show(call: Call, message: Message, fresh: boolean): Resource {
  const hidden = call.context.settings.defaultServiceSid === 'null';
  return renderMessage(message, { defaultServiceSid: hidden ? null : call.account.defaultServiceSid, fresh });
}

function sidOf(call: Call): string {
  const sid = call.sids[0] ?? '';
  // Sids are stored in lower case and compared as text; the prefix stays upper-case.
  return isSid(sid) ? sid.slice(0, 2) + sid.slice(2).toLowerCase() : sid;
}

function tooDeep(call: Call): Error {
  const received = call.query.one('Page');
  const allowed = `a page within the first ${DEEPEST_FILTERED} records, where the list has filters`;
  return refuse(20001, {}, { parameter: 'Page', received, allowed, fix: 'Follow next_page_uri, or narrow DateSent.' });
}

function missing(call: Call): Error {
  return refuse(20404, { path: call.meta.path });
}

function readFilters(filters: Map<string, string>): Pick<MessageQuery, 'to' | 'from' | 'sentFrom' | 'sentTo'> {
  const found: Pick<MessageQuery, 'to' | 'from' | 'sentFrom' | 'sentTo'> = {};
  const to = filters.get('To');
  const from = filters.get('From');
  if (to) found.to = canonical(to);
  if (from) found.from = canonical(from);
  const sent = readDateBounds(filters, 'DateSent');
  if (sent.from !== undefined) found.sentFrom = sent.from;
  if (sent.to !== undefined) found.sentTo = sent.to;
  return found;
}

/**
 * As create normalises it; what is no address matches itself, so nothing. A `+` that arrived as a blank is one: an empty
 * list would not tell its client, as a refusal does on create.
 */
function canonical(text: string): string {
  const address = parseTo(text) ?? parseTo(text.replace(/^([a-z]+:)? +(?=\d)/, '$1+'));
  return address ? formatAddress(address) : text;
}
