import type { Message } from '../domain/message.ts';
import type { Fetch, NewLink } from './media.ts';
import type { Lane } from './work-shapes.ts';

/** The store's contract, on what comes through the door: a message with the work it needs, and what became of it. */

export interface Acceptance {
  message: Message;
  /** Name of the connector that will carry it. */
  connector: string;
  /** `null`: unpaced, due at once. */
  lane: Lane | null;
  /** Of a message that is `accepted` or `scheduled`: when it is to be released; at once when left out. */
  releaseAt?: number;
  /** Media to be fetched before anything else is done, at its hour where it has one. */
  fetch?: Fetch;
  /** Short links in its body. A code that is taken refuses the whole message. */
  links?: NewLink[];
  /** The caller may repeat itself: under this key only one message is made within 24 hours (D5). */
  idempotency?: Idempotency;
}

export interface Idempotency {
  /** Method, path and the caller's key, hashed: 64 hex digits. */
  key: string;
  /** Hash of the parameters. */
  fingerprint: string;
}

export type Accepted =
  | { ok: true; dueAt: number }
  | { ok: false; reason: 'queue-full' }
  /** The key has made this message already, from the same parameters. */
  | { ok: false; reason: 'repeated'; messageSid: string }
  /** The key has made a message from other parameters. */
  | { ok: false; reason: 'key-reused' }
  /** One of its link codes is in use: make others. */
  | { ok: false; reason: 'link-taken' };
