import { noticeFrom, type OptedOut } from '../inbound-rows.ts';
import { historyLine, MESSAGE_COLUMNS, type Row, type Walker, walkerFrom } from '../rows.ts';
import type { Claim, Lane, SendClaim, SendSettlement } from '../store.ts';
import type { WriteContext } from './context.ts';
import { forgetHandOvers, MAY_BE_SENT } from './hand-overs.ts';
import { giveBackJoinings } from './joinings.ts';
import { advance, remark, walker } from './messages.ts';
import { lookout } from './opt-outs.ts';
import { claimParked } from './receipts.ts';
import { CONNECTORS_BUT } from './unpaced-sends.ts';

/**
 * Send work. Unpaced rows are found by their due time. Paced rows are found through their lane: `head_at` says when
 * the lane may next be touched, its rows are taken in order of (due, id), each gets the first free slot, and the first
 * that has to wait stops the lane. So a backlog after downtime leaves at the lane's rate, nobody overtakes, and no
 * row is ever rewritten to make it wait. (Pushing the due time of each waiting row cost a rewrite of the lane's whole
 * backlog whenever a claim was a millisecond late.)
 */
const WORK = 'w.id, w.attempt, w.connector, w.due_at, w.lane, w.interval_us, w.cost, w.horizon_ms';
/** What a claimed row holds of a notice, for `noticeFrom`; `null`: it is a message. */
const NOTICE_JSON = `case w.kind when 'notice' then json_array(w.account_sid, w.message_sid, w.payload) end`;
const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
const CLAIMED = `${WORK}, 0, 0, ${NOTICE_JSON}, w.past, w.owner is not null, ${MESSAGE}`;
const FROM = 'from work w left join messages m on m.sid = w.message_sid';
const UNPACED = `select ${CLAIMED} ${FROM}
  where w.kind = 'send' and w.lane is null and w.due_at <= ? order by w.due_at, w.id limit ?`;
const LANES = 'select key, head_at from lanes where head_at <= ? order by head_at, key limit ?';
/** The same of one connector. A text of its own, so that the common case plans as it did. */
const UNPACED_OF = `select ${CLAIMED} ${FROM}
  where w.kind = 'send' and w.lane is null and w.connector = ? and w.due_at <= ? order by w.due_at, w.id limit ?`;
/**
 * By a look of its own: with both kinds in one, the backlog would be sorted for each claim. Without the connectors in
 * a JSON array.
 */
const UNPACED_NOTICES = `select ${CLAIMED} ${FROM}
  where w.kind = 'notice' and w.lane is null and w.due_at <= ? and w.connector not in (select value from json_each(?))
  order by w.due_at, w.id limit ?`;
const LANES_EXCEPT = `select key, head_at from lanes where head_at <= ?
  and (select connector from work where lane = key limit 1) not in (select value from json_each(?))
  order by head_at, key limit ?`;
const OF_LANE = `select ${CLAIMED} ${FROM}
  where w.lane = ? and w.due_at <= ? and (w.owner is null or w.due_at <= ?) order by w.due_at, w.id limit ?`;
/** Reads all that waits for these connectors; asked for now and then, while they are away. */
const EXPIRED_OF = `select ${CLAIMED} ${FROM} where w.kind = 'send' and w.due_at <= ?1
  and w.connector in (select value from json_each(?2)) and m.valid_until < ?1 order by w.due_at, w.id limit ?3`;
/** By age, the order in which another connector is to send them. What was claimed once is not found again. */
const WAITING_OF = `select ${CLAIMED} ${FROM} where w.kind = 'send' and w.attempt = 0 and w.owner is null
  and (w.lane is not null or w.due_at <= ?1) and w.connector in (select value from json_each(?2))
  order by w.id limit ?3`;
const LEASE = 'update work set owner = ?, attempt = attempt + 1, due_at = ? where id = ?';
const DROP = 'delete from work where id = ?';

