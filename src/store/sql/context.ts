import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { takeSlot } from '../../domain/pacing.ts';
import { UsageSums } from '../report-rows.ts';
import type { Lane, Place } from '../work-shapes.ts';
import { Traces } from './traces.ts';
import { countUsage } from './usage.ts';

/** A lane as the writer holds it while a batch runs. Instants in microseconds but `headAt` (ms, `null`: no work). */
export interface LaneState {
  nextAtMicros: number;
  freeAtMicros: number;
  headAt: number | null;
}

/**
 * What the writing verbs share inside one transaction: prepared statements, the lanes touched so far and the counters
 * to be moved. Lanes and counters are written once, by `flush`; `discard` forgets them after a rollback.
 */
export class WriteContext {
  readonly db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #lanes = new Map<string, LaneState>();
  #touched = new Set<string>();
  #counts = new Map<string, number>();
  /** Rows whose content went, and whose neighbours may have stale copies of it beside them (`traces.ts`). */
  readonly traces = new Traces();
  readonly usage = new UsageSums();
  /** No attempt up to this id is older than `end`. A process begins anew. */
  readonly forgotten = { end: 0, attemptId: 0 };

  constructor(db: DatabaseSync) {
    this.db = db;
  }

  /** The prepared statement for `text`, which answers rows as arrays. */
  sql(text: string): StatementSync {
    let statement = this.#statements.get(text);
    if (!statement) {
      statement = this.db.prepare(text);
      statement.setReturnArrays(true);
      this.#statements.set(text, statement);
    }
    return statement;
  }

  /** The lane, made free when it is new. Who changes it must call `touch`. */
  lane(key: string): LaneState {
    let lane = this.#lanes.get(key);
    if (!lane) {
      const row = this.sql('select next_at_us, free_at_us, head_at from lanes where key = ?').get(key) as unknown as
        | [number, number, number | null]
        | undefined;
      lane = { nextAtMicros: row?.[0] ?? 0, freeAtMicros: row?.[1] ?? 0, headAt: row?.[2] ?? null };
      this.#lanes.set(key, lane);
    }
    return lane;
  }

  /**
   * The next slot of a lane, taken; `null`: its queue is full. What would lapse before its slot comes stays outside the
   * lane: there it would keep the line idle, and its end would wait for the line (H6, H8).
   */
  takePlace(order: Lane | null, now: number, validUntil?: number): Place | null {
    if (order === null) return { dueAt: now, lane: null };
    const lane = this.lane(order.key);
    const slot = takeSlot(lane.nextAtMicros, order, now, validUntil);
    if (slot === null) return null;
    if (slot.lapses) return { dueAt: slot.dueAt, lane: null };
    lane.nextAtMicros = slot.nextAtMicros;
    this.#touched.add(order.key);
    this.bringForward(order.key, slot.dueAt);
    return { dueAt: slot.dueAt, lane: order };
  }

  /** Work from another lane joins this one at `dueAt`; what is accepted from now on starts so much later. */
  join({ key, intervalMicros, cost }: Lane, dueAt: number, now: number): void {
    const lane = this.lane(key);
    lane.nextAtMicros = Math.max(now * 1000, lane.nextAtMicros) + intervalMicros * cost;
    this.#touched.add(key);
    this.bringForward(key, dueAt);
  }

  touch(key: string): void {
    this.#touched.add(key);
  }

  /** Work of this lane falls due at `dueAt`: the lane is to be looked at then, or when it is free. */
  bringForward(key: string, dueAt: number): void {
    const lane = this.lane(key);
    const at = Math.max(dueAt, Math.ceil(lane.freeAtMicros / 1000));
    if (lane.headAt !== null && lane.headAt <= at) return;
    lane.headAt = at;
    this.#touched.add(key);
  }

  count(name: string, by: number): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  flush(): void {
    for (const key of this.#touched) {
      const lane = this.lane(key);
      this.sql(
        `insert into lanes (key, next_at_us, free_at_us, head_at) values (?, ?, ?, ?)
         on conflict (key) do update set next_at_us = excluded.next_at_us, free_at_us = excluded.free_at_us,
         head_at = excluded.head_at`,
      ).run(key, lane.nextAtMicros, lane.freeAtMicros, lane.headAt);
    }
    for (const [name, by] of this.#counts) {
      if (by === 0) continue;
      this.sql('insert into counters values (?, ?) on conflict (name) do update set n = n + excluded.n').run(name, by);
    }
    countUsage(this, this.usage);
    this.traces.keep(this);
    this.discard();
  }

  discard(): void {
    this.#lanes = new Map();
    this.#touched = new Set();
    this.#counts = new Map();
    this.usage.take();
  }
}
