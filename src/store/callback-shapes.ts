import type { Status } from '../domain/message.ts';
import type { Claim } from './work-shapes.ts';

/** The store's contract, on callbacks: what is said, the work of saying it, and what is kept of each attempt. */

/** What a callback says, copied at the transition so that later changes or deletion do not alter it. */
export interface CallbackPayload {
  url: string;
  status: Status;
  from: string | null;
  to: string;
  serviceSid: string | null;
  errorCode: number | null;
  doneDate: string | null;
  /** When the transition happened. */
  at: number;
  /** How the URL is asked; left out: by POST. */
  method?: 'GET';
  /** A template made the message. */
  isTemplate?: true;
  /** Numbers are masked in what is kept of its attempts (`AddressRetention=obfuscate`). */
  obfuscate?: true;
  /** Not about a status: the click on a short link, whose JSON this is. */
  click?: { json: string };
  /** Not about a status: of the alert that has the place of the message's sid, whose words are made when it goes out. */
  alert?: true;
  /** Not about a status: this form, as it is (a usage trigger that fired). */
  form?: { method: 'GET' | 'POST'; params: [name: string, value: string][] };
  /** Not about a status: a webhook was asked for the `documentNumber`th document (from 1) that answers an inbound message. */
  inbound?: { documentNumber: number; why: 'first' | 'redirect' | 'fallback' | 'action' };
  /** Not about a status: an inbound message for an ESME, which is `received` when this work ends. */
  arrival?: true;
  /** Asked again by hand: the id of the attempt that it repeats. */
  replayOf?: number;
}

/**
 * What is for ESMEs (`smpp:…`) is claimed apart, by who has them bound: for each user so many; or, whosever it is, what
 * nobody has taken since `untoldSince`.
 */
export type CallbackClaim = Claim & { esmes?: { user: string; limit: number }[]; untoldSince?: number };

export interface CallbackWork {
  workId: number;
  attempt: number;
  messageSid: string;
  accountSid: string;
  payload: CallbackPayload;
}

export interface CallbackResult {
  workId: number;
  attempt: number;
  messageSid: string;
  decision: 'done' | 'gave_up' | 'retry';
  /** With `retry`. */
  retryAt?: number;
  /** `id` is given by the store. */
  record: Omit<CallbackAttempt, 'id'>;
}

/** One kept attempt: what was asked, what came back, how long it took. */
export interface CallbackAttempt {
  id: number;
  workId: number;
  messageSid: string;
  accountSid: string;
  attempt: number;
  at: number;
  ms: number;
  decision: 'done' | 'gave_up' | 'retry';
  payload: CallbackPayload;
  request: { method: string; url: string; headers: Record<string, string>; body: string };
  response: { status: number; headers: Record<string, string>; body: string } | null;
  errorCode: number | null;
  error: string | null;
}

export interface AttemptQuery {
  accountSid: string;
  messageSid?: string;
  decision?: CallbackAttempt['decision'];
  limit: number;
}
