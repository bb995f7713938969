import { listedAt } from '../../domain/message.ts';
import { noticePayload } from '../inbound-rows.ts';
import type { Intake, Notice, TookIn } from '../inbound-shapes.ts';
import { MEDIA_COLUMNS } from '../media-rows.ts';
import { messageValues } from '../rows.ts';
import { endHold, isLive } from './blobs.ts';
import { queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';
import { becameOf, endJoining } from './joinings.ts';
import { INSERT_MESSAGE } from './messages.ts';
import { changeOptOut, claimedWorksOf } from './opt-outs.ts';

/** Taking in what a carrier brings, with all that follows from it. */
const INSERT_REPLY = `insert into work (kind, message_sid, account_sid, due_at, attempt, payload)
  values ('reply', ?, ?, ?, 0, ?)`;
const INSERT_NOTICE = `insert into work (kind, message_sid, account_sid, due_at, attempt, connector, lane, interval_us,
  cost, horizon_ms, payload) values ('notice', ?, ?, ?, 0, ?, ?, ?, ?, ?, ?)`;

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
  ctx.sql(INSERT_MESSAGE).run(...messageValues(message), listedAt(message));
  ctx.count(message.status, 1);
  ctx.usage.add(message, 'inbound', message.priceMicros, now);
  const insert = ctx.sql(`insert into media (${MEDIA_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const [position, { sid: mediaSid, contentType, sizeBytes, blobKey }] of media.entries()) {
    insert.run(mediaSid, accountSid, sid, position, contentType, sizeBytes, blobKey, now, now);
    endHold(ctx, blobKey);
  }
  const noticeAt = notice && queueNotice(ctx, notice, message, now);
  if (reply) {
    ctx.sql(INSERT_REPLY).run(sid, accountSid, now, JSON.stringify(reply));
    ctx.count('work reply', 1);
  }
  if (intake.tell) queueCallback(ctx, sid, accountSid, now, intake.tell);
  const changed = optOut && changeOptOut(ctx, { accountSid, ...optOut }, now);
  return {
    kind: 'taken',
    message,
    optOutChanged: changed?.changed ?? false,
    claimedWorks: changed?.claimedWorks ?? [],
    ...(noticeAt !== null && { noticeAt }),
  };
}

/** Its slot in the lane of its sender; `null`: the queue is full, and it is left out. */
function queueNotice(
  ctx: WriteContext,
  notice: Notice,
  { sid, accountSid }: Intake['message'],
  now: number,
): number | null {
  const { connector, lane } = notice;
  const place = ctx.takePlace(lane, now);
  if (place === null) return null;
  const { dueAt } = place;
  const paced = [lane?.key ?? null, lane?.intervalMicros ?? null, lane?.cost ?? null, lane?.horizonMs ?? null];
  ctx.sql(INSERT_NOTICE).run(sid, accountSid, dueAt, connector, ...paced, noticePayload(notice));
  ctx.count('work notice', 1);
  return dueAt;
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
