/** What the second front door is told: where it listens, and who may come in by it. */
import type { TraceMode } from '../domain/pdu-trace.ts';
import type { Concatenation } from '../wire/smpp/submit-parts.ts';

export interface EsmeUser {
  /** What receipts are addressed to (`smpp:<name>`); its system_id. */
  name: string;
  accountSid: string;
  /** The Messaging Service of submits without a source address, and of scheduled ones; `null`: neither is taken. */
  serviceSid: string | null;
  /** CIDRs beside those of the door; `null`: any. */
  allowFrom: string[] | null;
  /** Submits under way, over all its binds. */
  window: number;
  /** Submits a second, over all its binds; `null`: as fast as it likes. */
  ratePerSecond: number | null;
  /** Binds at a time on one node. */
  binds: number;
  /** What is told it at a time, on each bind. */
  deliverWindow: number;
  /** How the parts of a long inbound message are told from each other. */
  concatenation: Concatenation;
  /** What it means by data_coding 1; `auto`: ASCII, unless the octets say otherwise. */
  asciiAs: 'auto' | 'ASCII' | 'GSM-7';
  /** Type and plan of short codes, as it writes and wants them. */
  shortCode: { ton: number; npi: number };
}

export interface EsmeServerSettings {
  host: string;
  port: number;
  /** PEM; `null`: in the clear. */
  tls: { cert: string; key: string } | null;
  /** CIDRs; `null`: any. */
  allowFrom: string[] | null;
  /** By system_id; passwords stand apart, in a digest. */
  users: { user: EsmeUser; password: string }[];
  /** Accounts and API keys bind with their SIDs. */
  sidBinds: boolean;
  /** After so long without anything heard a bind is asked whether it is there. */
  enquireMs: number;
  /** Of an answer to that, and for a bind to come at all. */
  patienceMs: number;
  /** Of an answer to a deliver_sm. */
  answerMs: number;
  /** How long the parts of a long message wait for each other. */
  partsWaitMs: number;
  /** Of which PDUs a trace is kept. */
  trace: TraceMode;
}

export const ESME_DEFAULTS = {
  serviceSid: null,
  allowFrom: null,
  window: 1_000,
  ratePerSecond: null,
  binds: 8,
  deliverWindow: 50,
  concatenation: 'udh-8',
  asciiAs: 'auto',
  shortCode: { ton: 3, npi: 0 },
} as const satisfies Omit<EsmeUser, 'name' | 'accountSid'>;

export const SERVER_DEFAULTS = {
  enquireMs: 30_000,
  patienceMs: 10_000,
  answerMs: 30_000,
  trace: 'failures',
} as const satisfies Partial<EsmeServerSettings>;
