import type { CallbackClaim, CallbackPayload, CallbackResult, CallbackWork } from '../callback-shapes.ts';
import { keptTexts } from '../kept-attempt.ts';
import type { Row } from '../rows.ts';
import { callbackWorkFrom } from '../rows.ts';
import { HELD_AT, IN_ORDER } from '../transition.ts';
import type { Batch, MessageKey } from './batch.ts';
import { Columns } from './columns.ts';

/** Callback work, by the rules told in `batch.ts`: of one message only the oldest open callback is ever due. */

const claimOf = (which: string) => `with due as materialized (
    select account_sid, id, due_at from work where ${which} and due_at <= $1
    order by due_at, id limit $2 for update skip locked)
  update work w set owner = $3, attempt = w.attempt + 1, due_at = $4 from due
  where w.account_sid = due.account_sid and w.id = due.id
  returning w.id, w.attempt, w.message_sid, w.account_sid, w.payload, due.due_at`;
const CLAIM = claimOf("kind = 'callback'");
/** The user stands as its connector. */
const CLAIM_OF_ESME = claimOf("kind = 'esme' and connector = $5");
const CLAIM_UNTOLD = claimOf("kind = 'esme'");

export async function claimCallbacks(
  batch: Batch,
  { owner, limit, leaseMs, esmes, untoldSince }: CallbackClaim,
  now: number,
): Promise<CallbackWork[]> {
  const rows: Row[] = [];
  const lease = [owner, now + leaseMs];
  if (esmes) {
    for (const one of esmes) rows.push(...(await batch.query(CLAIM_OF_ESME, [now, one.limit, ...lease, one.user])));
  } else if (untoldSince !== undefined) {
    rows.push(...(await batch.query(CLAIM_UNTOLD, [untoldSince, limit, ...lease])));
  } else rows.push(...(await batch.query(CLAIM, [now, limit, ...lease])));
  return rows.sort(byDueAtAndId).map(callbackWorkFrom);
}

function byDueAtAndId(a: Row, b: Row): number {
  return (a[5] as number) - (b[5] as number) || (a[0] as number) - (b[0] as number);
}

export async function finishCallbacks(batch: Batch, results: CallbackResult[], now: number): Promise<boolean[]> {
  const keys = new Columns(3);
  for (const { workId, attempt, record } of results) keys.push(record.accountSid, workId, attempt);
  const rows = await batch.query(
    `select w.id, w.attempt, w.kind from unnest($1::text[], $2::bigint[], $3::int[]) k (account_sid, id, attempt)
     join work w on w.account_sid = k.account_sid and w.id = k.id and w.attempt = k.attempt
     order by w.id for update of w`,
    keys.values,
  );
  const held = new Map(rows.map(([id, attempt]) => [id as number, attempt as number]));
  const kinds = new Map(rows.map(([id, , kind]) => [id as number, kind as 'callback' | 'esme']));
  const attempts = new Columns(ATTEMPT_WIDTH);
  const again = new Columns(3);
  const over = { callback: new Columns(3), esme: new Columns(3) };
  const arrived: MessageKey[] = [];
  const answers = results.map((result) => {
    const { workId, attempt, decision, record } = result;
    if (held.get(workId) !== attempt) return false;
    held.delete(workId);
    const { accountSid, messageSid } = record;
    attempts.push(...attemptValues(result));
    if (decision === 'retry') again.push(accountSid, workId, result.retryAt ?? now);
    else {
      over[kinds.get(workId) ?? 'callback'].push(accountSid, workId, messageSid);
      if (record.payload.arrival) arrived.push({ accountSid, sid: messageSid });
    }
    return true;
  });
  await keepAttempts(batch, attempts);
  await writeRetries(batch, again);
  await letNextGo(batch, 'callback', over.callback, now);
  await letNextGo(batch, 'esme', over.esme, now);
  await receiveArrived(batch, arrived, now);
  return answers;
}

export const ATTEMPT_WIDTH = 12;

