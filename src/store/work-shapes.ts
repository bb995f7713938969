/** The store's contract, what all its parts share: who takes work, and the lane that paces it. */
import type { Slot } from '../domain/pacing.ts';

export interface Claim {
  owner: string;
  limit: number;
  leaseMs: number;
}

/** Joinings have a table of their own, but fall due like any work. `esme`: what is told over SMPP, as callbacks are over HTTP. */
export type WorkKind = 'send' | 'callback' | 'esme' | 'release' | 'fetch' | 'reply' | 'notice' | 'joining';

/**
 * `except`: connectors whose sends are left alone, because another node holds them. `lateLanes`: lanes whose last
 * message left later than its slot; no slot of theirs begins before `freeAt` (epoch ms). `expiredOf`: of these connectors
 * alone, and only what is past its validity. `waitingOf`: of these alone, all that has not been tried, whatever its slot;
 * what has no lane, and so no slot, from when it is due.
 */
export type SendClaim = Claim & {
  lookAheadMs: number;
  except?: string[];
  lateLanes?: { key: string; freeAt: number }[];
  expiredOf?: string[];
  waitingOf?: string[];
};

/** What earlier attempts of a send have left behind; it lasts as long as its work. */
export interface SendPast {
  /** Hand-overs whose end nobody knows. */
  doubts?: number;
  /** Whoever had claimed it last has died, or its lease ran out: it may have been sent. Said by the store. */
  orphaned?: true;
  /** Connectors whose carriers do not take it. */
  refusedBy?: string[];
  /** Since when its connector cannot be reached (epoch ms). */
  awaySince?: number;
  /** The attempt that was last only looked at, and handed over to nobody. */
  look?: number;
}

/** What of one connector may be at its carrier: `<work id>:<attempt>` of each. */
export interface HandOvers {
  owner: string;
  connector: string;
  works: string[];
}

export interface HandOverVerbs {
  /**
   * Written down before any of them reaches the carrier, in place of what was said of this connector before. Of an owner
   * and connector that ever said so only these are `orphaned` when the owner dies; of others, all it had claimed.
   */
  noteHandOvers(note: HandOvers, now: number): Promise<void>;
}

/** A sender on a connector. Interval per segment in microseconds; cost in segments. */
export interface Lane {
  key: string;
  intervalMicros: number;
  cost: number;
  /** Beyond this wait the queue is full. */
  horizonMs: number;
}

/** When work is due, and in which lane; without one it is due at once, or when its message has lapsed. */
export interface Place {
  dueAt: number;
  lane: Lane | null;
}

/** The rate of a sender on a connector has changed. Intervals in microseconds; `null`: not paced. */
export interface Repace {
  accountSid: string;
  /** Canonical address of the sender. */
  from: string;
  connector: string;
  /** Of its lane. */
  key: string;
  /** 0: what has left may have left at any rate. */
  formerMicros: number | null;
  intervalMicros: number | null;
  horizonMs: number;
}

/** One step of it, over so many rows at most. `place`: where the step before has ended; `null`: it is the first. */
export type RepaceStep = Repace & { limit: number; place: RepacePlace | null };

/** How far a change of rate has come. What waits on the lane is moved first, then what was not paced. */
export interface RepacePlace {
  of: 'lane' | 'unpaced';
  /** The last row looked at, with its due time from before. */
  after: Slot;
  /** The last that was given. */
  slot: Slot;
  /** When the next slot begins. */
  freeAtMicros: number;
}

/** `next`: where the next step begins; `null`: all that waits has moved. */
export interface Repaced {
  moved: number;
  next: RepacePlace | null;
}
