import { Columns } from './columns.ts';
import type { Session } from './driver.ts';

/** A lane while a transaction holds its row. Instants in microseconds but `headAt` (ms, `null`: no work). */
export interface LaneState {
  accountSid: string;
  key: string;
  nextAtMicros: number;
  freeAtMicros: number;
  headAt: number | null;
}

export interface LaneKey {
  accountSid: string;
  key: string;
  /** Needed to make the lane when it is new. */
  connector: string;
}

/** The lanes of one transaction: locked in sorted order, changed in memory, written once. */
export class Lanes {
  readonly #lanes = new Map<string, LaneState>();
  readonly #touched = new Set<LaneState>();

  /** Locks lanes, making those that are new. Call it before other rows are locked, and once a transaction if possible. */
  async lock(session: Session, keys: Iterable<LaneKey>): Promise<void> {
    const wanted = [...keys].filter(({ key }) => !this.#lanes.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
    if (wanted.length === 0) return;
    const columns = new Columns(3);
    const seen = new Set<string>();
    for (const { accountSid, key, connector } of wanted) {
      if (seen.has(key)) continue;
      seen.add(key);
      columns.push(accountSid, key, connector);
    }
    if ((await this.#read(session, columns)) === columns.size) return;
    await session.query(
      `insert into lanes (account_sid, key, connector, next_at_us, free_at_us)
       select u.account_sid, u.key, u.connector, 0, 0
       from unnest($1::text[], $2::text[], $3::text[]) u (account_sid, key, connector)
       on conflict (account_sid, key) do nothing`,
      columns.values,
    );
    await this.#read(session, columns);
  }

  async #read(session: Session, columns: Columns): Promise<number> {
    const rows = await session.query(
      `select l.account_sid, l.key, l.next_at_us, l.free_at_us, l.head_at
       from unnest($1::text[], $2::text[]) k (account_sid, key)
       join lanes l on l.account_sid = k.account_sid and l.key = k.key order by l.key for update of l`,
      columns.values.slice(0, 2),
    );
    for (const [accountSid, key, nextAtMicros, freeAtMicros, headAt] of rows) {
      this.#lanes.set(key as string, {
        accountSid: accountSid as string,
        key: key as string,
        nextAtMicros: nextAtMicros as number,
        freeAtMicros: freeAtMicros as number,
        headAt: headAt as number | null,
      });
    }
    return rows.length;
  }

  /** A locked lane. Who changes it calls `touch`. */
  get(key: string): LaneState | null {
    return this.#lanes.get(key) ?? null;
  }

  touch(lane: LaneState): void {
    this.#touched.add(lane);
  }

  /** Work of this lane falls due at `dueAt`: the lane is to be looked at then, or when it is free. */
  bringForward(lane: LaneState, dueAt: number): void {
    const at = Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
    if (lane.headAt !== null && lane.headAt <= at) return;
    lane.headAt = at;
    this.#touched.add(lane);
  }

  /** Writes what was changed and forgets every lane: the next `lock` reads it again. */
  async flush(session: Session): Promise<void> {
    this.#lanes.clear();
    if (this.#touched.size === 0) return;
    const columns = new Columns(5);
    for (const lane of this.#touched) {
      columns.push(lane.accountSid, lane.key, lane.nextAtMicros, lane.freeAtMicros, lane.headAt);
    }
    this.#touched.clear();
    await session.query(
      `update lanes l set next_at_us = u.next_at_us, free_at_us = u.free_at_us, head_at = u.head_at
       from unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[])
         u (account_sid, key, next_at_us, free_at_us, head_at)
       where l.account_sid = u.account_sid and l.key = u.key`,
      columns.values,
    );
  }
}
