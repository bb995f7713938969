import { sidTime } from '../../domain/sid.ts';
import type { SendSettlement, WorkKind } from '../store.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';
import { forgetHandOvers, HAND_OVERS, MAY_BE_SENT } from './hand-overs.ts';
import { claimParked, lockCarriers } from './receipts.ts';

/** Settling sends, and giving back what dead nodes had claimed. */

/** Lanes before work before messages: the order in which everybody locks. */
export async function settleSends(batch: Batch, settlements: SendSettlement[], now: number): Promise<boolean[]> {
  const sent = settlements.filter(({ result }) => result.kind === 'sent');
  await lockCarriers(
    batch,
    sent.map(({ result }) => (result.kind === 'sent' ? result.connector : '')),
  );
  await lockLanesOf(
    batch,
    settlements.filter(({ result }) => result.kind === 'again'),
  );
  const works = await lockWorks(batch, settlements);
  await batch.load(
    settlements
      .filter(({ workId }) => works.get(workId)?.kind === 'send')
      .map(({ accountSid, messageSid: sid }) => ({ accountSid, sid })),
  );
  const done = new Columns(2);
  const again = new Columns(4);
  const moved = new Columns(7);
  const parts = new Parts();
  const answers = settlements.map((settlement) => {
    const { workId, attempt, accountSid, messageSid, result } = settlement;
    const work = works.get(workId);
    if (!work || work.attempt !== attempt || work.messageSid !== messageSid) return false;
    const message = work.kind === 'send' ? batch.message(messageSid) : null;
    if (work.kind === 'send' && !message) return false;
    if (result.kind === 'again') {
      const { dueAt, past, move } = result;
      again.push(accountSid, workId, dueAt, past ? JSON.stringify(past) : null);
      const lane = work.lane === null ? null : batch.lanes.get(work.lane);
      if (move) {
        const to = move.lane;
        const paced = [to?.key ?? null, to?.intervalMicros ?? null, to?.cost ?? null, to?.horizonMs ?? null];
        moved.push(accountSid, workId, move.connector, ...paced);
        if (to) batch.lanes.join(to, dueAt, now);
      } else if (lane) batch.lanes.bringForward(lane, dueAt);
      if (message && result.note) batch.remark(message, result.note, now);
      return true;
    }
    works.delete(workId);
    done.push(accountSid, workId);
    batch.count(`work ${work.kind}`, -1);
    // Nothing else is kept of a notice.
    if (!message) return true;
    if (result.kind === 'failed') {
      batch.advance(message, 'fail', now, { errorCode: result.errorCode, note: result.note });
    } else {
      for (const [part, carrierId] of result.carrierIds.entries()) {
        parts.add(result.connector, carrierId, accountSid, messageSid, part);
      }
      batch.advance(message, 'take', now, { priceMicros: result.priceMicros, note: result.note });
    }
    return true;
  });
  await write(batch, done, again, parts);
  await move(batch, moved);
  await claimParked(batch, parts.keys(), now);
  return answers;
}

async function lockLanesOf(batch: Batch, settlements: SendSettlement[]): Promise<void> {
  if (settlements.length === 0) return;
  const columns = new Columns(2);
  for (const { accountSid, workId } of settlements) columns.push(accountSid, workId);
  const rows = await batch.query(
    `select w.account_sid, w.lane, w.connector from unnest($1::text[], $2::bigint[]) k (account_sid, id)
     join work w on w.account_sid = k.account_sid and w.id = k.id where w.lane is not null`,
    columns.values,
  );
  const left = rows.map(([accountSid, key, connector]) => ({
    accountSid: accountSid as string,
    key: key as string,
    connector: connector as string,
  }));
  const joined = settlements.flatMap(({ accountSid, result }) =>
    result.kind === 'again' && result.move?.lane
      ? [{ accountSid, key: result.move.lane.key, connector: result.move.connector }]
      : [],
  );
  await batch.lanes.lock(batch.session, [...left, ...joined]);
}

interface LockedWork {
  attempt: number;
  messageSid: string;
  lane: string | null;
  kind: 'send' | 'notice';
}

async function lockWorks(batch: Batch, settlements: SendSettlement[]): Promise<Map<number, LockedWork>> {
  const columns = new Columns(2);
  for (const { accountSid, workId } of settlements) columns.push(accountSid, workId);
  const rows = await batch.query(
    `select w.id, w.attempt, w.message_sid, w.lane, w.kind from unnest($1::text[], $2::bigint[]) k (account_sid, id)
     join work w on w.account_sid = k.account_sid and w.id = k.id where w.kind in ('send', 'notice')
     order by w.id for update of w`,
    columns.values,
  );
  return new Map(
    rows.map(([id, attempt, messageSid, lane, kind]) => [
      id as number,
      {
        attempt: attempt as number,
        messageSid: messageSid as string,
        lane: lane as string | null,
        kind: kind as LockedWork['kind'],
      },
    ]),
  );
}

/** A carrier that uses an id again means the newer message: the older part gives way. */
class Parts {
  readonly #parts = new Map<string, unknown[]>();

  add(connector: string, carrierId: string, accountSid: string, messageSid: string, part: number): void {
    const row = [accountSid, connector, carrierId, messageSid, part, sidTime(messageSid)];
    this.#parts.set(`${connector}\n${carrierId}`, row);
  }

