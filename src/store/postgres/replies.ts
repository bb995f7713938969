import { loopKey } from '../../domain/reply-loop.ts';
import { dueOf, replyPayloadFrom } from '../inbound-rows.ts';
import type { ReplyDone, ReplyResult, ReplyWork } from '../inbound-shapes.ts';
import type { Media } from '../media.ts';
import { MEDIA_COLUMNS, mediaFrom } from '../media-rows.ts';
import { messageFrom, type Row } from '../rows.ts';
import type { Claim } from '../store.ts';
import { accept } from './accept.ts';
import type { Batch } from './batch.ts';
import { ATTEMPT_WIDTH, attemptValues, keepAttempts } from './callbacks.ts';
import { claimDueSql } from './claim-due.ts';
import { Columns } from './columns.ts';
import { keepPairs, nameOfPair, type PairChange, pairsOf } from './pairs.ts';

/** Answers of apps, by the rules told in `sql/replies.ts`. Locks: reply works, then as `accept` does, then messages. */
const CLAIM = claimDueSql('reply', 'w.id, w.attempt, w.payload');

export async function claimReplies(batch: Batch, { owner, limit, leaseMs }: Claim, now: number): Promise<ReplyWork[]> {
  const rows = await batch.query(CLAIM, [now, limit, owner, now + leaseMs]);
  const works = rows.map(([id, attempt, payload, ...row]: Row) => ({
    workId: id as number,
    attempt: attempt as number,
    payload: replyPayloadFrom(payload),
    message: messageFrom(row),
  }));
  const messages = works.map(({ message }) => message);
  const media = await mediaOf(
    batch,
    messages.filter(({ numMedia }) => numMedia > 0),
  );
  const pairs = await pairsOf(
    batch,
    messages.map((message) => pairOf(message)),
  );
  return works.map((work) => {
    const pair = pairs.get(nameOfPair(pairOf(work.message)));
    return { ...work, media: media.get(work.message.sid) ?? [], jar: pair?.jar ?? null, loop: pair?.loop ?? null };
  });
}

function pairOf({ accountSid, from, to }: { accountSid: string; from: string | null; to: string }) {
  return { accountSid, pair: loopKey(from ?? '', to) };
}

async function mediaOf(batch: Batch, messages: { accountSid: string; sid: string }[]): Promise<Map<string, Media[]>> {
  if (messages.length === 0) return new Map();
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  const rows = await batch.query(
    `select ${MEDIA_COLUMNS.split(', ')
      .map((column) => `a.${column}`)
      .join(', ')} from unnest($1::text[], $2::text[]) k (account_sid, message_sid)
     join media a on a.account_sid = k.account_sid and a.message_sid = k.message_sid order by a.position`,
    columns.values,
  );
  return Map.groupBy(rows.map(mediaFrom), ({ messageSid }) => messageSid);
}

export async function finishReplies(batch: Batch, results: ReplyResult[], now: number): Promise<ReplyDone[]> {
  const held = await lockWorks(batch, results);
  const mine = results.filter((result) => {
    if (held.get(result.workId) !== result.attempt) return false;
    held.delete(result.workId);
    return true;
  });
  const accepted = await accept(
    batch,
    mine.flatMap(({ replies }) => replies),
    now,
  );
  await batch.load(mine.map(({ accountSid, messageSid: sid }) => ({ accountSid, sid })));
  const over = new Columns(2);
  const going = new Columns(4);
  const attempts = new Columns(ATTEMPT_WIDTH);
  const pairs: PairChange[] = [];
  const done = new Map<ReplyResult, ReplyDone>();
  for (const result of mine) {
    const { workId, attempt, accountSid, messageSid, replies, next, retryAt, jar, loops, record } = result;
    const answers = accepted.splice(0, replies.length);
    done.set(result, { accepted: answers, due: dueOf(result, answers, now) });
    const message = batch.message(messageSid);
    if (record) attempts.push(...attemptValues({ workId, attempt, record }));
    if (jar && message) pairs.push({ ...pairOf(message), jar, loop: null });
    for (const { pair, count } of loops) pairs.push({ accountSid, pair, jar: null, loop: count });
    if (retryAt !== undefined || next) {
      // The attempt goes on counting: a late answer about the former document must not pass for one about this.
      going.push(accountSid, workId, retryAt ?? now, retryAt === undefined ? JSON.stringify(next) : null);
      batch.made.reply = true;
      continue;
    }
    over.push(accountSid, workId);
    batch.count('work reply', -1);
    if (message) batch.advance(message, 'finish', now);
  }
  await keepAttempts(batch, attempts);
  await keepPairs(batch, pairs, now);
  await move(batch, over, going);
  return results.map((result) => done.get(result) ?? null);
}

/** Attempts of the works that are still open, by id. */
async function lockWorks(batch: Batch, results: ReplyResult[]): Promise<Map<number, number>> {
  const columns = new Columns(3);
  for (const { accountSid, workId, messageSid } of results) columns.push(accountSid, workId, messageSid);
  const rows = await batch.query(
    `select w.id, w.attempt from unnest($1::text[], $2::bigint[], $3::text[]) k (account_sid, id, message_sid)
     join work w on w.account_sid = k.account_sid and w.id = k.id and w.message_sid = k.message_sid
     where w.kind = 'reply' order by w.id for update of w`,
    columns.values,
  );
  return new Map(rows.map(([id, attempt]) => [id as number, attempt as number]));
}

async function move(batch: Batch, over: Columns, going: Columns): Promise<void> {
  if (over.size > 0) {
    await batch.query(
      `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
       where w.account_sid = u.account_sid and w.id = u.id`,
      over.values,
    );
  }
  if (going.size === 0) return;
  await batch.query(
    `update work w set due_at = u.due_at, owner = null, payload = coalesce(u.payload, w.payload)
     from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) u (account_sid, id, due_at, payload)
     where w.account_sid = u.account_sid and w.id = u.id`,
    going.values,
  );
}
