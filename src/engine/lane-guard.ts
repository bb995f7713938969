/**
 * The last word on pace, on the monotonic clock. The store gives each message its slot, but a process may be paused
 * and its timers are late: started as they come, two messages can be closer together than their lane allows. So every
 * start is measured against the starts that were, and waits when it has to. Order within a lane is kept.
 *
 * Two rules, by the lane's interval. From 50 ms on, a message starts no earlier than the actual start of the one
 * before plus its cost × interval. Below that, lateness of a millisecond each would add up to a lower rate; there every
 * segment starts at least 1 000 ms after the one that is a second's worth of segments before it, so no sliding second
 * holds more than the rate. Segments of one message count an interval apart, as its slot was reckoned (settled 26).
 */
import type { Lane } from '../store/store.ts';

const WINDOW_MS = 1_000;
const GAP_FROM_MS = 50;
/** A lane is late when its next message has to wait so much longer than for its slot. */
const LATE_MS = 5;

interface Waiting<T> {
  item: T;
  slotAt: number;
  intervalMicros: number;
  cost: number;
}

interface LaneState<T> {
  key: string;
  queue: Waiting<T>[];
  /** Actual start of the last message plus cost × interval. */
  freeAt: number;
  /** Starts of segments, oldest first, at most a second's worth. Only short intervals need them. */
  segments: number[];
  /** Started, and not yet known to be handed over: when, and how many of `segments`. */
  fresh: { at: number; segments: number } | null;
  /** When the slot after the last message begins, and when it can: told to the store while they are apart. */
  late: { slotAt: number; freeAt: number } | null;
}

/** All instants in milliseconds of the monotonic clock. */
export class LaneGuard<T> {
  readonly #lanes = new Map<string, LaneState<T>>();
  readonly #waiting = new Set<LaneState<T>>();
  readonly #fresh = new Set<LaneState<T>>();
  readonly #late = new Set<LaneState<T>>();
  #sweptAt = 0;

  /** Messages of a lane are to be added in the order of their slots. */
  add(item: T, { key, intervalMicros, cost }: Lane, slotAt: number, now: number): void {
    if (now - this.#sweptAt >= WINDOW_MS) this.#sweep(now);
    let lane = this.#lanes.get(key);
    if (!lane) {
      lane = { key, queue: [], freeAt: Number.NEGATIVE_INFINITY, segments: [], fresh: null, late: null };
      this.#lanes.set(key, lane);
    }
    lane.queue.push({ item, slotAt, intervalMicros, cost });
    this.#waiting.add(lane);
  }

  /** Takes out what may start now; it counts as started at `now`, until `handedOver` says when it really was. */
  release(now: number): T[] {
    const ready: T[] = [];
    for (const lane of this.#waiting) {
      for (let head = lane.queue[0]; head && earliest(lane, head) <= now; head = lane.queue[0]) {
        lane.queue.shift();
        start(lane, head, now);
        ready.push(head.item);
        this.#fresh.add(lane);
        if (lane.late) this.#late.add(lane);
        else this.#late.delete(lane);
      }
      if (lane.queue.length === 0) this.#waiting.delete(lane);
    }
    return ready;
  }

  /** What was released has all been handed over by `now`: between the two a busy machine can lose milliseconds. */
  handedOver(now: number): void {
    for (const lane of this.#fresh) {
      const { at, segments } = lane.fresh ?? { at: now, segments: 0 };
      const lost = now - at;
      lane.freeAt += lost;
      for (let nth = lane.segments.length - segments; nth < lane.segments.length; nth += 1) {
        lane.segments[nth] = (lane.segments[nth] ?? 0) + lost;
      }
      lane.fresh = null;
    }
    this.#fresh.clear();
  }

  /** Takes out everything that waits, without a start. */
  clear(): T[] {
    const items = [...this.#waiting].flatMap((lane) => lane.queue.splice(0).map(({ item }) => item));
    this.#waiting.clear();
    return items;
  }

  /** When the next message may start; `null`: none waits. */
  nextAt(): number | null {
    let next: number | null = null;
    for (const lane of this.#waiting) {
      const head = lane.queue[0];
      if (head) next = Math.min(next ?? Number.POSITIVE_INFINITY, earliest(lane, head));
    }
    return next;
  }

  /** Lanes whose slots should follow, of those whose next slot begins within `aheadMs`. */
  late(now: number, aheadMs: number): { key: string; freeAt: number }[] {
    const late: { key: string; freeAt: number }[] = [];
    for (const lane of this.#late) {
      if (!lane.late || lane.late.freeAt <= now) this.#late.delete(lane);
      else if (lane.late.slotAt <= now + aheadMs) late.push({ key: lane.key, freeAt: lane.late.freeAt });
    }
    return late;
  }

  /** Lanes that are remembered. */
  get size(): number {
    return this.#lanes.size;
  }

  /** Forgets lanes whose past no longer holds up anything. */
  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [key, lane] of this.#lanes) {
      const last = lane.segments.at(-1) ?? Number.NEGATIVE_INFINITY;
      if (lane.queue.length > 0 || lane.freeAt > now || last > now - WINDOW_MS) continue;
      this.#lanes.delete(key);
      this.#late.delete(lane);
    }
  }
}

function earliest<T>(lane: LaneState<T>, { slotAt, intervalMicros, cost }: Waiting<T>): number {
  return Math.max(slotAt, freeAtOf(lane, intervalMicros, cost));
}

/** When the lane lets a message of `cost` segments start, whatever its slot. */
function freeAtOf({ freeAt, segments }: LaneState<unknown>, intervalMicros: number, cost: number): number {
  const intervalMs = intervalMicros / 1000;
  if (intervalMs >= GAP_FROM_MS) return freeAt;
  const allowed = allowedIn(intervalMicros);
  // Not among the segments of the one before: they are reckoned in order.
  let free = segments.at(-1) ?? Number.NEGATIVE_INFINITY;
  for (let nth = 0; nth < cost; nth += 1) {
    const before = segments[segments.length + nth - allowed];
    if (before !== undefined) free = Math.max(free, before + WINDOW_MS - nth * intervalMs);
  }
  return free;
}

function start<T>(lane: LaneState<T>, { slotAt, intervalMicros, cost }: Waiting<T>, now: number): void {
  const intervalMs = intervalMicros / 1000;
  lane.freeAt = now + cost * intervalMs;
  lane.fresh ??= { at: now, segments: 0 };
  if (intervalMs < GAP_FROM_MS) {
    for (let nth = 0; nth < cost; nth += 1) lane.segments.push(now + nth * intervalMs);
    lane.segments.splice(0, lane.segments.length - allowedIn(intervalMicros));
    lane.fresh.segments = Math.min(lane.fresh.segments + cost, lane.segments.length);
  }
  const nextSlotAt = slotAt + cost * intervalMs;
  const freeAt = freeAtOf(lane, intervalMicros, 1);
  lane.late = freeAt - nextSlotAt > LATE_MS ? { slotAt: nextSlotAt, freeAt } : null;
}

/** Segments in one second. Intervals are rounded up to whole microseconds, so this undoes the rounding. */
function allowedIn(intervalMicros: number): number {
  return Math.ceil((WINDOW_MS * 1000) / intervalMicros);
}
