import { monthStart } from '../../domain/dates.ts';
import { RECEIPT_WAIT_MS, type Status } from '../../domain/message.ts';
import { firstSidAt } from '../../domain/sid.ts';
import type { Row } from '../rows.ts';
import { removeMediaOf } from './blobs.ts';
import type { WriteContext } from './context.ts';
import { removeFeedback } from './documents.ts';
import { removeMessage } from './privacy.ts';

/** Retention, a few rows at a time: accepting waits no longer for it than for any other group. */
const ROWS = 500;
/** A sid carries its instant, so what is old is a range of the primary key. */
const OLD = `select sid, status, account_sid from messages where sid >= ? and sid < ?
  and (status in ('delivered', 'undelivered', 'failed', 'read', 'canceled', 'received')
    or (status = 'sent' and sent_at <= ?))
  and not exists (select 1 from work w where w.message_sid = messages.sid and w.kind = 'callback')
  and not exists (select 1 from work w where w.message_sid = messages.sid and w.kind = 'esme') limit ${ROWS}`;

export function forget(ctx: WriteContext, before: number, now: number): number {
  const end = monthStart(before);
  const rows: Row[] = [];
  for (const prefix of ['MM', 'SM'] as const) {
    const found = ctx.sql(OLD).all(prefix, firstSidAt(prefix, end), now - RECEIPT_WAIT_MS) as unknown as Row[];
    rows.push(...found);
  }
  for (const [sid, status, accountSid] of rows) {
    ctx.sql('delete from parts where message_sid = ?').run(sid as string);
    removeMessage(ctx, sid as string);
    removeMediaOf(ctx, sid as string, now);
    removeFeedback(ctx, accountSid as string, sid as string);
    ctx.count(status as Status, -1);
  }
  forgetAttempts(ctx, end);
  return rows.length;
}

/**
 * Ids mostly ascend with the instants, so what is old stands in front; but a clock that was ahead once leaves younger ones
 * before it. What was looked through is left behind until the month ends, so each call reads a few rows.
 */
function forgetAttempts(ctx: WriteContext, end: number): void {
  const { forgotten } = ctx;
  if (forgotten.end !== end) Object.assign(forgotten, { end, attemptId: 0 });
  const { attemptId } = forgotten;
  const [last] = ctx
    .sql(`select max(id) from (select id from attempts where id > ? order by id limit ${ROWS * 4})`)
    .get(attemptId) as unknown as [number | null];
  if (last === null) return;
  const gone = ctx.sql('delete from attempts where id > ? and id <= ? and at < ?').run(attemptId, last, end);
  // Only past what lost nothing: the batch of this one may be undone.
  if (gone.changes === 0) forgotten.attemptId = last;
}
