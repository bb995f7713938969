/** What one SMPP connector is told: where its carrier is, how it binds, how fast it may send, the carrier's habits. */
import type { PartCharset } from '../../domain/inbound-parts.ts';
import type { TraceMode } from '../../domain/pdu-trace.ts';
import type { DefaultAlphabet } from '../../wire/smpp/data-coding.ts';
import type { Concatenation } from '../../wire/smpp/submit-parts.ts';

/** `pair`: a transmitter and a receiver, for carriers that know no transceiver. */
export type BindMode = 'transceiver' | 'pair' | 'transmitter' | 'receiver';

/**
 * How the ids in receipts are written beside those in answers. `decimal`: answers have hexadecimal ids and receipts
 * decimal ones; `hex`: the other way; `auto`: found out from the first that can mean one message only.
 */
export type ReceiptIds = 'auto' | 'same' | 'decimal' | 'hex';

export interface SmppSettings {
  host: string;
  port: number;
  /** `null`: in the clear. Certificates are verified, against `ca` (PEM) where it is given. */
  tls: { ca?: string; serverName?: string } | null;
  systemId: string;
  /** Never in a log, an event or an error text. */
  password: string;
  systemType: string;
  bindMode: BindMode;
  /** Connections, or pairs of them. */
  binds: number;
  /** Unanswered submits a bind. */
  window: number;
  /** PDUs a second and bind; `null`: as fast as the window lets. */
  ratePerSecond: number | null;
  /** Type and plan of our short codes. */
  shortCode: { ton: number; npi: number };
  /** Digits before a national number of an inbound sender. */
  countryCode: string | null;
  serviceType: string;
  /** How the carrier is told until when a message of limited validity is worth delivering; `none`: not at all. */
  validity: 'relative' | 'absolute' | 'none';
  /** 0 to 255: 1 asks for a receipt of every part. */
  registeredDelivery: number;
  defaultAlphabet: DefaultAlphabet;
  /** What binary and reserved codings of inbound messages are read as. */
  binaryAs: PartCharset;
  concatenation: Concatenation;
  receiptIds: ReceiptIds;
  /** Receipts are told by their text: some carriers do not set their bit. */
  receiptsByText: boolean;
  /** Of the dates in receipts, east of UTC. */
  zoneMinutes: number;
  /** After so long without anything heard the carrier is asked whether it is there. */
  enquireMs: number;
  /** Of an answer to a bind or to enquire_link: then the connection is dead. */
  bindTimeoutMs: number;
  /** Of an answer to a submit: then it is in doubt. */
  responseMs: number;
  /** What could not be written for so long goes back to the queue; with `responseMs` within the lease of a claim. */
  queueMs: number;
  /** The first pause of a throttled bind; it doubles up to the longest. */
  throttleMs: number;
  longestThrottleMs: number;
  /** The first wait before binding again; it doubles up to the longest, which refused credentials wait at once. */
  reconnectMs: number;
  longestReconnectMs: number;
  /** How long stopping waits for answers. */
  stopMs: number;
  /** Of which PDUs a trace is kept. */
  trace: TraceMode;
}

/** Everything but where the carrier is and who we are. */
export const SMPP_DEFAULTS = {
  tls: null,
  systemType: '',
  bindMode: 'transceiver',
  binds: 1,
  window: 10,
  ratePerSecond: null,
  shortCode: { ton: 3, npi: 0 },
  countryCode: null,
  serviceType: '',
  validity: 'relative',
  registeredDelivery: 1,
  defaultAlphabet: 'GSM-7',
  binaryAs: 'Latin-1',
  concatenation: 'udh-8',
  receiptIds: 'auto',
  receiptsByText: false,
  zoneMinutes: 0,
  enquireMs: 30_000,
  bindTimeoutMs: 10_000,
  responseMs: 30_000,
  queueMs: 10_000,
  throttleMs: 500,
  longestThrottleMs: 8_000,
  reconnectMs: 1_000,
  longestReconnectMs: 60_000,
  stopMs: 10_000,
  trace: 'failures',
} as const satisfies Omit<SmppSettings, 'host' | 'port' | 'systemId' | 'password'>;

/** What happened to a connector's connections, for people who watch it. */
export type BindNotice =
  | { state: 'bound'; bind: string }
  /** `retryMs`: until the next try; `alarm`: the carrier refuses these credentials. */
  | { state: 'lost'; bind: string; why: string; retryMs: number; alarm: boolean }
  /** The carrier did what no carrier should; nothing was lost. */
  | { state: 'odd'; bind: string; why: string };
