import type { Receipt } from '../domain/receipt.ts';

/** The contract between the engine and a carrier: what is sent, what comes back, and where a connector speaks. */

/** One message, ready for the air. `attempt` counts claims, so a repeated hand-over can be told from a first one. */
export interface Submission {
  messageSid: string;
  accountSid: string;
  from: string;
  to: string;
  /** The text after smart encoding; already cut into `parts`. */
  parts: string[];
  encoding: 'GSM-7' | 'UCS-2';
  attempt: number;
  /** Same for every attempt: a carrier that honours it never sends twice (settled 41). */
  idempotencyKey: string;
}

/** What became of a hand-over. Always a value, never an exception (house 7.2). `errorCode` is one of ours. */
export type Outcome =
  /** The carrier took it; one id per part, in order. */
  | { kind: 'accepted'; carrierIds: string[] }
  /** Refused for good. */
  | { kind: 'refused'; errorCode: number; note?: string }
  /** Come back later: throttled or queue full. */
  | { kind: 'busy'; retryAfterMs?: number }
  /** Nobody there; nothing was sent. */
  | { kind: 'unreachable'; note?: string }
  /** Sent perhaps: no answer came. */
  | { kind: 'unsure'; note?: string };

/** A part the carrier took and has not reported on. */
export interface AwaitedPart {
  carrierId: string;
  messageSid: string;
  from: string;
  to: string;
}

/** Where connectors speak. Resolves after the commit: only then may the carrier be answered. */
export interface Ear {
  receipts(batch: Receipt[]): Promise<void>;
}

export interface Connector {
  /** Unique among connectors; part of every receipt's key. */
  readonly name: string;
  /** A carrier with stable keys may be handed the same message again at once after a crash (settled 41). */
  readonly honoursIdempotencyKeys: boolean;
  /**
   * May run on every node at once. Without it one node at a time holds the connector, so everything leaves in the
   * store's order and at exact rates; a carrier that counts its connections wants that.
   */
  readonly shared?: boolean;
  /** May be called again after `stop`: a connector moves between nodes. */
  start(ear: Ear): Promise<void>;
  /** One outcome per submission, in order. Resolves when every outcome is known. */
  send(batch: Submission[]): Promise<Outcome[]>;
  /** A carrier that forgets with its process is told after each start which parts still await their receipts. */
  resume?(awaited: AwaitedPart[]): void;
  /** Also after a start that failed, and more than once. */
  stop(): Promise<void>;
}
