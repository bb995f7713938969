import { NO_SLOT } from '../../domain/pacing.ts';
import { advance, begin, end, type LastRow, type Looked, toUnpaced } from '../sql/repace.ts';
import type { Repaced, RepacePlace, RepaceStep } from '../work-shapes.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/** A change of rate, by the rules told in `sql/repace.ts`. The lane is locked for a step, so nobody accepts or claims meanwhile. */
const AFTER = 'owner is null and (due_at, id) > ($2, $3) order by due_at, id limit $4';
const IS_RETRY = "attempt > coalesce((past::jsonb ->> 'look')::int, 0)";
const PACED = `select id, due_at, cost, (${IS_RETRY})::int, 0, 1 from work where account_sid = $1 and lane = $5 and ${AFTER} for update`;
const UNPACED = `select w.id, w.due_at,
    case when m.from_address like 'rcs:%' then 1 else greatest(1, m.num_segments) end, (${IS_RETRY})::int,
    coalesce((w.due_at > m.valid_until)::int, 0), (m.from_address = $5)::int
  from (select * from work
    where account_sid = $1 and kind = 'send' and lane is null and connector = $6 and ${AFTER} for update) w
  left join messages m on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid
  order by w.due_at, w.id`;
const MOVE = `update work w set due_at = u.due_at, lane = u.lane, interval_us = u.interval_us, cost = u.cost,
    horizon_ms = u.horizon_ms
  from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[], $5::bigint[], $6::int[], $7::bigint[])
    u (account_sid, id, due_at, lane, interval_us, cost, horizon_ms)
  where w.account_sid = u.account_sid and w.id = u.id`;
const LAST = `select due_at, interval_us, cost from work where account_sid = $1 and lane = $2 and owner is null
    and not ${IS_RETRY}
  order by due_at desc, id desc limit 1`;
const HEAD = 'select min(due_at) from work where account_sid = $1 and lane = $2';

export async function repace(batch: Batch, step: RepaceStep, now: number): Promise<Repaced> {
  const { accountSid, key, connector } = step;
  await batch.lanes.lock(batch.session, [{ accountSid, key, connector }]);
  const lane = batch.lanes.get(key);
  if (!lane) return { moved: 0, next: null };
  let place = step.place ?? begin(lane, step, now);
  let rows = await look(batch, step, place);
  if (rows.length === 0 && place.of === 'lane') {
    place = toUnpaced(step, place, now);
    rows = await look(batch, step, place);
  }
  const { moves, next } = advance(step, place, rows);
  const columns = new Columns(7);
  for (const move of moves) columns.push(accountSid, ...move);
  if (columns.size > 0) await batch.query(MOVE, columns.values);
  const isDone = rows.length === 0;
  const answer = { moved: moves.length, next: isDone ? null : next };
  const [head] = await batch.query(HEAD, [accountSid, key]);
  const dueAt = (head?.[0] ?? null) as number | null;
  if (lane.nextAtMicros === 0 && next.slot.id === NO_SLOT.id && dueAt === null) return answer;
  if (isDone) {
    const [last] = await batch.query(LAST, [accountSid, key]);
    lane.nextAtMicros = end(next, last as LastRow | undefined);
  }
  lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
  batch.lanes.touch(lane);
  batch.made.send = true;
  return answer;
}

async function look(batch: Batch, step: RepaceStep, { of, after }: RepacePlace): Promise<Looked[]> {
  const { key, from, connector, accountSid, limit } = step;
  const range = [accountSid, after.dueAt, after.id, limit];
  const rows = of === 'lane' ? batch.query(PACED, [...range, key]) : batch.query(UNPACED, [...range, from, connector]);
  return (await rows) as unknown as Looked[];
}