/** Positions in a row of `WORK` and `MESSAGE`. */
const [ID, ATTEMPT, START_AT, INTERVAL, COST, EXPIRED, OPTED_OUT, NOTICE, FIRST] = [0, 1, 3, 5, 6, 8, 9, 10, 13];
const STATUS = MESSAGE_COLUMNS.indexOf('status');
const UPDATED_AT = MESSAGE_COLUMNS.indexOf('updated_at');
const VALID_UNTIL = MESSAGE_COLUMNS.indexOf('valid_until');
const HISTORY = MESSAGE_COLUMNS.indexOf('history');

/** Answers rows for `sendWorkFrom`, earliest start first. */
export function claimSends(ctx: WriteContext, claim: SendClaim, now: number): Row[] {
  const horizon = now + claim.lookAheadMs;
  if (claim.lateLanes) for (const { key, freeAt } of claim.lateLanes) moveBack(ctx, key, freeAt);
  const { lanes, unpaced } = due(ctx, claim, now, horizon);
  const claimed: Row[] = [];
  const hasOptedOut = lookout(ctx);
  let next = 0;
  // One walk over both kinds by age, so neither starves the other when there is more than `limit`.
  for (const [key, headAt] of [...lanes, [null, Number.POSITIVE_INFINITY] as const]) {
    for (let row = unpaced[next]; row && (row[START_AT] as number) <= headAt; row = unpaced[next]) {
      if (claimed.length >= claim.limit) break;
      next += 1;
      const startAt = Math.max(now, row[START_AT] as number);
      if (take(ctx, row, { claim, now, startAt, hasOptedOut })) claimed.push(row);
    }
    if (claimed.length >= claim.limit) break;
    if (key !== null) claimLane(ctx, key, { claim, now, horizon, hasOptedOut }, claimed);
  }
  ctx.flush();
  return claimed.sort((a, b) => (a[START_AT] as number) - (b[START_AT] as number));
}

function due(ctx: WriteContext, { limit, except, expiredOf, waitingOf }: SendClaim, now: number, horizon: number) {
  const found = expiredOf
    ? ctx.sql(EXPIRED_OF).all(now, JSON.stringify(expiredOf), limit)
    : waitingOf && ctx.sql(WAITING_OF).all(now, JSON.stringify(waitingOf), limit);
  if (found) return { lanes: [], unpaced: found as unknown as Row[] };
  const lanes = except?.length
    ? ctx.sql(LANES_EXCEPT).all(horizon, JSON.stringify(except), limit)
    : ctx.sql(LANES).all(horizon, limit);
  const unpaced = except?.length ? unpacedExcept(ctx, except, now, limit) : ctx.sql(UNPACED).all(now, limit);
  const notices = ctx.sql(UNPACED_NOTICES).all(now, JSON.stringify(except ?? []), limit);
  const rows = (notices.length > 0 ? [...unpaced, ...notices] : unpaced) as unknown as Row[];
  return { lanes: lanes as unknown as [string, number][], unpaced: notices.length > 0 ? rows.sort(byAge) : rows };
}

function unpacedExcept(ctx: WriteContext, except: string[], now: number, limit: number): Row[] {
  const connectors = ctx.sql(CONNECTORS_BUT).all(JSON.stringify(except)) as unknown as [string][];
  const rows = connectors.flatMap(([one]) => ctx.sql(UNPACED_OF).all(one, now, limit) as unknown as Row[]);
  return connectors.length > 1 ? rows.sort(byAge).slice(0, limit) : rows;
}

function byAge(a: Row, b: Row): number {
  return (a[START_AT] as number) - (b[START_AT] as number) || (a[ID] as number) - (b[ID] as number);
}

