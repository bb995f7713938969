import type { SQLInputValue } from 'node:sqlite';
import { type Event, isSettled, listedAt, type Status } from '../../domain/message.ts';
import { contentless } from '../../domain/privacy.ts';
import type { NewLink } from '../media.ts';
import {
  ACCEPTANCE_STRIDE,
  historyLine,
  MESSAGE_COLUMNS,
  messageFrom,
  type Row,
  type Walker,
  walkerFrom,
} from '../rows.ts';
import type { Accepted, Change, Changed } from '../store.ts';
import { type StepDetails, transition } from '../transition.ts';
import { removeMediaOf } from './blobs.ts';
import { queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';
import { removeFeedback } from './documents.ts';
import { type HeldKey, keepKey, repeated } from './idempotency.ts';
import { isAnyTaken, keepLinks } from './links.ts';
import { lose, redact, removeMessage } from './privacy.ts';

/** Messages: how they come in, how a step is written down, and what their owner may change. */

const COLUMNS = MESSAGE_COLUMNS.join(', ');
const WIDTH = MESSAGE_COLUMNS.length + 1;
const VALID_UNTIL = MESSAGE_COLUMNS.indexOf('valid_until');
export const INSERT_MESSAGE = `insert into messages (${COLUMNS}, listed_at) values (${Array(WIDTH).fill('?').join(', ')})`;
const INSERT_SEND = `insert into work (kind, message_sid, account_sid, due_at, attempt, connector, lane, interval_us,
  cost, horizon_ms) values ('send', ?, ?, ?, 0, ?, ?, ?, ?, ?)`;

const INSERT_RELEASE = `insert into work (kind, message_sid, account_sid, due_at, attempt) values ('release', ?, ?, ?, 0)`;
const INSERT_FETCH = `insert into work (kind, message_sid, account_sid, due_at, attempt, payload)
  values ('fetch', ?, ?, ?, 0, ?)`;

/** `flat` holds acceptances one after another (`pushAcceptance`). What is not final gets work. */
export function accept(ctx: WriteContext, flat: SQLInputValue[], now: number): Accepted[] {
  const insertMessage = ctx.sql(INSERT_MESSAGE);
  const insertSend = ctx.sql(INSERT_SEND);
  const answers: Accepted[] = [];
  for (let at = 0; at < flat.length; at += ACCEPTANCE_STRIDE) {
    const [connector, key, intervalMicros, cost, horizonMs, releaseAt, idempotencyKey, fingerprint, fetch, linksText] =
      flat.slice(at + WIDTH, at + ACCEPTANCE_STRIDE) as [
        string,
        string | null,
        number,
        number,
        number,
        number | null,
        string | null,
        string,
        string | null,
        string | null,
      ];
    const held = idempotencyKey === null ? null : heldKey(flat, at, { key: idempotencyKey, fingerprint, now });
    const known = held && repeated(ctx, held);
    if (known) {
      answers.push(known);
      continue;
    }
    const links = linksText === null ? [] : (JSON.parse(linksText) as NewLink[]);
    if (links.length > 0 && isAnyTaken(ctx, links)) {
      answers.push({ ok: false, reason: 'link-taken' });
      continue;
    }
    const status = flat[at + 6] as Status;
    const isSend = status === 'queued' && fetch === null;
    const wanted = key === null || !isSend ? null : { key, intervalMicros, cost, horizonMs };
    const place = ctx.takePlace(wanted, now, flat[at + VALID_UNTIL] as number);
    if (place === null) {
      answers.push({ ok: false, reason: 'queue-full' });
      continue;
    }
    let { dueAt } = place;
    if (held) keepKey(ctx, held);
    insertMessage.run(...flat.slice(at, at + WIDTH));
    if (links.length > 0) keepLinks(ctx, { sid: flat[at] as string, accountSid: flat[at + 1] as string }, links, now);
    ctx.count(status, 1);
    if (fetch !== null) {
      dueAt = releaseAt ?? now;
      ctx.sql(INSERT_FETCH).run(flat[at] as string, flat[at + 1] as string, dueAt, fetch);
      ctx.count('work fetch', 1);
    } else if (isSend) {
      const { lane } = place;
      insertSend.run(
        flat[at] as string,
        flat[at + 1] as string,
        dueAt,
        connector,
        lane?.key ?? null,
        lane?.intervalMicros ?? null,
        lane?.cost ?? null,
        lane?.horizonMs ?? null,
      );
      ctx.count('work send', 1);
    } else if (status === 'accepted' || status === 'scheduled') {
      dueAt = releaseAt ?? now;
      ctx.sql(INSERT_RELEASE).run(flat[at] as string, flat[at + 1] as string, dueAt);
      ctx.count('work release', 1);
    }
    answers.push({ ok: true, dueAt });
  }
  return answers;
}

function heldKey(flat: SQLInputValue[], at: number, key: Pick<HeldKey, 'key' | 'fingerprint' | 'now'>): HeldKey {
  return { messageSid: flat[at] as string, accountSid: flat[at + 1] as string, ...key };
}

/** What `walkerFrom` does not look at: read and made into strings with every step, it would cost as much as the step. */
const UNWALKED = new Set<string>(
  'body direction price_micros updated_at sent_at valid_until smart_encoded provide_feedback max_price_micros tags history'.split(
    ' ',
  ),
);
const WALKED = MESSAGE_COLUMNS.map((column) => (UNWALKED.has(column) ? 'null' : column)).join(', ');

/** The message a receipt or outcome is about. */
export function walker(ctx: WriteContext, sid: string): Walker | null {
  const row = ctx.sql(`select ${WALKED} from messages where sid = ?`).get(sid) as unknown as Row | undefined;
  return row ? walkerFrom(row) : null;
}

/** The only way a status changes; see `transition`. Answers the new status, or `null` when the event changes nothing. */
export function advance(
  ctx: WriteContext,
  message: Walker,
  event: Event,
  now: number,
  details: StepDetails = {},
): Status | null {
  const made = transition(message, event, now, details);
  if (!made) return null;
  const { status: next, line } = made;
  if (event === 'take') {
    const { createdAt, sid } = message;
    const place = listedAt({ createdAt, sentAt: now });
    ctx
      .sql(
        `update messages set status = ?, updated_at = ?, history = history || ?, sent_at = ?,
         price_micros = coalesce(?, price_micros) where sid = ?`,
      )
      .run(next, now, line, now, details.priceMicros ?? null, sid);
    // Apart: naming listed_at, even unchanged, rewrites three indexes.
    if (place !== createdAt) ctx.sql('update messages set listed_at = ? where sid = ?').run(place, sid);
    ctx.usage.add(message, 'outbound', details.priceMicros ?? null, now);
  } else {
    ctx
      .sql(
        `update messages set status = ?, updated_at = ?, history = history || ?,
         error_code = coalesce(?, error_code) where sid = ?`,
      )
      .run(next, now, line, details.errorCode ?? null, message.sid);
  }
  ctx.count(message.status, -1);
  ctx.count(next, 1);
  message.status = next;
  message.errorCode = made.errorCode;
  if (made.callback) queueCallback(ctx, message.sid, message.accountSid, now, made.callback);
  if (made.loss) lose(ctx, message, made.loss, now);
  return next;
}

/** Adds a line to the walk without a step. */
export function remark(ctx: WriteContext, message: Walker, note: string, now: number): void {
  const line = `\n${historyLine({ at: now, status: message.status, note })}`;
  ctx.sql('update messages set history = history || ? where sid = ?').run(line, message.sid);
}

export function change(ctx: WriteContext, batch: Change[], now: number): Changed[] {
  return batch.map((item) => changeOne(ctx, item, now));
}

function changeOne(ctx: WriteContext, item: Change, now: number): Changed {
  const read = () => {
    const row = ctx.sql(`select ${COLUMNS} from messages where sid = ? and account_sid = ?`);
    return row.get(item.sid, item.accountSid) as unknown as Row | undefined;
  };
  const row = read();
  if (!row) return { kind: 'missing' };
  const message = messageFrom(row);
  switch (item.verb) {
    case 'redact':
      if (!isSettled(message, now)) return { kind: 'early', status: message.status };
      redact(ctx, message, now);
      return { kind: 'done', message: { ...message, body: '', options: contentless(message.options), updatedAt: now } };
    case 'remove':
      if (!isSettled(message, now)) return { kind: 'early', status: message.status };
      // Callbacks still due and kept attempts stay (settled 20): neither holds a body.
      ctx.sql('delete from parts where message_sid = ?').run(item.sid);
      removeMessage(ctx, item.sid);
      removeMediaOf(ctx, item.sid, now);
      removeFeedback(ctx, item.accountSid, item.sid);
      ctx.count(message.status, -1);
      return { kind: 'done', message };
    case 'cancel': {
      const early: Changed = { kind: 'early', status: message.status };
      if (!advance(ctx, message, 'cancel', now)) return early;
      // Who has claimed the release or the fetch finds it gone.
      for (const kind of ['release', 'fetch']) {
        const gone = ctx.sql(`delete from work where message_sid = ? and kind = '${kind}'`).run(item.sid);
        ctx.count(`work ${kind}`, -Number(gone.changes));
      }
      return { kind: 'done', message: messageFrom(read() as Row) };
    }
  }
}
