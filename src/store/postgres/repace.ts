import { respace } from '../../domain/pacing.ts';
import { firstSlot, waitingFrom } from '../sql/repace.ts';
import type { Repace } from '../work-shapes.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/** A change of rate, by the rules told in `sql/repace.ts`. The lane is locked, so nobody accepts or claims meanwhile. */
const WAITING = `select w.id, w.due_at,
    coalesce(w.cost, case when m.from_address like 'rcs:%' then 1 else greatest(1, m.num_segments) end), w.attempt
  from work w left join messages m on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid
  where w.account_sid = $1 and w.kind in ('send', 'notice') and w.owner is null
  and (w.lane = $2 or (w.kind = 'send' and w.lane is null and w.connector = $3 and m.from_address = $4))
  order by w.id for update of w`;
const MOVE = `update work w set due_at = u.due_at, lane = u.lane, interval_us = u.interval_us, cost = u.cost,
    horizon_ms = u.horizon_ms
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::int[], $7::bigint[])
    u (account_sid, id, due_at, lane, interval_us, cost, horizon_ms)
  where w.account_sid = u.account_sid and w.id = u.id`;

export async function repace(batch: Batch, change: Repace, now: number): Promise<number> {
  const { accountSid, from, connector, key, intervalMicros, horizonMs } = change;
  await batch.lanes.lock(batch.session, [{ accountSid, key, connector }]);
  const lane = batch.lanes.get(key);
  if (!lane) return 0;
  const waiting = waitingFrom(await batch.query(WAITING, [accountSid, key, connector, from]));
  if (waiting.length === 0 && lane.nextAtMicros === 0) return 0;
  const { startMicros, freeAtMicros } = firstSlot(lane.freeAtMicros, change, now);
  const slots = respace(waiting, startMicros, intervalMicros ?? 0);
  const columns = new Columns(7);
  for (const [index, { id, cost }] of waiting.entries()) {
    const paced = intervalMicros === null ? [null, null, null, null] : [key, intervalMicros, cost, horizonMs];
    columns.push(accountSid, id, slots.dueAts[index] ?? now, ...paced);
  }
  if (columns.size > 0) await batch.query(MOVE, columns.values);
  lane.freeAtMicros = freeAtMicros;
  lane.nextAtMicros = slots.freeAtMicros;
  const [head] = await batch.query('select min(due_at) from work where account_sid = $1 and lane = $2', [
    accountSid,
    key,
  ]);
  const dueAt = (head?.[0] ?? null) as number | null;
  lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
  batch.lanes.touch(lane);
  batch.made.send = true;
  return waiting.length;
}
