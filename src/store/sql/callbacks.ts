import type { SQLInputValue } from 'node:sqlite';
import { esmeUserOf } from '../../domain/esme-address.ts';
import type { CallbackClaim, CallbackPayload, CallbackResult } from '../callback-shapes.ts';
import { attemptValues, FINISHED_STRIDE, INSERT_ATTEMPT, type MadeAttempt } from '../kept-attempt.ts';
import type { Row } from '../rows.ts';
import { CLICK, HELD_AT, IN_ORDER } from '../transition.ts';
import type { WriteContext } from './context.ts';

/**
 * Callback work. Of one message only the oldest open callback has a real due time; those behind it are held, and each
 * that finishes lets the next one go. So order per message needs no look at the others when claiming. Clicks stand
 * beside that line: how often they are tried again is nothing to a status.
 */

const CLAIM = `update work set owner = ?, attempt = attempt + 1, due_at = ? where id = ?`;
const INSERT = 'insert into work (kind, message_sid, account_sid, due_at, attempt, payload, connector)';
const INSERT_CLICK = `${INSERT} values ('callback', ?, ?, ?, 0, ?, '${CLICK}')`;
/** Held when its message has another one open. A text for each kind, so that each finds the index of its own. */
const insertInLine = (kind: 'callback' | 'esme') => `${INSERT} values ('${kind}', ?1, ?2,
  iif(exists (select 1 from work where message_sid = ?1 and kind = '${kind}' and ${IN_ORDER}), ${HELD_AT}, ?3), 0, ?4, ?5)`;
const INSERT_CALLBACK = insertInLine('callback');
const INSERT_ESME = insertInLine('esme');
/** What is for ESMEs is of another kind: who has none bound need not look past it. The user stands as its connector. */
const CLAIM_OF_ESME = `select id, attempt, message_sid, account_sid, payload from work
  where kind = 'esme' and connector = ? and due_at <= ? order by due_at, id limit ?`;
const CLAIM_UNTOLD = `select id, attempt, message_sid, account_sid, payload from work
  where kind = 'esme' and lane is null and due_at <= ? order by due_at, id limit ?`;

/** Answers the id of the new work. */
export function queueCallback(
  ctx: WriteContext,
  messageSid: string,
  accountSid: string,
  now: number,
  payload: CallbackPayload,
): number {
  const user = esmeUserOf(payload.url);
  const kind = user === null ? 'callback' : 'esme';
  ctx.count(`work ${kind}`, 1);
  const row = [messageSid, accountSid, now, JSON.stringify(payload)] as const;
  const made = payload.click
    ? ctx.sql(INSERT_CLICK).run(...row)
    : ctx.sql(user === null ? INSERT_CALLBACK : INSERT_ESME).run(...row, user);
  return Number(made.lastInsertRowid);
}

/** Answers rows for `callbackWorkFrom`. */
export function claimCallbacks(ctx: WriteContext, claim: CallbackClaim, now: number): Row[] {
  const { owner, leaseMs } = claim;
  const rows = due(ctx, claim, now);
  for (const row of rows) {
    ctx.sql(CLAIM).run(owner, now + leaseMs, row[0] as number);
    row[1] = (row[1] as number) + 1;
  }
  return rows;
}

function due(ctx: WriteContext, { limit, esmes, untoldSince }: CallbackClaim, now: number): Row[] {
  if (esmes) {
    const claim = ctx.sql(CLAIM_OF_ESME);
    return esmes.flatMap((one) => claim.all(one.user, now, one.limit) as unknown as Row[]);
  }
  if (untoldSince !== undefined) return ctx.sql(CLAIM_UNTOLD).all(untoldSince, limit) as unknown as Row[];
  return ctx
    .sql(
      `select id, attempt, message_sid, account_sid, payload from work
       where kind = 'callback' and lane is null and due_at <= ? order by due_at, id limit ?`,
    )
    .all(now, limit) as unknown as Row[];
}

/** What is finished comes one after another (`pushFinished`). Answers for each whether it was still ours. */
export function finishCallbacks(ctx: WriteContext, flat: SQLInputValue[], now: number): boolean[] {
  const answers: boolean[] = [];
  for (let at = 0; at < flat.length; at += FINISHED_STRIDE) answers.push(finishOne(ctx, flat, at, now));
  return answers;
}

function finishOne(ctx: WriteContext, flat: SQLInputValue[], at: number, now: number): boolean {
  const [againAt = null, , ...values] = flat.slice(at, at + FINISHED_STRIDE);
  const [workId, , , attempt] = values as [number, string, string, number];
  const row = ctx
    .sql("select message_sid, kind from work where id = ? and attempt = ? and kind in ('callback', 'esme')")
    .get(workId, attempt) as unknown as [string, 'callback' | 'esme'] | undefined;
  if (!row) return false;
  ctx.sql(INSERT_ATTEMPT).run(...values);
  if (againAt !== null) {
    ctx.sql('update work set due_at = ?, owner = null where id = ?').run(againAt, workId);
    return true;
  }
  ctx.sql('delete from work where id = ?').run(workId);
  const [messageSid, kind] = row;
  ctx.count(`work ${kind}`, -1);
  ctx
    .sql(
      `update work set due_at = ?1 where due_at = ${HELD_AT} and id =
       (select min(id) from work where message_sid = ?2 and kind = '${kind}' and ${IN_ORDER})`,
    )
    .run(now, messageSid);
  return true;
}

/** Attempts that no work has made. */
export function keepAttempts(ctx: WriteContext, records: CallbackResult['record'][]): number[] {
  return records.map((record) => keepAttempt(ctx, { workId: record.workId, attempt: record.attempt, record }));
}

/** One attempt more to be looked at later. Answers its id. */
export function keepAttempt(ctx: WriteContext, made: MadeAttempt): number {
  return Number(ctx.sql(INSERT_ATTEMPT).run(...attemptValues(made)).lastInsertRowid);
}

export function replayCallback(
  ctx: WriteContext,
  accountSid: string,
  attemptId: number,
  now: number,
): { workId: number } | null {
  const row = ctx
    .sql('select message_sid, payload from attempts where id = ? and account_sid = ?')
    .get(attemptId, accountSid) as unknown as Row | undefined;
  if (!row) return null;
  const payload = JSON.parse(row[1] as string) as CallbackPayload;
  // An answer is asked for once: its replies have been sent.
  if (payload.inbound) return null;
  const again = { ...payload, replayOf: attemptId };
  return { workId: queueCallback(ctx, row[0] as string, accountSid, now, again) };
}
