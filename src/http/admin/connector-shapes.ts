import type { Message } from '../../domain/message.ts';
import type { PduQuery, PduRecord } from '../../domain/pdu-trace.ts';
import type { TestStep } from '../../domain/test-step.ts';

/** What the door is given to show connectors by. */
export interface ConnectorRoom {
  /** Whose machine it is: connectors are this account's to see. */
  operatorSid: string;
  list(): ConnectorShown[];
  /** The names of those that may carry it, best first. */
  waysOf(message: Message): string[];
  /** What it did in the last quarter of an hour, on this node; `null`: nothing is measured. */
  figures(connector: string): Promise<ConnectorFigures | null>;
  /** Climbs the way to its carrier, step by step; one at a time. Sends nothing without a recipient. */
  test(connector: string, message: TestMessage): AsyncIterable<TestStep>;
  isTesting(connector: string): boolean;
  /** Who a message to this recipient reaches by the staging guard; `null`: nobody may be written to so. */
  recipientOf(connector: string, to: string): string | null;
  /** Nothing more is handed to it, on any node. */
  pause(connector: string, reason: string | null): Promise<void>;
  /** `false`: it was not paused. */
  resume(connector: string): Promise<boolean>;
  /** Of a message, or of a connector; the latter without what other accounts than the operator's have written. */
  pdus(query: PduQuery): Promise<PduShown[]>;
  /** As a capture file. */
  pcap(pdus: readonly PduShown[]): Uint8Array;
}

export interface ConnectorShown {
  name: string;
  kind: string;
  /** `null`: it keeps no connection. */
  bound: boolean | null;
  /** Since when (epoch ms), and why; `null`: it is not. */
  paused: { at: number; reason: string | null } | null;
  /** No password. */
  smpp: {
    peer: string;
    tls: boolean;
    systemId: string;
    bind: string;
    binds: number;
    window: number;
    ratePerSecond: number | null;
    trace: string;
  } | null;
}

export interface ConnectorFigures {
  /** Messages that wait to be sent, in the store; `null`: it has not this queue to itself, or it cannot be read. */
  queue: number | null;
  /** Of them those that wait inside of it, for its window or its rate; `null`: none ever does. */
  inHand: number | null;
  submitP95Ms: number | null;
  receiptP50Ms: number | null;
  /** Share of receipts that did not come in time: 0 to 1; `null`: none was to come. */
  missingReceipts: number | null;
  /** What the carrier answered, the most frequent first. */
  statuses: StatusShare[];
  /** Of this node; `at`: since when it is so (epoch ms). */
  binds: { name: string; bound: boolean; at: number; why: string | null }[];
  /** What was not taken last, or why a bind was lost (epoch ms). */
  lastTrouble: { at: number; text: string } | null;
}

export interface StatusShare {
  name: string;
  /** `null`: it has no number. */
  code: number | null;
  text: string;
  /** What becomes of the message. */
  follows: string;
  /** One of ours; `null`: its message does not fail of it. */
  errorCode: number | null;
  count: number;
}

/** Without `to` nothing is sent. */
export interface TestMessage {
  /** E.164. */
  to?: string;
  from?: string;
  body: string;
}

/** A PDU with what it says. */
export interface PduShown extends Omit<PduRecord, 'octets'> {
  octets: Uint8Array;
  /** `null`: its octets cannot be read. */
  command: string | null;
  sequence: number | null;
  /** Of answers. */
  status: { code: number; name: string; text: string } | null;
  /** By the names of the specification. */
  fields: Record<string, unknown>;
}
