import { noticeFrom } from '../inbound-rows.ts';
import { historyLine, MESSAGE_COLUMNS, type Row, sendWorkFrom, walkerFrom } from '../rows.ts';
import type { SendClaim, SendWork } from '../store.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';
import type { LaneState } from './lanes.ts';
import { CLAIM_GATE, findOptedOut } from './opt-outs.ts';

/**
 * Claiming sends, by the rules told in `sql/work.ts`: unpaced rows by their due time, paced ones through their lane,
 * whose row is locked while its slots are given away. Rows another node is claiming are skipped, lanes are waited for.
 */
const WORK = 'w.id, w.attempt, w.connector, w.due_at, w.lane, w.interval_us, w.cost, w.horizon_ms';
/** What a claimed row holds of a notice, for `noticeFrom`; `null`: it is a message. */
const NOTICE_JSON = `case w.kind when 'notice' then json_build_array(w.account_sid, w.message_sid, w.payload)::text end`;
const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');
const CLAIMED = `${WORK}, 0, 0, ${NOTICE_JSON}, w.past, (w.owner is not null)::int, ${MESSAGE}, w.account_sid`;
const OF_MESSAGE = `left join messages m
  on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid`;

const unpaced = (kind: 'send' | 'notice') => `select * from work
    where kind = '${kind}' and lane is null and due_at <= $1 and connector <> all($3::text[])
    order by due_at, id limit $2 for update skip locked`;
const UNPACED = `with sends as materialized (${unpaced('send')}), notices as materialized (${unpaced('notice')}),
  w as (select * from sends union all select * from notices)
  select ${CLAIMED} from w ${OF_MESSAGE} order by w.due_at, w.id`;
const DUE_LANES = `select account_sid, key, connector, head_at from lanes
  where head_at <= $1 and connector <> all($3::text[]) order by head_at, key limit $2`;
/**
 * The next rows of each lane after the one named, earliest first. Messages are joined to what the limit has left: joined
 * before it, a claim reads the whole backlog of the lane.
 */
const OF_LANES = `select ${CLAIMED}
  from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[])
    with ordinality k (account_sid, lane, after_due_at, after_id, position)
  cross join lateral (
    select * from work w
    where w.account_sid = k.account_sid and w.lane = k.lane and w.due_at <= $5
      and (w.owner is null or w.due_at <= $6) and (w.due_at, w.id) > (k.after_due_at, k.after_id)
    order by w.due_at, w.id limit $7) w
  ${OF_MESSAGE} order by k.position, w.due_at, w.id`;
/** Reads all that waits for these connectors; asked for now and then, while they are away. */
const EXPIRED_OF = `with w as materialized (
    select w.* from work w join messages m
      on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid
    where w.kind = 'send' and w.due_at <= $1 and w.connector = any($3::text[]) and m.valid_until < $1
    order by w.due_at, w.id limit $2 for update of w skip locked)
  select ${CLAIMED} from w ${OF_MESSAGE} order by w.due_at, w.id`;
/** By age, the order in which another connector is to send them. What was claimed once is not found again. */
const WAITING_OF = `with w as materialized (
    select * from work where kind = 'send' and attempt = 0 and owner is null and (lane is not null or due_at <= $1)
      and connector = any($3::text[]) order by id limit $2 for update skip locked)
  select ${CLAIMED} from w ${OF_MESSAGE} order by w.id`;
const LEASE = `with gate as materialized (${CLAIM_GATE})
  update work w set owner = $4, attempt = w.attempt + 1, due_at = $5
  from unnest($1::text[], $2::bigint[], $3::int[]) u (account_sid, id, attempt), gate
  where w.account_sid = u.account_sid and w.id = u.id and w.attempt = u.attempt returning w.id`;
const DROP = `delete from work w using unnest($1::text[], $2::bigint[]) u (account_sid, id)
  where w.account_sid = u.account_sid and w.id = u.id`;
const HEADS = `select k.lane, (select min(w.due_at) from work w where w.account_sid = k.account_sid and w.lane = k.lane)
  from unnest($1::text[], $2::text[]) k (account_sid, lane)`;

/** Positions in a row of `WORK` and `MESSAGE`. */
const [ID, ATTEMPT, START_AT, LANE, INTERVAL, COST, EXPIRED, OPTED_OUT, NOTICE, FIRST] = [
  0, 1, 3, 4, 5, 6, 8, 9, 10, 13,
];
const STATUS = FIRST + MESSAGE_COLUMNS.indexOf('status');
const UPDATED_AT = FIRST + MESSAGE_COLUMNS.indexOf('updated_at');
const VALID_UNTIL = FIRST + MESSAGE_COLUMNS.indexOf('valid_until');
const HISTORY = FIRST + MESSAGE_COLUMNS.indexOf('history');
const ACCOUNT = FIRST + MESSAGE_COLUMNS.length;
/** Few at first: a slow lane with a long backlog yields one row, and each row read brings its whole message. */
const FIRST_CHUNK = 4;

