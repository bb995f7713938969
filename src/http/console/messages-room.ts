/** `/_admin/v1/accounts/{AC}/messages`: the messages of an account, searched, counted, taken away as files, removed. */

import { csvLine } from '../../domain/csv.ts';
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { isSettled } from '../../domain/message.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { fetchDetail } from './message-detail.ts';
import { resendMessage } from './message-request.ts';
import { RowMaker } from './message-row.ts';
import { count, find, findAll, placeIn, placeOf, readQuery, tokenOf } from './messages-search.ts';
import { answer, type ConsoleModule } from './module.ts';

const LISTED = 50;
const MOST_LISTED = 1_000;
/** Removed in one commit. */
const CLEARED_AT_ONCE = 200;

async function listMessages(call: Call): Promise<Answer> {
  const limit = limitOf(call);
  const from = placeIn(call);
  const query = await readQuery(call);
  // One more than is shown: where nothing is left there is no next page.
  let { messages, next } = await find(call, query, from, limit + 1);
  if (messages.length > limit) {
    messages = messages.slice(0, limit);
    next = placeOf(messages.at(-1));
  }
  return answer({
    messages: await new RowMaker(call).rows(messages),
    next_page: next && tokenOf(next),
    is_complete: next === null,
    searched_back_to: isoMs(next?.listedAt ?? null),
    notices: query.notices,
    query: query.terms.map(({ key, value, text }) => ({ key, value, text })),
  });
}

async function countMessages(call: Call): Promise<Answer> {
  const query = await readQuery(call);
  const { count: matches, next } = await count(call, query);
  return answer({
    count: matches,
    is_exact: next === null,
    searched_back_to: isoMs(next?.listedAt ?? null),
    notices: query.notices,
  });
}

const COLUMNS = [
  ...['sid', 'date_created', 'date_sent', 'direction', 'from', 'to', 'status', 'error_code', 'error_message'],
  ...['num_segments', 'encoding', 'num_media', 'price', 'price_unit', 'messaging_service_sid', 'service_name', 'body'],
];

/** Cells that a spreadsheet would run are defused. */
async function exportCsv(call: Call): Promise<Answer> {
  return download(call, 'text/csv; charset=utf-8', 'messages.csv', csvLine(COLUMNS), (row) =>
    csvLine(COLUMNS.map((column) => cell(row[column]))),
  );
}

async function exportNdjson(call: Call): Promise<Answer> {
  return download(
    call,
    'application/x-ndjson; charset=utf-8',
    'messages.ndjson',
    '',
    (row) => `${JSON.stringify(row)}\n`,
  );
}

async function download(
  call: Call,
  contentType: string,
  name: string,
  head: string,
  line: (row: Resource) => string,
): Promise<Answer> {
  // Read before the answer begins: what is wrong with it is still a refusal then.
  const query = await readQuery(call);
  const maker = new RowMaker(call);
  const taken = { count: 0 };
  async function* chunks(): AsyncGenerator<string> {
    yield head;
    for await (const messages of findAll(call, query)) {
      const text = (await maker.rows(messages)).map(line).join('');
      taken.count += messages.length;
      yield text;
    }
  }
  return { kind: 'download', contentType, name, chunks: chunks(), taken };
}

function cell(value: unknown): string | number | null {
  return typeof value === 'string' || typeof value === 'number' ? value : null;
}

/** Removes every message that may be removed, as DELETE of each would. Only in `dev`. */
async function clearMessages(call: Call): Promise<Answer> {
  const { context, account } = call;
  const { store, clock, settings, media } = context;
  if (settings.mode !== 'dev') throw refuse(20404, { path: call.meta.path });
  let removed = 0;
  let kept = 0;
  for await (const messages of findAll(call, await readQuery(call))) {
    const settled = messages.filter((message) => isSettled(message, clock.now()));
    kept += messages.length - settled.length;
    for (let at = 0; at < settled.length; at += CLEARED_AT_ONCE) {
      const some = settled.slice(at, at + CLEARED_AT_ONCE);
      const batch = some.map(({ sid }) => ({ accountSid: account.sid, sid, verb: 'remove' as const }));
      const changed = await store.change(batch, clock.now());
      for (const [index, { kind }] of changed.entries()) {
        if (kind === 'early') kept += 1;
        if (kind !== 'done') continue;
        removed += 1;
        context.console?.live.lost(account.sid, some[index]?.sid ?? '', 'is_removed', clock.now());
      }
    }
  }
  if (removed > 0) media?.onRemoved();
  return answer({ removed, kept });
}

