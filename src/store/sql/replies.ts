import type { SQLInputValue } from 'node:sqlite';
import { loopKey } from '../../domain/reply-loop.ts';
import { dueOf, replyPayloadFrom } from '../inbound-rows.ts';
import type { ReplyDone, ReplyResult, ReplyWork } from '../inbound-shapes.ts';
import { MEDIA_COLUMNS, mediaFrom } from '../media-rows.ts';
import { messageFrom, pushAcceptance, type Row } from '../rows.ts';
import type { Claim } from '../store.ts';
import { keepAttempt } from './callbacks.ts';
import { claimDue } from './claim-due.ts';
import type { WriteContext } from './context.ts';
import { accept, advance, walker } from './messages.ts';
import { keepJar, keepLoop, pairOf } from './pairs.ts';

/**
 * Answers of apps (C5). A document and the replies it orders are one commit: a crash before it asks for the document
 * again under the same token, and nothing was recorded; after it that document is never asked for again.
 */

export function claimReplies(ctx: WriteContext, claim: Claim, now: number): ReplyWork[] {
  const media = ctx.sql(`select ${MEDIA_COLUMNS} from media where message_sid = ? order by position`);
  return claimDue(ctx, 'reply', 'w.id, w.attempt, w.payload', claim, now).map(([id, attempt, payload, ...row]) => {
    const message = messageFrom(row);
    const pair = pairOf(ctx, message.accountSid, loopKey(message.from ?? '', message.to));
    return {
      workId: id as number,
      attempt: attempt as number,
      payload: replyPayloadFrom(payload),
      message,
      media: message.numMedia > 0 ? (media.all(message.sid) as unknown as Row[]).map(mediaFrom) : [],
      jar: pair?.jar ?? null,
      loop: pair?.loop ?? null,
    };
  });
}

export function finishReplies(ctx: WriteContext, batch: ReplyResult[], now: number): ReplyDone[] {
  return batch.map((item) => finishOne(ctx, item, now));
}

function finishOne(ctx: WriteContext, item: ReplyResult, now: number): ReplyDone {
  const { workId, attempt, accountSid, messageSid, replies, next, retryAt, jar, loops, record } = item;
  const held = ctx
    .sql("select 1 from work where id = ? and attempt = ? and message_sid = ? and kind = 'reply'")
    .get(workId, attempt, messageSid);
  const message = held && walker(ctx, messageSid);
  if (!message) return null;
  const flat: SQLInputValue[] = [];
  for (const reply of replies) pushAcceptance(flat, reply);
  const accepted = accept(ctx, flat, now);
  if (record) keepAttempt(ctx, { workId, attempt, record });
  if (jar) keepJar(ctx, accountSid, loopKey(message.from ?? '', message.to), jar, now);
  for (const { pair, count } of loops) keepLoop(ctx, accountSid, pair, count, now);
  if (retryAt !== undefined) {
    ctx.sql('update work set due_at = ?, owner = null where id = ?').run(retryAt, workId);
  } else if (next) {
    // The attempt goes on counting: a late answer about the former document must not pass for one about this.
    ctx
      .sql('update work set due_at = ?, owner = null, payload = ? where id = ?')
      .run(now, JSON.stringify(next), workId);
  } else {
    ctx.sql('delete from work where id = ?').run(workId);
    ctx.count('work reply', -1);
    advance(ctx, message, 'finish', now);
  }
  return { accepted, due: dueOf(item, accepted, now) };
}