/** No slot of the lane begins before `freeAt`. Its head may stay where it is: it may be early, never late. */
function moveBack(ctx: WriteContext, key: string, freeAt: number): void {
  const lane = ctx.lane(key);
  const freeAtMicros = Math.ceil(freeAt * 1000);
  // A lane that was never accepted for is none of ours: it must not be made here.
  if (lane.freeAtMicros >= freeAtMicros || lane.nextAtMicros === 0) return;
  lane.freeAtMicros = freeAtMicros;
  ctx.touch(key);
}

interface Claiming {
  claim: Claim;
  now: number;
  hasOptedOut: (message: Walker) => OptedOut;
}

function claimLane(
  ctx: WriteContext,
  key: string,
  { horizon, ...claiming }: Claiming & { horizon: number },
  claimed: Row[],
): void {
  const { claim, now } = claiming;
  const lane = ctx.lane(key);
  // Few at first: a slow lane with a long backlog yields one row, and each row read brings its whole message.
  let waits = false;
  for (let chunk = 4; !waits && claimed.length < claim.limit; chunk *= 4) {
    const size = Math.min(chunk, claim.limit - claimed.length);
    const rows = ctx.sql(OF_LANE).all(key, horizon, now, size) as unknown as Row[];
    for (const row of rows) {
      const startMicros = Math.max(now * 1000, (row[START_AT] as number) * 1000, lane.freeAtMicros);
      const taken = take(ctx, row, { ...claiming, startAt: Math.ceil(startMicros / 1000), horizon });
      waits = taken === 'waits';
      if (waits) break;
      if (taken === null) continue;
      claimed.push(row);
      if (isGoing(row)) lane.freeAtMicros = startMicros + (row[INTERVAL] as number) * (row[COST] as number);
    }
    if (rows.length < size) break;
  }
  const [dueAt] = ctx.sql('select min(due_at) from work where lane = ?').get(key) as unknown as [number | null];
  lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
  ctx.touch(key);
}

/** Leases one row and marks its message `sending`. `null`: nothing to send any more, the row is gone. */
function take(
  ctx: WriteContext,
  row: Row,
  options: Claiming & { startAt: number; horizon?: number },
): 'taken' | 'waits' | null {
  const { claim, now, startAt, hasOptedOut, horizon = Number.POSITIVE_INFINITY } = options;
  const id = row[ID] as number;
  const notice = row[NOTICE] === null ? null : noticeFrom(row[NOTICE]);
  if (notice) row.splice(FIRST, MESSAGE_COLUMNS.length, ...notice.values);
  const message = row[FIRST] === null ? null : walkerFrom(row.slice(FIRST));
  if (!message || (message.status !== 'queued' && message.status !== 'sending')) {
    ctx.sql(DROP).run(id);
    ctx.count('work send', -1);
    return null;
  }
  row[EXPIRED] = (row[FIRST + VALID_UNTIL] as number) < now ? 1 : 0;
  row[OPTED_OUT] = notice?.evenIfOptedOut ? 0 : hasOptedOut(message);
  // What will not be sent takes no slot, so it need not wait for one.
  if (isGoing(row) && startAt > horizon) return 'waits';
  ctx.sql(LEASE).run(claim.owner, now + claim.leaseMs, id);
  row[ATTEMPT] = (row[ATTEMPT] as number) + 1;
  row[START_AT] = startAt;
  if (isGoing(row) && message.status === 'queued') {
    advance(ctx, message, 'claim', now);
    row[FIRST + STATUS] = message.status;
    row[FIRST + UPDATED_AT] = now;
    row[FIRST + HISTORY] += `\n${historyLine({ at: now, status: message.status })}`;
  }
  return 'taken';
}

function isGoing(row: Row): boolean {
  return row[EXPIRED] === 0 && row[OPTED_OUT] === 0;
}

export function settleSends(ctx: WriteContext, batch: SendSettlement[], now: number): boolean[] {
  return batch.map((settlement) => settleOne(ctx, settlement, now));
}