function limitOf({ query }: Call): number {
  const received = query.one('limit');
  if (received === undefined || received === '') return LISTED;
  const limit = /^\d{1,6}$/.test(received) ? Number(received) : 0;
  if (limit >= 1 && limit <= MOST_LISTED) return limit;
  const details = {
    parameter: 'limit',
    received,
    allowed: `1 to ${MOST_LISTED}`,
    fix: 'Give a number, or leave it out.',
  };
  throw refuse(20001, { text: 'Invalid limit' }, details);
}

const Q = 'Words and key:value terms: to from status error service body date direction segments has is.';
const ROW = { type: 'object', description: 'A Message as the API has it, with what a row shows beside that.' };
const NULLABLE = { type: ['string', 'null'] };
const NOTICES = { type: 'array', items: { type: 'string' } };

/** What the answer about one message has. */
const DETAIL = [
  ...['message', 'content', 'segments', 'timeline', 'parts', 'trace', 'callbacks', 'webhooks', 'replies', 'request'],
  ...['media', 'route', 'opt_out', 'alerts', 'feedback', 'hints', 'actions', 'notices'],
];

function objectOf(properties: Record<string, unknown>): Record<string, unknown> {
  return { type: 'object', properties, required: Object.keys(properties) };
}

export const MESSAGES: ConsoleModule = {
  account: [
    { path: 'messages', verbs: { GET: listMessages } },
    { path: 'messages.csv', verbs: { GET: exportCsv } },
    { path: 'messages.ndjson', verbs: { GET: exportNdjson } },
    { path: 'messages/count', verbs: { GET: countMessages } },
    { path: 'messages/clear', body: 'json', verbs: { POST: clearMessages } },
    { path: 'messages/{SM,MM}', verbs: { GET: fetchDetail } },
    { path: 'messages/{SM,MM}/resend', body: 'json', verbs: { POST: resendMessage } },
  ],
  docs: {
    'GET accounts/{AC}/messages': {
      summary:
        'Messages, newest first. A page that was searched for in too many rows ends early and says how far it came.',
      query: { q: Q, limit: '1 to 1000; 50 unless given', page: '`next_page` of the page before' },
      answer: {
        schema: objectOf({
          messages: { type: 'array', items: ROW },
          next_page: NULLABLE,
          is_complete: { type: 'boolean' },
          searched_back_to: NULLABLE,
          notices: NOTICES,
          query: { type: 'array', items: { type: 'object' } },
        }),
      },
    },
    'GET accounts/{AC}/messages/count': {
      summary: 'How many messages match, as far as was searched.',
      query: { q: Q },
      answer: {
        schema: objectOf({
          count: { type: 'integer' },
          is_exact: { type: 'boolean' },
          searched_back_to: NULLABLE,
          notices: NOTICES,
        }),
      },
    },
    'GET accounts/{AC}/messages.csv': {
      summary: 'All that match, as CSV. Cells that a spreadsheet would run are defused.',
      query: { q: Q },
      answer: { type: 'text/csv' },
    },
    'GET accounts/{AC}/messages.ndjson': {
      summary: 'All that match, a line of JSON each.',
      query: { q: Q },
      answer: { type: 'application/x-ndjson' },
    },
    'POST accounts/{AC}/messages/clear': {
      summary: 'Removes the messages that match and are settled. Only in `dev`.',
      query: { q: Q },
      answer: { schema: objectOf({ removed: { type: 'integer' }, kept: { type: 'integer' } }) },
    },
    'GET accounts/{AC}/messages/{SM,MM}': {
      summary:
        'Everything known about one message: content and segments, timeline, carrier, webhooks, request, actions.',
      answer: { schema: objectOf(Object.fromEntries(DETAIL.map((name) => [name, {}]))) },
    },
    'POST accounts/{AC}/messages/{SM,MM}/resend': {
      summary: 'Sends a new message with the parameters of this one; those of the body take the place of its own.',
      body: { schema: { type: 'object', additionalProperties: { type: 'string' } } },
      answer: { status: 201, schema: ROW },
    },
  },
};