  keys(): { connector: string; carrierId: string }[] {
    return this.rows().map(([, connector, carrierId]) => ({
      connector: connector as string,
      carrierId: carrierId as string,
    }));
  }

  rows(): unknown[][] {
    return [...this.#parts.values()];
  }
}

async function write(batch: Batch, done: Columns, again: Columns, parts: Parts): Promise<void> {
  if (done.size > 0) {
    await batch.query(
      `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
       where w.account_sid = u.account_sid and w.id = u.id`,
      done.values,
    );
  }
  if (again.size > 0) {
    batch.made.send = true;
    await batch.query(
      `update work w set due_at = u.due_at, owner = null, past = coalesce(u.past, w.past)
       from unnest($1::text[], $2::bigint[], $3::bigint[], $4::text[]) u (account_sid, id, due_at, past)
       where w.account_sid = u.account_sid and w.id = u.id`,
      again.values,
    );
  }
  const rows = new Columns(6);
  for (const row of parts.rows()) rows.push(...row);
  if (rows.size === 0) return;
  await batch.query(
    `with u as materialized (select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::bigint[])
       u (account_sid, connector, carrier_id, message_sid, part, sid_at)),
     older as (delete from parts p using u
       where p.connector = u.connector and p.carrier_id = u.carrier_id and p.account_sid <> u.account_sid)
     insert into parts (account_sid, connector, carrier_id, message_sid, part, sid_at, state)
     select u.*, 'pending' from u
     on conflict (account_sid, connector, carrier_id) do update set message_sid = excluded.message_sid,
       part = excluded.part, sid_at = excluded.sid_at, state = excluded.state, error_code = null`,
    rows.values,
  );
}

/** To other connectors' queues. An old lane keeps the slot that it had given. */
async function move(batch: Batch, moved: Columns): Promise<void> {
  if (moved.size === 0) return;
  await batch.query(
    `update work w set connector = u.connector, lane = u.lane, interval_us = u.interval_us, cost = u.cost,
       horizon_ms = u.horizon_ms
     from unnest($1::text[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::bigint[])
       u (account_sid, id, connector, lane, interval_us, cost, horizon_ms)
     where w.account_sid = u.account_sid and w.id = u.id`,
    moved.values,
  );
}

/** Claims whose owner has no heartbeat at `now`. Sends go back ahead of what waits, by the age of their message. */
export async function takeOver(batch: Batch, owner: string, now: number): Promise<number> {
  await batch.query('delete from nodes where alive_until <= $1 and owner <> $2', [now, owner]);
  await batch.query(
    `delete from leases l where l.owner <> $1 and not exists (select 1 from nodes n where n.owner = l.owner)`,
    [owner],
  );
  const isDead = (table: string) =>
    `${table}.owner <> $2 and not exists (select 1 from nodes n where n.owner = ${table}.owner)`;
  const rows = await giveBack(batch, isDead('work'), owner, now);
  await forgetHandOvers(batch, isDead('hand_overs').replace('$2', '$1'), [owner]);
  return rows;
}

/** A node that goes: nothing of it is left to be waited for. */
export async function leave(batch: Batch, owner: string, now: number): Promise<null> {
  await giveBack(batch, 'work.owner = $2', owner, now);
  await forgetHandOvers(batch, 'owner = $1', [owner]);
  await batch.query('delete from leases where owner = $1', [owner]);
  await batch.query('delete from nodes where owner = $1', [owner]);
  return null;
}

async function giveBack(batch: Batch, whose: string, owner: string, now: number): Promise<number> {
  const rows = await batch.query(
    `with ${HAND_OVERS}
     update work set due_at = case when kind in ('send', 'notice') then least($1, sid_at) else $1 end, owner = null,
       past = case when kind in ('send', 'notice') and ${MAY_BE_SENT} then (coalesce(past, '{}')::jsonb || '{"orphaned":true}')::text else past end
     where owner is not null and ${whose} returning account_sid, lane, kind`,
    [now, owner],
  );
  const lanes = new Columns(2);
  for (const [accountSid, lane] of rows) if (lane !== null) lanes.push(accountSid, lane);
  if (lanes.size > 0) {
    await batch.query(
      `with u as materialized (select distinct account_sid, key from unnest($1::text[], $2::text[]) k (account_sid, key)),
       locked as materialized (select l.account_sid, l.key from u join lanes l on l.account_sid = u.account_sid
         and l.key = u.key order by l.key for update of l)
       update lanes l set head_at = greatest($3, (l.free_at_us + 999) / 1000) from locked k
       where l.account_sid = k.account_sid and l.key = k.key
         and (l.head_at is null or l.head_at > greatest($3, (l.free_at_us + 999) / 1000))`,
      [...lanes.values, now],
    );
  }
  for (const [, , kind] of rows) batch.made[kind as WorkKind] = true;
  const joinings = await batch.query(
    `update joinings set due_at = $1, owner = null
     where owner is not null and message_sid is null and ${whose.replaceAll('work.', 'joinings.')} returning 1`,
    [now, owner],
  );
  if (joinings.length > 0) batch.made.joining = true;
  return rows.length + joinings.length;
}
