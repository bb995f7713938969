import { MESSAGE_COLUMNS, type Row } from '../rows.ts';
import type { Claim, Release, Released } from '../store.ts';
import type { WriteContext } from './context.ts';
import { advance, walker } from './messages.ts';

/** Releases: a message that was accepted without a sender, or for later, becomes send work. */
const QUEUE_OVERFLOW = 30001;
const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
const DUE = `select w.id, w.attempt, ${MESSAGE} from work w join messages m on m.sid = w.message_sid
  where w.kind = 'release' and w.lane is null and w.due_at <= ? order by w.due_at, w.id limit ?`;

/** Answers rows for `releaseWorkFrom`. */
export function claimReleases(ctx: WriteContext, { owner, limit, leaseMs }: Claim, now: number): Row[] {
  const rows = ctx.sql(DUE).all(now, limit) as unknown as Row[];
  for (const row of rows) {
    ctx
      .sql('update work set owner = ?, attempt = attempt + 1, due_at = ? where id = ?')
      .run(owner, now + leaseMs, row[0] as number);
    row[1] = (row[1] as number) + 1;
  }
  return rows;
}

export function release(ctx: WriteContext, batch: Release[], now: number): (Released | null)[] {
  return batch.map((item) => releaseOne(ctx, item, now));
}

function releaseOne(ctx: WriteContext, item: Release, now: number): Released | null {
  const { workId, attempt, messageSid, result } = item;
  const row = ctx.sql("select 1 from work where id = ? and attempt = ? and kind = 'release'").get(workId, attempt);
  const message = row && walker(ctx, messageSid);
  if (!message) return null;
  if (result.kind === 'again') {
    ctx.sql('update work set due_at = ?, owner = null where id = ?').run(result.dueAt, workId);
    return { status: message.status, dueAt: null };
  }
  const fail = (errorCode: number, note?: string): Released => {
    ctx.sql('delete from work where id = ?').run(workId);
    ctx.count('work release', -1);
    advance(ctx, message, 'fail', now, { errorCode, note });
    return { status: message.status, dueAt: null };
  };
  if (result.kind === 'fail') return fail(result.errorCode, result.note);
  const { from, numSegments, validUntil, connector, lane } = result;
  const dueAt = lane ? ctx.takeSlot(lane.key, lane.intervalMicros, lane.cost, lane.horizonMs, now) : now;
  if (dueAt === null) return fail(QUEUE_OVERFLOW);
  ctx
    .sql('update messages set from_address = ?, num_segments = ?, valid_until = ? where sid = ?')
    .run(from, numSegments, validUntil, messageSid);
  message.from = from;
  advance(ctx, message, message.status === 'scheduled' ? 'fire' : 'choose', now);
  ctx
    .sql(
      `update work set kind = 'send', owner = null, attempt = 0, due_at = ?, connector = ?, lane = ?, interval_us = ?,
       cost = ?, horizon_ms = ? where id = ?`,
    )
    .run(
      dueAt,
      connector,
      lane?.key ?? null,
      lane?.intervalMicros ?? null,
      lane?.cost ?? null,
      lane?.horizonMs ?? null,
      workId,
    );
  ctx.count('work release', -1);
  ctx.count('work send', 1);
  return { status: message.status, dueAt };
}
