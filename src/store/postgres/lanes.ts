import { takeSlot } from '../../domain/pacing.ts';
import type { Lane, Place } from '../work-shapes.ts';
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

const MOST_KNOWN = 100_000;

/**
 * The lanes of one transaction: locked in sorted order, changed in memory, written once. New ones are made before any
 * is locked: made in between, they would be locked out of order, and two transactions could wait for each other.
 */
export class Lanes {
  /** Keys that this process has seen: no need to try to make them. */
  readonly #known: Set<string>;
  readonly #lanes = new Map<string, LaneState>();
  readonly #touched = new Set<LaneState>();

  constructor(known: Set<string>) {
    this.#known = known;
  }

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
    const isKnown = [...seen].every((key) => this.#known.has(key));
    if (!isKnown) await this.#make(session, columns);
    if ((await this.#read(session, columns)) === columns.size) return;
    // What was made before has been rolled back.
    await this.#make(session, columns);
    await this.#read(session, columns);
  }

  async #make(session: Session, columns: Columns): Promise<void> {
    await session.query(
      `insert into lanes (account_sid, key, connector, next_at_us, free_at_us)
       select u.account_sid, u.key, u.connector, 0, 0
       from unnest($1::text[], $2::text[], $3::text[]) u (account_sid, key, connector)
       on conflict (account_sid, key) do nothing`,
      columns.values,
    );
    if (this.#known.size > MOST_KNOWN) this.#known.clear();
    for (const key of columns.values[1] as string[]) this.#known.add(key);
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

  /** A place in a locked lane, by the rules told in `sql/context.ts`; `null`: its queue is full. */
  takePlace(order: Lane | null, now: number, validUntil?: number): Place | null {
    if (order === null) return { dueAt: now, lane: null };
    const lane = this.#lanes.get(order.key);
    if (!lane) throw new Error(`The lane ${order.key} is not locked`);
    const slot = takeSlot(lane.nextAtMicros, order, now, validUntil);
    if (slot === null) return null;
    if (slot.lapses) return { dueAt: slot.dueAt, lane: null };
    lane.nextAtMicros = slot.nextAtMicros;
    this.#touched.add(lane);
    this.bringForward(lane, slot.dueAt);
    return { dueAt: slot.dueAt, lane: order };
  }

  /** Work from another lane joins a locked one at `dueAt`; what is accepted from now on starts so much later. */
  join({ key, intervalMicros, cost }: Lane, dueAt: number, now: number): void {
    const lane = this.#lanes.get(key);
    if (!lane) throw new Error(`The lane ${key} is not locked`);
    lane.nextAtMicros = Math.max(now * 1000, lane.nextAtMicros) + intervalMicros * cost;
    this.#touched.add(lane);
    this.bringForward(lane, dueAt);
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
    const changes = this.takeChanges();
    if ((changes[0] as unknown[]).length > 0) await session.query(lanesFrom(0), changes);
  }

  /** What has been changed, as the five parameters of `lanesFrom`; it is the caller's to write. */
  takeChanges(): unknown[] {
    const columns = new Columns(5);
    for (const lane of this.#touched) {
      columns.push(lane.accountSid, lane.key, lane.nextAtMicros, lane.freeAtMicros, lane.headAt);
    }
    this.#lanes.clear();
    this.#touched.clear();
    return columns.values;
  }
}

/** The statement that writes lanes; its parameters follow `taken` others. */
export function lanesFrom(taken: number): string {
  const arrays = ['text', 'text', 'bigint', 'bigint', 'bigint'].map(
    (type, index) => `$${taken + index + 1}::${type}[]`,
  );
  return `update lanes l set next_at_us = u.next_at_us, free_at_us = u.free_at_us, head_at = u.head_at
    from unnest(${arrays.join(', ')}) u (account_sid, key, next_at_us, free_at_us, head_at)
    where l.account_sid = u.account_sid and l.key = u.key`;
}