/** Earliest start first. */
export async function claimSends(batch: Batch, claim: SendClaim, now: number): Promise<SendWork[]> {
  const claiming = new Claiming(batch, claim, now);
  const { limit, except = [], expiredOf, waitingOf } = claim;
  const lanes = expiredOf || waitingOf ? [] : await claiming.lockLanes();
  const statement = waitingOf ? WAITING_OF : expiredOf ? EXPIRED_OF : UNPACED;
  const unpaced = await batch.query(statement, [now, limit, waitingOf ?? expiredOf ?? except]);
  let next = 0;
  // One walk over both kinds by age, so neither starves the other when there is more than `limit`.
  for (const lane of [...lanes, null]) {
    const headAt = lane?.headAt ?? Number.POSITIVE_INFINITY;
    for (let row = unpaced[next]; row && (row[START_AT] as number) <= headAt; row = unpaced[next]) {
      if (claiming.isFull) break;
      next += 1;
      claiming.take(row, Math.max(now, row[START_AT] as number));
    }
    if (claiming.isFull) break;
    if (lane) await claiming.takeFrom(lane);
  }
  return claiming.finish();
}

class Claiming {
  readonly #batch: Batch;
  readonly #claim: SendClaim;
  readonly #now: number;
  readonly #horizon: number;
  readonly #late: Map<string, number>;
  #taken: Row[] = [];
  #gone: Row[] = [];
  readonly #walked: LaneState[] = [];
  readonly #evenIfOptedOut = new Set<Row>();
  /** Rows of the lanes, fetched for all of them at once. */
  readonly #ahead = new Map<string, Row[]>();

  constructor(batch: Batch, claim: SendClaim, now: number) {
    this.#batch = batch;
    this.#claim = claim;
    this.#now = now;
    this.#horizon = now + claim.lookAheadMs;
    this.#late = new Map(claim.lateLanes?.map(({ key, freeAt }) => [key, freeAt]));
  }

  get isFull(): boolean {
    return this.#taken.length >= this.#claim.limit;
  }

