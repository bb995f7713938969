import type { PduQuery, PduRecord } from '../../domain/pdu-trace.ts';

/** What the door is given to show connectors by. */
export interface ConnectorRoom {
  /** Whose machine it is: connectors are this account's to see. */
  operatorSid: string;
  list(): ConnectorShown[];
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
