import { noticePayload } from '../inbound-rows.ts';
import type { Intake, NoticeResult, TookIn } from '../inbound-shapes.ts';
import { MEDIA_COLUMNS } from '../media-rows.ts';
import { messageValues, type Row } from '../rows.ts';
import type { SendClaim } from '../store.ts';
import { endHold, isLive } from './blobs.ts';
import type { WriteContext } from './context.ts';
import { becameOf, endJoining } from './joinings.ts';
import { INSERT_MESSAGE } from './messages.ts';
import { changeOptOut, claimedWorksOf } from './opt-outs.ts';

/** Taking in what a carrier brings, with all that follows from it; and the confirmations of keywords. */
const INSERT_WORK = `insert into work (kind, message_sid, account_sid, due_at, attempt, connector, payload)
  values (?, ?, ?, ?, 0, ?, ?)`;

export function takeIn(ctx: WriteContext, batch: Intake[], now: number): TookIn[] {
  return batch.map((intake) => takeOne(ctx, intake, now));
}

function takeOne(ctx: WriteContext, intake: Intake, now: number): TookIn {
  const { message, seen, joining, media, optOut, notice, reply } = intake;
  const { sid, accountSid } = message;
  const known = knownAs(ctx, intake);
  if (known !== undefined) {
    const keys = optOut?.change === 'opt-out' ? optOut.keys : [];
    return { kind: 'seen', messageSid: known, claimedWorks: claimedWorksOf(ctx, accountSid, keys, now) };
  }
  if (!media.every(({ blobKey }) => isLive(ctx, blobKey))) return { kind: 'lost' };
  if (seen) ctx.sql('insert into heard values (?, ?, ?, ?)').run(seen.connector, seen.carrierId, sid, now);
  if (joining) endJoining(ctx, joining, sid);
  ctx.sql(INSERT_MESSAGE).run(...messageValues(message), message.sentAt ?? message.createdAt);
  ctx.count(message.status, 1);
  ctx.usage.add(message, 'inbound', message.priceMicros, now);
  const insert = ctx.sql(`insert into media (${MEDIA_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const [position, { sid: mediaSid, contentType, sizeBytes, blobKey }] of media.entries()) {
    insert.run(mediaSid, accountSid, sid, position, contentType, sizeBytes, blobKey, now, now);
    endHold(ctx, blobKey);
  }
  const addWork = (kind: string, connector: string | null, payload: string): void => {
    ctx.sql(INSERT_WORK).run(kind, sid, accountSid, now, connector, payload);
    ctx.count(`work ${kind}`, 1);
  };
  if (notice) addWork('notice', notice.connector, noticePayload(notice));
  if (reply) addWork('reply', null, JSON.stringify(reply));
  const changed = optOut && changeOptOut(ctx, { accountSid, ...optOut }, now);
  return {
    kind: 'taken',
    message,
    optOutChanged: changed?.changed ?? false,
    claimedWorks: changed?.claimedWorks ?? [],
  };
}

/** What it became when it came before; `undefined`: it is new. */
function knownAs(ctx: WriteContext, { seen, joining }: Intake): string | null | undefined {
  const heard =
    seen &&
    (ctx
      .sql('select message_sid from heard where connector = ? and carrier_id = ?')
      .get(seen.connector, seen.carrierId) as unknown as [string] | undefined);
  if (heard) return heard[0];
  return joining ? becameOf(ctx, joining) : undefined;
}

/** Answers rows for `noticeWorkFrom`. */
export function claimNotices(
  ctx: WriteContext,
  { owner, limit, leaseMs, except = [] }: Pick<SendClaim, 'owner' | 'limit' | 'leaseMs' | 'except'>,
  now: number,
): Row[] {
  const rows = ctx
    .sql(
      `select id, attempt + 1, account_sid, message_sid, connector, payload from work
       where kind = 'notice' and lane is null and due_at <= ? and connector not in (select value from json_each(?))
       order by due_at, id limit ?`,
    )
    .all(now, JSON.stringify(except), limit) as unknown as Row[];
  const lease = ctx.sql('update work set owner = ?, attempt = attempt + 1, due_at = ? where id = ?');
  for (const [id] of rows) lease.run(owner, now + leaseMs, id as number);
  return rows;
}

export function finishNotices(ctx: WriteContext, batch: NoticeResult[]): boolean[] {
  return batch.map(({ workId, attempt, again }) => {
    if (again !== undefined) {
      const put = ctx.sql("update work set due_at = ?, owner = null where id = ? and attempt = ? and kind = 'notice'");
      return put.run(again, workId, attempt).changes === 1;
    }
    const { changes } = ctx
      .sql("delete from work where id = ? and attempt = ? and kind = 'notice'")
      .run(workId, attempt);
    ctx.count('work notice', -Number(changes));
    return changes === 1;
  });
}
