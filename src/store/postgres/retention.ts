import { monthStart } from '../../domain/dates.ts';
import { RECEIPT_WAIT_MS } from '../../domain/message.ts';
import type { Batch } from './batch.ts';
import { letGo, removeMediaOf } from './blobs.ts';
import { type Month, partitionsOf } from './partitions.ts';

/**
 * Retention drops months: a partition goes in milliseconds, where deleting its rows would write each of them again.
 * It runs beside the pipelines, because the parts of a large month take a while: they are deleted first, and only
 * the end of the transaction keeps others waiting. A month with anything unsettled or with open work stays; what went
 * to the default partition is deleted by row.
 */
const ROWS = 5_000;
const SETTLED = `(status in ('delivered', 'undelivered', 'failed', 'read', 'canceled', 'received')
  or (status = 'sent' and sent_at <= $1))`;

/** One month, or some rows of the default partition. Answers how many messages went. */
export async function forget(batch: Batch, before: number, now: number): Promise<number> {
  const end = monthStart(before);
  const settledBy = now - RECEIPT_WAIT_MS;
  await batch.query("set local lock_timeout = '3s'");
  for (const { name } of (await partitionsOf(batch.session, 'attempts')).filter(isOver)) {
    await drop(batch, 'attempts', name);
  }
  await batch.query('delete from attempts_default where at < $1', [end]);
  for (const { name } of (await partitionsOf(batch.session, 'messages')).filter(isOver)) {
    if (await isHeld(batch, name, settledBy)) continue;
    const gone = await dropMessages(batch, name, now);
    // An empty month is no end: 0 would tell the caller that nothing is left.
    if (gone > 0) return gone;
  }
  return deleteDefaults(batch, end, settledBy, now);

  function isOver({ endAt }: Month): boolean {
    return endAt <= end;
  }
}

async function isHeld(batch: Batch, name: string, settledBy: number): Promise<boolean> {
  const [row] = await batch.query(
    `select exists (select 1 from ${name} where not ${SETTLED})::int
       + exists (select 1 from work w join ${name} m on m.account_sid = w.account_sid and m.sid_at = w.sid_at
         and m.sid = w.message_sid)::int`,
    [settledBy],
  );
  return row?.[0] !== 0;
}

async function dropMessages(batch: Batch, name: string, now: number): Promise<number> {
  // Nobody writes to it from here on, so that what is counted is what goes.
  await batch.query(`lock table ${name} in share mode`);
  await batch.query(
    `delete from parts p using ${name} m where p.account_sid = m.account_sid and p.message_sid = m.sid`,
  );
  await batch.query(
    `delete from documents d using ${name} m
     where d.account_sid = m.account_sid and d.kind = 'feedback' and d.sid = m.sid`,
  );
  await batch.query(`delete from pdus p using ${name} m where p.account_sid = m.account_sid and p.message_sid = m.sid`);
  await batch.query(`update links l set visits = '' from ${name} m where l.message_sid = m.sid and l.visits <> ''`);
  const media = await batch.query(
    `delete from media a using ${name} m where a.account_sid = m.account_sid and a.message_sid = m.sid
     returning a.blob_key`,
  );
  await letGo(
    batch,
    media.map((row) => row[0] as string),
    now,
  );
  const counts = await batch.query(`select status, count(*) from ${name} group by status`);
  await drop(batch, 'messages', name);
  for (const [status, count] of counts) batch.count(status as string, -(count as number));
  return counts.reduce((sum, [, count]) => sum + (count as number), 0);
}

async function drop(batch: Batch, table: string, name: string): Promise<void> {
  await batch.query(`alter table ${table} detach partition ${name}`);
  await batch.query(`drop table ${name}`);
}

async function deleteDefaults(batch: Batch, end: number, settledBy: number, now: number): Promise<number> {
  const rows = await batch.query(
    `with old as materialized (
       select m.account_sid, m.sid_at, m.sid from messages_default m where sid_at < $2 and ${SETTLED}
       and not exists (select 1 from work w where w.account_sid = m.account_sid and w.message_sid = m.sid
         and w.kind = 'callback')
       and not exists (select 1 from work w where w.account_sid = m.account_sid and w.message_sid = m.sid
         and w.kind = 'esme') limit ${ROWS}),
     parts as (delete from parts p using old where p.account_sid = old.account_sid and p.message_sid = old.sid),
     pdus as (delete from pdus p using old where p.account_sid = old.account_sid and p.message_sid = old.sid),
     visits as (update links l set visits = '' from old where l.message_sid = old.sid and l.visits <> ''),
     feedback as (delete from documents d using old
       where d.account_sid = old.account_sid and d.kind = 'feedback' and d.sid = old.sid)
     delete from messages_default m using old
     where m.account_sid = old.account_sid and m.sid_at = old.sid_at and m.sid = old.sid returning m.status, m.account_sid, m.sid`,
    [settledBy, end],
  );
  for (const [status] of rows) batch.count(status as string, -1);
  const keys = rows.map(([, accountSid, sid]) => ({ accountSid: accountSid as string, sid: sid as string }));
  await removeMediaOf(batch, keys, now);
  return rows.length;
}
