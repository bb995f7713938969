/** PDUs that went over a connection to a carrier, kept for people to look at. */
import type { Durations } from './durations.ts';

export type TraceMode = 'all' | 'failures' | 'off';

export interface MessageRef {
  accountSid: string;
  messageSid: string;
}

/** What a connector hands over to be kept. */
export interface TracedPdu {
  /** Epoch ms. */
  at: number;
  connector: string;
  /** For people: `acme transceiver 1`. */
  bind: string;
  /** The carrier's `host:port`. */
  peer: string;
  /** From us to the carrier. */
  ours: boolean;
  /** The whole PDU, base64; passwords are masked. */
  octets: string;
  owner: PduOwner;
}

export type PduOwner =
  | ({ kind: 'message' } & MessageRef)
  /** Of the message that the carrier knows by this id; `bare`: what is kept when there is none. Base64. */
  | { kind: 'carrier-id'; carrierId: string; bare: string }
  /** Of no message; it holds no text and no whole number of a person. */
  | { kind: 'none' };

/** As it is kept. */
export interface PduRecord extends Omit<TracedPdu, 'owner'> {
  /** In the order in which they were kept. */
  id: number;
  message: MessageRef | null;
}

export interface PduQuery {
  /** Of one message, which has to be this account's. */
  message?: MessageRef;
  /** Of one connector, whosever they are. */
  connector?: string;
  /** What was kept after this one; left out: the newest. */
  after?: number;
  limit: number;
}

/** What a connector has counted since the last time. */
export interface CountedPdus {
  pdus: PduCount[];
  receipts: ReceiptCount[];
  /** Statuses and states that no specification has. */
  unknown: { what: 'status' | 'state'; count: number }[];
  /** Not kept, because too much waited to be. */
  dropped: number;
  /** How long answers to submits took; left out: there was none. */
  answers?: Durations;
}

export interface PduCount {
  command: string;
  /** The name of its status; `0x00000401` of a carrier's own, `reserved` of what nobody knows. */
  status: string;
  count: number;
}

export interface ReceiptCount {
  /** The word, as the specification has it; `unknown to us` of any other. */
  state: string;
  /** As the carrier wrote it; empty without one. */
  err: string;
  count: number;
}
