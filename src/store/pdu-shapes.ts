import type { PduQuery, PduRecord, TracedPdu } from '../domain/pdu-trace.ts';

/** The store's contract, on PDUs that are kept to be looked at. */
export interface PduVerbs {
  /**
   * Keeps PDUs in their order. Those of a message go with its content, its number or itself, and what comes when that
   * has happened is not kept. One whose carrier id no message has is kept bare.
   */
  keepPdus(batch: TracedPdu[], now: number): Promise<void>;
  /**
   * Forgets those from before `before`, and the oldest beyond about `most`. Answers how many this call took; call again
   * until it is 0.
   */
  forgetPdus(bounds: PduBounds, now: number): Promise<number>;
}

export interface PduBounds {
  /** Epoch ms. */
  before: number;
  most: number;
}

export interface PduReads {
  /** In the order in which they were kept. */
  pdus(query: PduQuery): Promise<PduRecord[]>;
}