  /** The lanes that may be touched, locked, earliest first. */
  async lockLanes(): Promise<LaneState[]> {
    const { session, lanes } = this.#batch;
    const due = await session.query(DUE_LANES, [this.#horizon, this.#claim.limit, this.#claim.except ?? []]);
    if (due.length === 0) return [];
    await lanes.lock(
      session,
      due.map(([accountSid, key, connector]) => ({
        accountSid: accountSid as string,
        key: key as string,
        connector: connector as string,
      })),
    );
    // Whoever held a lane before has moved its head: looked at again now that it is ours.
    const locked = due
      .map((row) => lanes.get(row[1] as string))
      .filter((lane) => lane !== null)
      .filter((lane) => lane.headAt !== null && lane.headAt <= this.#horizon)
      .sort((a, b) => (a.headAt ?? 0) - (b.headAt ?? 0));
    await this.#fetch(locked, FIRST_CHUNK);
    return locked;
  }

  async takeFrom(lane: LaneState): Promise<void> {
    this.#walked.push(lane);
    const late = this.#late.get(lane.key);
    if (late !== undefined) lane.freeAtMicros = Math.max(lane.freeAtMicros, late * 1000);
    for (let chunk = FIRST_CHUNK; ; chunk *= 4) {
      const rows = this.#ahead.get(lane.key) ?? [];
      for (const row of rows) {
        if (this.isFull) return;
        const startMicros = Math.max(this.#now * 1000, (row[START_AT] as number) * 1000, lane.freeAtMicros);
        const taken = this.take(row, Math.ceil(startMicros / 1000), this.#horizon);
        if (taken === 'waits') return;
        if (taken === 'gone' || row[EXPIRED] === 1) continue;
        lane.freeAtMicros = startMicros + (row[INTERVAL] as number) * (row[COST] as number);
      }
      const last = rows.at(-1);
      if (rows.length < chunk || !last) return;
      await this.#fetch([lane], chunk * 4, last);
    }
  }

  /** Marks one row for leasing. `gone`: there is nothing to send any more. */
  take(row: Row, startAt: number, horizon = Number.POSITIVE_INFINITY): 'taken' | 'waits' | 'gone' {
    if (row[NOTICE] !== null) {
      const { values, evenIfOptedOut } = noticeFrom(row[NOTICE]);
      row.splice(FIRST, MESSAGE_COLUMNS.length, ...values);
      if (evenIfOptedOut) this.#evenIfOptedOut.add(row);
    }
    const status = row[STATUS];
    if (row[FIRST] === null || (status !== 'queued' && status !== 'sending')) {
      this.#gone.push(row);
      return 'gone';
    }
    const expired = (row[VALID_UNTIL] as number) < this.#now;
    // What has expired takes no slot, so it need not wait for one.
    if (!expired && startAt > horizon) return 'waits';
    row[START_AT] = startAt;
    row[EXPIRED] = expired ? 1 : 0;
    this.#taken.push(row);
    return 'taken';
  }

  /** Writes leases and steps, and answers what is ours. */
  async finish(): Promise<SendWork[]> {
    await this.#drop();
    const taken = await this.#lease();
    const walkers = taken.map((row) => walkerFrom(row.slice(FIRST)));
    // After the rows are leased, and not before: see `opt-outs.ts`.
    const optedOut = await findOptedOut(
      this.#batch,
      walkers.filter((_, index) => !this.#evenIfOptedOut.has(taken[index] as Row)),
    );
    for (const [index, row] of taken.entries()) {
      const message = walkers[index];
      row[ATTEMPT] = (row[ATTEMPT] as number) + 1;
      if (!message) continue;
      row[OPTED_OUT] = optedOut.get(message.sid) ?? 0;
      if (row[EXPIRED] === 1 || row[OPTED_OUT] !== 0 || row[STATUS] !== 'queued') continue;
      this.#batch.remember(message);
      this.#batch.advance(message, 'claim', this.#now);
      row[STATUS] = message.status;
      row[UPDATED_AT] = this.#now;
      row[HISTORY] += `\n${historyLine({ at: this.#now, status: message.status })}`;
    }
    await this.#moveHeads();
    return taken.map(sendWorkFrom).sort((a, b) => a.startAt - b.startAt);
  }

  /** Fetches the next `size` rows of each lane, after `last`. */
  async #fetch(lanes: LaneState[], size: number, last?: Row): Promise<void> {
    const columns = new Columns(4);
    for (const lane of lanes) columns.push(lane.accountSid, lane.key, this.#dueAtOf(last), last?.[ID] ?? -1);
    for (const lane of lanes) this.#ahead.set(lane.key, []);
    if (columns.size === 0) return;
    const rows = await this.#batch.query(OF_LANES, [...columns.values, this.#horizon, this.#now, size]);
    for (const row of rows) {
      this.#dueAts.set(row, row[START_AT] as number);
      this.#ahead.get(row[LANE] as string)?.push(row);
    }
  }

  /** Due times as fetched: `take` overwrites them with the start. */
  readonly #dueAts = new Map<Row, number>();

  #dueAtOf(row: Row | undefined): number {
    return row ? (this.#dueAts.get(row) ?? -1) : -1;
  }

  async #drop(): Promise<void> {
    if (this.#gone.length === 0) return;
    const columns = new Columns(2);
    for (const row of this.#gone) columns.push(row[ACCOUNT], row[ID]);
    await this.#batch.query(DROP, columns.values);
    this.#batch.count('work send', -this.#gone.length);
  }

  async #lease(): Promise<Row[]> {
    if (this.#taken.length === 0) return [];
    const { owner, leaseMs } = this.#claim;
    const columns = new Columns(3);
    for (const row of this.#taken) columns.push(row[ACCOUNT], row[ID], row[ATTEMPT]);
    const leased = await this.#batch.query(LEASE, [...columns.values, owner, this.#now + leaseMs]);
    // A row of a lapsed lease may have been settled by its slow owner while we looked.
    const ids = new Set(leased.map((row) => row[0]));
    return this.#taken.filter((row) => ids.has(row[ID] as number));
  }

  async #moveHeads(): Promise<void> {
    if (this.#walked.length === 0) return;
    const columns = new Columns(2);
    for (const lane of this.#walked) columns.push(lane.accountSid, lane.key);
    const heads = new Map((await this.#batch.query(HEADS, columns.values)).map(([key, dueAt]) => [key, dueAt]));
    for (const lane of this.#walked) {
      const dueAt = heads.get(lane.key) as number | null;
      lane.headAt = dueAt === null ? null : Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
      this.#batch.lanes.touch(lane);
    }
  }
}