export function attemptValues({
  workId,
  attempt,
  record,
}: Pick<CallbackResult, 'workId' | 'attempt' | 'record'>): unknown[] {
  const kept = keptTexts(record);
  return [
    workId,
    record.messageSid,
    record.accountSid,
    attempt,
    record.at,
    record.ms,
    record.decision,
    kept.payload,
    kept.request,
    kept.response,
    record.errorCode,
    kept.error,
  ];
}

/** Attempts that no work has made. Answers their ids. */
export async function keepMadeAttempts(batch: Batch, records: CallbackResult['record'][]): Promise<number[]> {
  const columns = new Columns(ATTEMPT_WIDTH);
  for (const record of records) columns.push(...attemptValues({ ...record, record }));
  return keepAttempts(batch, columns);
}

/** Of as many `attemptValues`. Answers their ids, in order. */
export async function keepAttempts(batch: Batch, attempts: Columns): Promise<number[]> {
  if (attempts.size === 0) return [];
  const rows = await batch.query(
    `insert into attempts (work_id, message_sid, account_sid, attempt, at, ms, decision, payload, request, response,
       error_code, error)
     select * from unnest($1::bigint[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::int[], $7::text[],
       $8::text[], $9::text[], $10::text[], $11::int[], $12::text[]) returning id`,
    attempts.values,
  );
  return rows.map(([id]) => id as number).sort((a, b) => a - b);
}

async function writeRetries(batch: Batch, again: Columns): Promise<void> {
  if (again.size === 0) return;
  await batch.query(
    `update work w set due_at = u.due_at, owner = null
     from unnest($1::text[], $2::bigint[], $3::bigint[]) u (account_sid, id, due_at)
     where w.account_sid = u.account_sid and w.id = u.id`,
    again.values,
  );
}

/** A statement of its own after the deletion: only then does it see what was queued while we waited for the lock. */
async function letNextGo(batch: Batch, kind: 'callback' | 'esme', over: Columns, now: number): Promise<void> {
  if (over.size === 0) return;
  const [accounts, ids, messages] = over.values;
  await batch.query(
    `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
     where w.account_sid = u.account_sid and w.id = u.id`,
    [accounts, ids],
  );
  batch.count(`work ${kind}`, -over.size);
  await batch.query(
    `with next as materialized (
       select k.account_sid, (select min(w.id) from work w where w.account_sid = k.account_sid
         and w.message_sid = k.message_sid and w.kind = '${kind}' and ${IN_ORDER}) id
       from (select distinct account_sid, message_sid from unnest($1::text[], $2::text[]) u (account_sid, message_sid)) k)
     update work w set due_at = $3 from next
     where w.account_sid = next.account_sid and w.id = next.id and w.due_at = ${HELD_AT}`,
    [accounts, messages, now],
  );
}

/** Messages that came in for an ESME are received when there is nothing more to tell of them. */
async function receiveArrived(batch: Batch, arrived: MessageKey[], now: number): Promise<void> {
  if (arrived.length === 0) return;
  await batch.load(arrived);
  for (const { sid } of arrived) {
    const message = batch.message(sid);
    if (message) batch.advance(message, 'finish', now);
  }
}

export async function replayCallback(
  batch: Batch,
  accountSid: string,
  attemptId: number,
  now: number,
): Promise<{ workId: number } | null> {
  const [row] = await batch.query('select message_sid, payload from attempts where account_sid = $1 and id = $2', [
    accountSid,
    attemptId,
  ]);
  if (!row) return null;
  const payload = JSON.parse(row[1] as string) as CallbackPayload;
  // An answer is asked for once: its replies have been sent.
  if (payload.inbound) return null;
  const message = { accountSid, sid: row[0] as string };
  // Locked so that a transition of the message does not queue its callback unseen beside this one.
  await batch.load([message]);
  batch.queueCallback(message, { ...payload, replayOf: attemptId }, now);
  const [workId] = await batch.flush();
  return workId === undefined ? null : { workId };
}
