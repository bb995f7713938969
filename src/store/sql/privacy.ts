import { isSettled, type MessageOptions } from '../../domain/message.ts';
import { contentless, obfuscated } from '../../domain/privacy.ts';
import { type Expired, type Expiry, LEFT_KIND } from '../expiry.ts';
import { FOUND_COLUMNS, type Found, foundFrom, hasContent, numberOf, placeOf } from '../expiry-rows.ts';
import { IS_INBOUND, maskedTexts } from '../kept-attempt.ts';
import type { Row, Walker } from '../rows.ts';
import type { Loss } from '../transition.ts';
import { removeMediaOf } from './blobs.ts';
import type { WriteContext } from './context.ts';
import { saveDocument } from './documents.ts';
import { forgetVisitsOf } from './links.ts';
import { removePdusOf } from './pdus.ts';
import { bareAlertsOf, maskAlertsOf, removeAlertsOf } from './reports.ts';

/** What a message keeps no longer: by its sender's wish, by its owner's order, or because its days are over. */

const OLD = `select ${FOUND_COLUMNS} from messages m indexed by messages_listed
  where account_sid = ? and (listed_at, sid) > (?, ?) and listed_at < ? order by listed_at, sid limit ?`;
const THESE = `select ${FOUND_COLUMNS} from messages m
  where sid in (select value from json_each(?)) and account_sid = ?`;

/** Only outbound messages have wishes, so the person's number is `to`. */
export function lose(ctx: WriteContext, message: Walker, { content, number }: Loss, now: number): void {
  if (content) {
    redact(ctx, message, now);
    removeMediaOf(ctx, message.sid, now);
  }
  if (number === 'now') {
    ctx.sql('update messages set to_address = ? where sid = ?').run(obfuscated(message.to), message.sid);
    bareAlertsOf(ctx, message.sid);
    removePdusOf(ctx, message.sid);
    forgetVisitsOf(ctx, message.sid);
    ctx
      .sql(`delete from documents where account_sid = ? and kind = '${LEFT_KIND}' and sid = ?`)
      .run(message.accountSid, message.sid);
  } else if (number === 'later') {
    const { accountSid, sid } = message;
    const left = { accountSid, kind: LEFT_KIND, sid, parentSid: 'numbers', name: null, properties: { sids: [sid] } };
    saveDocument(ctx, { ...left, createdAt: now, updatedAt: now });
  }
}

/** Takes the body, and what it was made of, from a message. */
export function redact(ctx: WriteContext, message: { sid: string; options: MessageOptions }, now: number): void {
  const options = JSON.stringify(contentless(message.options));
  const rows = ctx
    .sql("update messages set body = '', options = ?, updated_at = ? where sid = ? returning rowid, direction")
    .all(options, now, message.sid);
  trace(ctx, rows);
  dropAnswers(ctx, message.sid);
  bareAlertsOf(ctx, message.sid);
  removePdusOf(ctx, message.sid);
  forgetVisitsOf(ctx, message.sid);
}

/** The row alone, not what belongs to it. */
export function removeMessage(ctx: WriteContext, sid: string): void {
  dropAnswers(ctx, sid);
  removeAlertsOf(ctx, sid);
  removePdusOf(ctx, sid);
  forgetVisitsOf(ctx, sid);
  trace(ctx, ctx.sql('delete from messages where sid = ? returning rowid, direction').all(sid));
}

/** Rows of `rowid, direction`. */
function trace(ctx: WriteContext, rows: unknown): void {
  for (const [row, direction] of rows as [number, string][]) {
    ctx.traces.add('messages', row);
    if (direction === 'inbound') ctx.traces.addJoinings();
  }
}

/** What apps answered to it holds the texts of replies, or has what was wrong with them. */
function dropAnswers(ctx: WriteContext, messageSid: string): void {
  const rows = ctx
    .sql(
      `update attempts set response = null where message_sid = ? and response is not null and ${IS_INBOUND}
       returning id`,
    )
    .all(messageSid);
  for (const [id] of rows as unknown as [number][]) ctx.traces.add('attempts', id);
}

export function expire(ctx: WriteContext, { accountSid, what, from }: Expiry, now: number): Expired {
  const found = find(ctx, accountSid, from);
  const more = 'limit' in from && found.length === from.limit;
  const answer: Expired = { changed: 0, last: placeOf(found.at(-1)), more, left: [] };
  for (const one of found) {
    if (!isSettled(one, now) || (what === 'numbers' && hasCallback(ctx, one.sid))) answer.left.push(one.sid);
    else if (TAKE[what](ctx, one, now)) answer.changed += 1;
  }
  return answer;
}

/** Each answers whether there was something to take. */
const TAKE: Record<Expiry['what'], (ctx: WriteContext, found: Found, now: number) => boolean> = {
  bodies(ctx, found, now) {
    if (!hasContent(found)) {
      // A message of media alone has answers all the same.
      if (found.direction === 'inbound') dropAnswers(ctx, found.sid);
      return false;
    }
    redact(ctx, found, now);
    return true;
  },
  media(ctx, { sid, numMedia }, now) {
    return numMedia > 0 && removeMediaOf(ctx, sid, now) > 0;
  },
  numbers(ctx, found, now) {
    const number = numberOf(found);
    if (!number) return false;
    ctx
      .sql(`update messages set ${number.side}_address = ?, updated_at = ? where sid = ?`)
      .run(number.masked, now, found.sid);
    maskAttempts(ctx, found.sid, number.mask);
    bareAlertsOf(ctx, found.sid);
    maskAlertsOf(ctx, found.sid, number.mask);
    removePdusOf(ctx, found.sid);
    forgetVisitsOf(ctx, found.sid);
    return true;
  },
};

function maskAttempts(ctx: WriteContext, messageSid: string, mask: (text: string) => string): void {
  const rows = ctx.sql('select id, payload, request, response, error from attempts where message_sid = ?');
  for (const [id, ...texts] of rows.all(messageSid) as unknown as [number, ...(string | null)[]][]) {
    ctx
      .sql('update attempts set payload = ?, request = ?, response = ?, error = ? where id = ?')
      .run(...maskedTexts(texts, mask), id);
  }
}

function find(ctx: WriteContext, accountSid: string, from: Expiry['from']): Found[] {
  const rows =
    'sids' in from
      ? ctx.sql(THESE).all(JSON.stringify(from.sids), accountSid)
      : ctx.sql(OLD).all(accountSid, from.after?.listedAt ?? 0, from.after?.sid ?? '', from.before, from.limit);
  return (rows as unknown as Row[]).map(foundFrom);
}

function hasCallback(ctx: WriteContext, sid: string): boolean {
  const isOpen = (kind: 'callback' | 'esme') =>
    ctx.sql(`select 1 from work where message_sid = ? and kind = '${kind}' limit 1`).get(sid) !== undefined;
  return isOpen('callback') || isOpen('esme');
}
