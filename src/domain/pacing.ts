/**
 * Virtual scheduling: a lane (one sender on one connector) is a single number, the instant at which it is free again.
 * Accepting a message moves that number; nothing else has to be counted. Instants of lanes are epoch microseconds,
 * so 75 messages a second have an interval of 13 334 and not of 13.
 */
import type { Address, NumberType } from './address.ts';

/**
 * The slot of a message of `cost` segments on a lane that is free from `nextAtMicros` on: when the message is due (epoch
 * ms), and from when the lane is free after it. Its parts leave back to back, and then as many slots pass as it had
 * segments (settled: a rate is judged by message starts). `null`: more than `horizonMs` stand in line before it.
 * What would be past `validUntil` (epoch ms) by then gets none, so nobody stands in line behind it: it `lapses`, and is
 * due when it has.
 */
export function takeSlot(
  nextAtMicros: number,
  { intervalMicros, cost, horizonMs }: { intervalMicros: number; cost: number; horizonMs: number },
  now: number,
  validUntil = Number.POSITIVE_INFINITY,
): { dueAt: number; nextAtMicros: number; lapses: boolean } | null {
  const start = Math.max(nextAtMicros, now * 1000);
  if (start - now * 1000 > horizonMs * 1000) return null;
  const dueAt = Math.ceil(start / 1000);
  if (dueAt > validUntil) return { dueAt: validUntil + 1, nextAtMicros, lapses: true };
  return { dueAt, nextAtMicros: start + intervalMicros * cost, lapses: false };
}

/** The slot of one segment in microseconds, rounded up so that the rate is never exceeded; 0 (no pacing) for a rate of 0 or `Infinity`. */
export function intervalOf(ratePerSecond: number): number {
  return ratePerSecond > 0 && Number.isFinite(ratePerSecond) ? Math.ceil(1_000_000 / ratePerSecond) : 0;
}

const BACKOFF_MS = [1000, 5000, 15_000, 60_000, 300_000, 900_000, 3_600_000];
/** Half the width of the jitter: a delay is its nominal value ± 10 %. */
const JITTER = 0.1;

/**
 * The delay before retry number `attempt` (1 is the first retry): about 1 s, 5 s, 15 s, 1 min, 5 min, 15 min, then
 * hourly. `jitter` is a random number in 0..1 and spreads the delay by ± 10 %, so a fleet does not knock in step.
 */
export function backoffMs(attempt: number, jitter: number): number {
  const index = Math.min(Math.max(1, Math.floor(attempt)), BACKOFF_MS.length) - 1;
  const nominal = BACKOFF_MS[index] ?? 3_600_000;
  return Math.round(nominal * (1 - JITTER + 2 * JITTER * jitter));
}

export type SenderKind = 'number' | 'short-code' | 'alphanumeric' | 'whatsapp' | 'messenger' | 'rcs';

/** The kind of sender an address is, as rates see it. */
export function senderKind(address: Address): SenderKind {
  return address.kind === 'channel' ? address.channel : address.kind;
}

/**
 * Twilio's default rate of a sender: segments per second for SMS, messages per second for channels.
 * Country and type matter for numbers only; an unknown country counts as abroad.
 */
export function defaultRate(kind: SenderKind, country: string | null, type: NumberType): number {
  switch (kind) {
    case 'short-code':
      return 100;
    case 'alphanumeric':
    case 'rcs':
      return 10;
    case 'whatsapp':
      return 80;
    case 'messenger':
      return 40;
    case 'number':
      if (country !== 'US' && country !== 'CA') return 10;
      return type === 'toll-free' ? 3 : 1;
  }
}

/**
 * Work that waits for its slot: epoch ms, segments. `isRetry`: it was put off, and is not to come back early. `lapses`:
 * it is past its validity when it is due; it gets a slot that begins before, or none.
 */
export interface Waiting {
  id: number;
  dueAt: number;
  cost: number;
  isRetry: boolean;
  lapses?: boolean;
}

/** What a piece of work has been given (epoch ms). */
export interface Slot {
  id: number;
  dueAt: number;
}

/** Before everything. */
export const NO_SLOT: Slot = { id: 0, dueAt: -1 };

/**
 * New slots (epoch ms) for what waits on a lane whose rate has changed, given in its order: by due time, then id. They
 * keep that order, so one that has a smaller id than the one before it starts a millisecond later at least; `before` is
 * the one before the first of them. `null`: none. Also the last of them, and the instant at which the lane is free after
 * it. What was put off beyond the end of the line stays where it is and holds nobody up: it finds its slot when it comes.
 */
export function respace(
  waiting: Waiting[],
  startMicros: number,
  intervalMicros: number,
  before: Slot = NO_SLOT,
): { dueAts: (number | null)[]; last: Slot; freeAtMicros: number } {
  let free = startMicros;
  let last = before;
  const dueAts = waiting.map(({ id, dueAt, cost, isRetry, lapses }) => {
    const isBeyond = isRetry && dueAt * 1000 > free;
    const slot = isBeyond ? dueAt : Math.max(Math.ceil(free / 1000), id < last.id ? last.dueAt + 1 : last.dueAt);
    if (lapses && slot >= dueAt) return null;
    if (isBeyond) return slot;
    free += intervalMicros * cost;
    last = { id, dueAt: slot };
    return slot;
  });
  return { dueAts, last, freeAtMicros: free };
}
