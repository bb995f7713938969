import { isSettled } from '../../domain/message.ts';
import type { FetchSettled, FetchSettlement } from '../media.ts';
import { fetchPayloadFrom, MEDIA_COLUMNS } from '../media-rows.ts';
import { MESSAGE_COLUMNS, messageFrom, type Row } from '../rows.ts';
import type { Claim } from '../store.ts';
import { becomeSend } from './become-send.ts';
import { endHold, isLive, letGo } from './blobs.ts';
import { claimDue } from './claim-due.ts';
import type { WriteContext } from './context.ts';
import { advance, remark, walker } from './messages.ts';

/** Fetches: a message gets its media, then goes on as the send or the release that it would have been without. */
const QUEUE_OVERFLOW = 30001;
const INSERT = `insert into media (${MEDIA_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Answers rows for `fetchWorkFrom`. */
export function claimFetches(ctx: WriteContext, claim: Claim, now: number): Row[] {
  return claimDue(ctx, 'fetch', 'w.id, w.attempt, w.payload', claim, now);
}

export function settleFetches(ctx: WriteContext, batch: FetchSettlement[], now: number): (FetchSettled | null)[] {
  return batch.map((item) => settleOne(ctx, item, now));
}

function settleOne(ctx: WriteContext, item: FetchSettlement, now: number): FetchSettled | null {
  const { workId, attempt, messageSid, result } = item;
  const row = ctx
    .sql("select payload from work where id = ? and attempt = ? and message_sid = ? and kind = 'fetch'")
    .get(workId, attempt, messageSid) as unknown as [string] | undefined;
  const message = row && walker(ctx, messageSid);
  if (!row || !message) return null;
  const putOff = (dueAt: number): void => {
    ctx.sql('update work set due_at = ?, owner = null where id = ?').run(dueAt, workId);
  };
  const fail = (errorCode: number, note?: string): FetchSettled => {
    ctx.sql('delete from work where id = ?').run(workId);
    ctx.count('work fetch', -1);
    advance(ctx, message, 'fail', now, { errorCode, note });
    return { kind: 'over' };
  };
  if (result.kind === 'fail') return fail(result.errorCode, result.note);
  if (result.kind === 'again') {
    putOff(result.dueAt);
    if (result.note) remark(ctx, message, result.note, now);
    return { kind: 'next', work: 'fetch', dueAt: result.dueAt };
  }
  if (!result.media.every(({ blobKey }) => isLive(ctx, blobKey))) {
    putOff(now);
    return { kind: 'lost' };
  }
  const insert = ctx.sql(INSERT);
  for (const [position, { sid, contentType, sizeBytes, blobKey }] of result.media.entries()) {
    insert.run(sid, message.accountSid, messageSid, position, contentType, sizeBytes, blobKey, now, now);
    endHold(ctx, blobKey);
  }
  const { send } = fetchPayloadFrom(row[0]);
  if (!send) {
    ctx
      .sql("update work set kind = 'release', owner = null, attempt = 0, due_at = ?, payload = null where id = ?")
      .run(now, workId);
    ctx.count('work fetch', -1);
    ctx.count('work release', 1);
    return { kind: 'next', work: 'release', dueAt: now };
  }
  const place = ctx.takePlace(send.lane, now, send.validUntil);
  if (place === null) return fail(QUEUE_OVERFLOW);
  becomeSend(ctx, workId, send.connector, place);
  ctx.count('work fetch', -1);
  return { kind: 'next', work: 'send', dueAt: place.dueAt };
}

export function removeMedia(
  ctx: WriteContext,
  { accountSid, messageSid, sid }: { accountSid: string; messageSid: string; sid: string },
  now: number,
): 'done' | 'missing' | 'early' {
  const row = ctx
    .sql(`select m.blob_key, ${MESSAGE_COLUMNS.map((column) => `o.${column}`).join(', ')} from media m
      join messages o on o.sid = m.message_sid where m.sid = ? and m.account_sid = ? and m.message_sid = ?`)
    .get(sid, accountSid, messageSid) as unknown as Row | undefined;
  if (!row) return 'missing';
  if (!isSettled(messageFrom(row.slice(1)), now)) return 'early';
  ctx.sql('delete from media where sid = ?').run(sid);
  letGo(ctx, [row[0] as string], now);
  return 'done';
}