function settleOne(ctx: WriteContext, { workId, attempt, messageSid, result }: SendSettlement, now: number): boolean {
  const row = ctx
    .sql("select lane, kind from work where id = ? and attempt = ? and message_sid = ? and kind in ('send', 'notice')")
    .get(workId, attempt, messageSid) as unknown as [string | null, string] | undefined;
  if (!row) return false;
  const [lane, kind] = row;
  const message = kind === 'send' ? walker(ctx, messageSid) : null;
  if (kind === 'send' && !message) return false;
  if (result.kind === 'again') {
    const { dueAt, past, move } = result;
    ctx
      .sql('update work set due_at = ?, owner = null, past = coalesce(?, past) where id = ?')
      .run(dueAt, past ? JSON.stringify(past) : null, workId);
    if (move) moveTo(ctx, workId, move, dueAt, now);
    else if (lane !== null) ctx.bringForward(lane, dueAt);
    if (message && result.note) remark(ctx, message, result.note, now);
    return true;
  }
  ctx.sql(DROP).run(workId);
  ctx.count(`work ${kind}`, -1);
  // Nothing else is kept of a notice.
  if (!message) return true;
  if (result.kind === 'failed') {
    advance(ctx, message, 'fail', now, { errorCode: result.errorCode, note: result.note });
    return true;
  }
  const { connector, carrierIds, priceMicros, note } = result;
  // A carrier that uses an id again means the newer message: the older part gives way.
  const insertPart = ctx.sql("insert or replace into parts values (?, ?, ?, ?, 'pending', null)");
  for (const [part, carrierId] of carrierIds.entries()) insertPart.run(connector, carrierId, messageSid, part);
  advance(ctx, message, 'take', now, { priceMicros, note });
  for (const carrierId of carrierIds) claimParked(ctx, connector, carrierId, now);
  return true;
}

/** Its old lane keeps the slot that it had there. */
function moveTo(
  ctx: WriteContext,
  workId: number,
  { connector, lane }: { connector: string; lane: Lane | null },
  dueAt: number,
  now: number,
): void {
  ctx
    .sql('update work set connector = ?, lane = ?, interval_us = ?, cost = ?, horizon_ms = ? where id = ?')
    .run(
      connector,
      lane?.key ?? null,
      lane?.intervalMicros ?? null,
      lane?.cost ?? null,
      lane?.horizonMs ?? null,
      workId,
    );
  if (lane) ctx.join(lane, dueAt, now);
}

/** Gives back what everybody but `owner` had claimed: on one process they are all dead. */
export function takeOver(ctx: WriteContext, owner: string, now: number): number {
  const rows = giveBack(ctx, '<>', owner, now);
  forgetHandOvers(ctx, '<>', owner);
  return rows;
}

/** Gives back what `owner` had claimed. */
export function leave(ctx: WriteContext, owner: string, now: number): void {
  giveBack(ctx, '=', owner, now);
  forgetHandOvers(ctx, '=', owner);
}

/**
 * A send is due again at its creation, so it comes before what was accepted after it; a callback at once, as the one
 * that its message has let go.
 */
function giveBack(ctx: WriteContext, whose: '=' | '<>', owner: string, now: number): number {
  const rows = ctx
    .sql(
      `select w.id, w.lane, case when w.kind in ('send', 'notice') then min(?2, coalesce(m.created_at, ?2)) else ?2 end, ${MAY_BE_SENT} ${FROM}
       where w.owner is not null and w.owner ${whose} ?1`,
    )
    .all(owner, now) as unknown as [number, string | null, number, number][];
  const release = ctx.sql(
    `update work set due_at = ?, owner = null, past = case when kind in ('send', 'notice') and ?
       then json_set(coalesce(past, '{}'), '$.orphaned', json('true')) else past end where id = ?`,
  );
  for (const [id, lane, dueAt, mayBeSent] of rows) {
    release.run(dueAt, mayBeSent, id);
    if (lane !== null) ctx.bringForward(lane, dueAt);
  }
  return rows.length + giveBackJoinings(ctx, whose, owner, now);
}
