import { NO_SLOT, respace } from '../../domain/pacing.ts';
import type { Repaced, RepacePlace, RepaceStep } from '../work-shapes.ts';
import type { WriteContext } from './context.ts';

/**
 * A change of rate: what waits gets new slots in its old order. What is claimed keeps its own, and so does what has
 * left: the slot that was taken last is as long as one segment takes now, then the new rate begins.
 *
 * It is done in steps: a long queue moved at once would hold up everybody for seconds. Between them others accept and
 * claim, and any may be the last before a crash. So no row becomes due later than it was: those that have moved stay in
 * front of those that have not, and one that is due before its slot waits for the start clock of its lane. The accept
 * clock moves with the last step, so what is accepted meanwhile comes behind all that waits and is moved as well.
 */
const AFTER = 'owner is null and (due_at, id) > (?, ?) order by due_at, id limit ?';
/** Handed over and put off: its due time is its own. What was only looked at since it came waits for a slot like any other. */
const IS_RETRY = "attempt > coalesce(json_extract(past, '$.look'), 0)";
const PACED = `select id, due_at, cost, ${IS_RETRY}, 0, 1 from work where lane = ? and ${AFTER}`;
/** Limited before it is known whose they are: a step is short, whatever other senders have waiting. */
const UNPACED = `select w.id, w.due_at, case when m.from_address like 'rcs:%' then 1 else max(1, m.num_segments) end,
    ${IS_RETRY}, coalesce(w.due_at > m.valid_until, 0), m.from_address = ?
  from (select * from work where kind = 'send' and lane is null and connector = ? and account_sid = ? and ${AFTER}) w
  left join messages m on m.sid = w.message_sid order by w.due_at, w.id`;
const MOVE = 'update work set due_at = ?2, lane = ?3, interval_us = ?4, cost = ?5, horizon_ms = ?6 where id = ?1';
const LAST = `select due_at, interval_us, cost from work where lane = ? and owner is null and not ${IS_RETRY}
  order by due_at desc, id desc limit 1`;

export function repace(ctx: WriteContext, step: RepaceStep, now: number): Repaced {
  const { key } = step;
  const lane = ctx.lane(key);
  let place = step.place ?? begin(lane, step, now);
  let rows = look(ctx, step, place);
  if (rows.length === 0 && place.of === 'lane') {
    place = toUnpaced(step, place, now);
    rows = look(ctx, step, place);
  }
  const { moves, next } = advance(step, place, rows);
  for (const move of moves) ctx.sql(MOVE).run(...move);
  const isDone = rows.length === 0;
  const answer = { moved: moves.length, next: isDone ? null : next };
  const [dueAt] = ctx.sql('select min(due_at) from work where lane = ?').get(key) as unknown as [number | null];
  // One that nobody uses is not made here.
  if (lane.nextAtMicros === 0 && next.slot.id === NO_SLOT.id && dueAt === null) return answer;
  if (isDone) lane.nextAtMicros = end(next, ctx.sql(LAST).get(key) as unknown as LastRow | undefined);
  lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
  ctx.touch(key);
  return answer;
}

function look(ctx: WriteContext, step: RepaceStep, { of, after }: RepacePlace): Looked[] {
  const { key, from, connector, accountSid, limit } = step;
  const range = [after.dueAt, after.id, limit];
  const rows =
    of === 'lane' ? ctx.sql(PACED).all(key, ...range) : ctx.sql(UNPACED).all(from, connector, accountSid, ...range);
  return rows as unknown as Looked[];
}

/** Id, due time, cost; then whether it was put off, whether it has lapsed when it is due, and whether it is the sender's. */
export type Looked = [number, number, number, number, number, number | null];
/** Id, then what it gets: due time, lane, interval, cost, horizon. */
type Move = [number, number, string | null, number | null, number | null, number | null];
/** Due time, interval and cost. */
export type LastRow = [number, number, number];

/** Where it starts. The lane is free as soon as the new rate allows it after what has left. */
export function begin(
  lane: { freeAtMicros: number },
  { formerMicros, intervalMicros }: RepaceStep,
  now: number,
): RepacePlace {
  if (intervalMicros !== null && formerMicros !== null && lane.freeAtMicros !== 0) {
    lane.freeAtMicros = Math.max(0, lane.freeAtMicros + intervalMicros - formerMicros);
  }
  const freeAtMicros = intervalMicros === null ? now * 1000 : Math.max(now * 1000, lane.freeAtMicros);
  return { of: 'lane', after: NO_SLOT, slot: NO_SLOT, freeAtMicros };
}

/** Behind the last of its lane. Without a rate, those that are due need nothing: what would have lapsed is in time now. */
export function toUnpaced({ intervalMicros }: RepaceStep, place: RepacePlace, now: number): RepacePlace {
  const after = intervalMicros === null ? { dueAt: now, id: Number.MAX_SAFE_INTEGER } : NO_SLOT;
  return { ...place, of: 'unpaced', after };
}

/** What becomes of rows in their order, and the place behind them. */
export function advance(
  { key, intervalMicros, horizonMs }: RepaceStep,
  place: RepacePlace,
  rows: Looked[],
): { moves: Move[]; next: RepacePlace } {
  const waiting = rows
    .filter((row) => row[5] === 1)
    .map(([id, dueAt, cost, isRetry, lapses]) => ({ id, dueAt, cost, isRetry: isRetry === 1, lapses: lapses === 1 }));
  const { dueAts, last, freeAtMicros } = respace(waiting, place.freeAtMicros, intervalMicros ?? 0, place.slot);
  const moves = waiting.flatMap(({ id, dueAt, cost }, index): Move[] => {
    const slotAt = dueAts[index] ?? null;
    if (slotAt === null) return [];
    const at = Math.min(dueAt, slotAt);
    return [
      intervalMicros === null ? [id, at, null, null, null, null] : [id, at, key, intervalMicros, cost, horizonMs],
    ];
  });
  const [id, dueAt] = rows.at(-1) ?? [place.after.id, place.after.dueAt];
  return { moves, next: { of: place.of, after: { id, dueAt }, slot: last, freeAtMicros } };
}

/**
 * The end of the last slot. Two nodes that start at once both walk the lane, and the one in front brings rows forward
 * which the other then passes by: it finds them at the end.
 */
export function end({ freeAtMicros }: RepacePlace, last: LastRow | undefined): number {
  return last ? Math.max(freeAtMicros, last[0] * 1000 + last[1] * last[2]) : freeAtMicros;
}
