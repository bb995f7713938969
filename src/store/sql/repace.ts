import { respace, type Waiting } from '../../domain/pacing.ts';
import type { Repace } from '../work-shapes.ts';
import type { WriteContext } from './context.ts';

/**
 * A change of rate: what waits gets new slots in its old order. What is claimed keeps its own, and so does what has
 * left: the slot that was taken last is as long as one segment takes now, then the new rate begins.
 */
const COLUMNS = `w.id, w.due_at,
  coalesce(w.cost, case when m.from_address like 'rcs:%' then 1 else max(1, m.num_segments) end), w.attempt`;
const PACED = `select ${COLUMNS} from work w left join messages m on m.sid = w.message_sid
  where w.lane = ? and w.owner is null`;
const UNPACED = `select ${COLUMNS} from work w join messages m on m.sid = w.message_sid
  where w.kind = 'send' and w.lane is null and w.owner is null and w.connector = ? and w.account_sid = ?
  and m.from_address = ?`;

export function repace(ctx: WriteContext, change: Repace, now: number): number {
  const { accountSid, from, connector, key, intervalMicros, horizonMs } = change;
  const rows = [...ctx.sql(PACED).all(key), ...ctx.sql(UNPACED).all(connector, accountSid, from)];
  const waiting = waitingFrom(rows as unknown as unknown[][]);
  const lane = ctx.lane(key);
  if (waiting.length === 0 && lane.nextAtMicros === 0) return 0;
  const { startMicros, freeAtMicros } = firstSlot(lane.freeAtMicros, change, now);
  const slots = respace(waiting, startMicros, intervalMicros ?? 0);
  const paced = intervalMicros === null ? null : key;
  const horizon = intervalMicros === null ? null : horizonMs;
  const move = ctx.sql('update work set due_at = ?, lane = ?, interval_us = ?, cost = ?, horizon_ms = ? where id = ?');
  for (const [index, { id, cost }] of waiting.entries()) {
    move.run(slots.dueAts[index] ?? now, paced, intervalMicros, paced === null ? null : cost, horizon, id);
  }
  lane.freeAtMicros = freeAtMicros;
  lane.nextAtMicros = slots.freeAtMicros;
  const [dueAt] = ctx.sql('select min(due_at) from work where lane = ?').get(key) as unknown as [number | null];
  lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
  ctx.touch(key);
  return waiting.length;
}

/** Rows of id, due time, cost and attempts, in the order in which they would have left. */
export function waitingFrom(rows: unknown[][]): Waiting[] {
  return (rows as [number, number, number, number][])
    .map(([id, dueAt, cost, attempt]) => ({ id, dueAt, cost, isRetry: attempt > 0 }))
    .sort((a, b) => a.dueAt - b.dueAt || a.id - b.id);
}

/** When the first that waits may start, and since when the lane is free of what has left. */
export function firstSlot(
  freeAtMicros: number,
  { formerMicros, intervalMicros }: Repace,
  now: number,
): { startMicros: number; freeAtMicros: number } {
  const free =
    intervalMicros === null || formerMicros === null || freeAtMicros === 0
      ? freeAtMicros
      : Math.max(0, freeAtMicros + intervalMicros - formerMicros);
  return { startMicros: intervalMicros === null ? now * 1000 : Math.max(now * 1000, free), freeAtMicros: free };
}
