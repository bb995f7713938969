import type { Row } from '../rows.ts';
import type { Claim, Release, Released } from '../store.ts';
import { becomeSend } from './become-send.ts';
import { claimDue } from './claim-due.ts';
import type { WriteContext } from './context.ts';
import { advance, walker } from './messages.ts';

/** Releases: a message that was accepted without a sender, or for later, becomes send work. */
const QUEUE_OVERFLOW = 30001;

/** Answers rows for `releaseWorkFrom`. */
export function claimReleases(ctx: WriteContext, claim: Claim, now: number): Row[] {
  return claimDue(ctx, 'release', 'w.id, w.attempt', claim, now);
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
  const { from, numSegments, validUntil, connector, lane, callbackUrl, options } = result;
  const place = ctx.takePlace(lane, now, validUntil);
  if (place === null) return fail(QUEUE_OVERFLOW);
  ctx
    .sql('update messages set from_address = ?, num_segments = ?, valid_until = ? where sid = ?')
    .run(from, numSegments, validUntil, messageSid);
  message.from = from;
  if (callbackUrl !== undefined && message.callbackUrl === null) {
    ctx.sql('update messages set callback_url = ? where sid = ?').run(callbackUrl, messageSid);
    message.callbackUrl = callbackUrl;
  }
  if (options !== undefined) {
    ctx.sql('update messages set options = ? where sid = ?').run(JSON.stringify(options), messageSid);
    message.options = options;
  }
  advance(ctx, message, message.status === 'scheduled' ? 'fire' : 'choose', now, { note: result.note });
  becomeSend(ctx, workId, connector, place);
  ctx.count('work release', -1);
  return { status: message.status, dueAt: place.dueAt };
}
