import type { AlertLevel } from './alert.ts';
import type { WebhookMethod } from './inbound.ts';
import type { OptOutType } from './keywords.ts';
import type { Direction, Status } from './message.ts';
import type { OptOutChannel, OptOutSource } from './opt-out.ts';
import type { CountedPdus } from './pdu-trace.ts';

/**
 * What can happen, typed. Rooms hand these to the observer they were given; the log, the metrics, the live lines of
 * the terminal and the tests all speak this. Bodies appear only in `message.accepted` and
 * `inbound.received`, for the live lines of `dev`.
 */
export type PidgeEvent =
  /**
   * `accountSid`: of the path, or whose credentials it had; absent where nobody was known. `isFromConsole`: a page of
   * the console asked, which shows its own refusals.
   */
  | {
      type: 'request';
      method: string;
      path: string;
      status: number;
      ms: number;
      requestId: string;
      errorCode?: number;
      accountSid?: string;
      isFromConsole?: true;
    }
  | {
      type: 'message.accepted';
      at: number;
      sid: string;
      accountSid: string;
      from: string | null;
      to: string;
      body: string;
      segments: number;
      encoding: string;
      direction: Direction;
      status: Status;
      serviceSid: string | null;
      media: number;
    }
  | { type: 'message.scheduled'; at: number; sid: string; accountSid: string; sendAt: number }
  /** Has a sender and is queued; `reasons` say why that one, in words for people. */
  | {
      type: 'message.released';
      at: number;
      sid: string;
      accountSid: string;
      wasScheduled: boolean;
      from: string;
      segments: number;
      encoding: string;
      reasons: string[];
    }
  | {
      type: 'message.status';
      at: number;
      sid: string;
      accountSid: string;
      status: Status;
      errorCode?: number;
      createdAt: number;
    }
  | {
      type: 'callback.attempt';
      at: number;
      sid: string;
      accountSid: string;
      status: string;
      url: string;
      httpStatus: number | null;
      ms: number;
      attempt: number;
      decision: 'done' | 'retry' | 'gave_up';
      errorCode?: number;
      retryAt?: number;
    }
  | {
      type: 'dispatch.outcome';
      at: number;
      sid: string;
      connector: string;
      outcome: string;
      attempt: number;
      note?: string;
    }
  | { type: 'media.fetched'; at: number; sid: string; accountSid: string; files: number; sizeBytes: number }
  /** One try of one file; `isFinal`: the message fails of it. */
  | {
      type: 'media.failed';
      at: number;
      sid: string;
      accountSid: string;
      url: string;
      errorCode: number;
      text: string;
      attempt: number;
      isFinal: boolean;
    }
  /** Claimed sends that were not handed over, because they may be somebody else's by now. */
  | { type: 'dispatch.dropped'; at: number; connector: string; works: number; why: string }
  /** The lease ran out without a heartbeat: the node goes on under this name. */
  | { type: 'node.term'; at: number; owner: string }
  | { type: 'node.connector'; at: number; owner: string; connector: string; held: boolean }
  /** A bind came or went, or its carrier did what none should. `alarm`: it refuses our credentials. */
  | {
      type: 'connector.bind';
      at: number;
      connector: string;
      bind: string;
      state: 'bound' | 'lost' | 'odd';
      why?: string;
      retryMs?: number;
      alarm?: boolean;
    }
  /** The operator has paused it, or lets it go on. */
  | { type: 'connector.pause'; at: number; connector: string; isPaused: boolean; reason: string | null }
  /** What went over a connector's connections since the last time, and how much of it could not be kept. */
  | ({ type: 'connector.pdus'; at: number; connector: string } & CountedPdus)
  /** An ESME came, went, was turned away, or did what none should. `user`: the system_id it gave. */
  | {
      type: 'esme.bind';
      at: number;
      user: string;
      address: string;
      state: 'bound' | 'lost' | 'refused' | 'odd';
      role?: string;
      why?: string;
    }
  /** An ESME was brought a receipt (`status`) or what came in for it (`inbound`); `told`: what it made of that. */
  | {
      type: 'esme.told';
      at: number;
      user: string;
      sid: string;
      status: string;
      told: 'taken' | 'busy' | 'refused' | 'gone';
      note: string;
      ms: number;
      attempt: number;
      decision: 'done' | 'gave_up' | 'retry';
      retryAt?: number;
    }
  /** A request of an ESME was refused with an ESME_* status; `code` is ours, 0 where there is none. */
  | {
      type: 'esme.refused';
      at: number;
      user: string;
      accountSid: string;
      code: number;
      commandStatus: number;
      why: string;
    }
  /** Work of dead nodes became due again. */
  | { type: 'node.took_over'; at: number; owner: string; rows: number }
  /** Nobody is called, so the code is told here. */
  | { type: 'caller-id.validated'; at: number; accountSid: string; phoneNumber: string; code: string }
  /** A message came in and is committed. */
  | {
      type: 'inbound.received';
      at: number;
      sid: string;
      accountSid: string;
      from: string;
      to: string;
      body: string;
      segments: number;
      media: number;
      status: Status;
      serviceSid: string | null;
      /** The keyword it was, if it was one. */
      keyword?: OptOutType;
    }
  /** An app was asked for a document that answers an inbound message, and the outcome is committed. */
  | {
      type: 'reply.document';
      at: number;
      sid: string;
      accountSid: string;
      /** From 1. */
      documentNumber: number;
      why: 'first' | 'redirect' | 'fallback' | 'action';
      method: WebhookMethod;
      url: string;
      httpStatus: number | null;
      ms: number;
      /** Replies that it ordered and that were accepted. */
      replies: number;
      /** Why it could not be used. */
      errorCode?: number;
    }
  /** A reply was ordered and is not sent. */
  | { type: 'reply.dropped'; at: number; sid: string; accountSid: string; code: number; text: string }
  /** Something for the owner of an account to look at. */
  | {
      type: 'alert';
      at: number;
      accountSid: string;
      resourceSid: string | null;
      code: number;
      level: AlertLevel;
      text: string;
    }
  /** A carrier was answered and nothing is kept: nobody's number, or nobody who receives. */
  | { type: 'inbound.stray'; at: number; connector: string; why: string }
  /** Somebody is in another state than before; `source`: by a keyword, by the carrier, by hand. */
  | {
      type: 'opt-out';
      at: number;
      accountSid: string;
      change: 'opt-out' | 'opt-in';
      channel: OptOutChannel;
      source: OptOutSource;
    }
  /** The confirmation of a keyword met its carrier. */
  | { type: 'notice.outcome'; at: number; sid: string; connector: string; outcome: string; attempt: number }
  | { type: 'receipt.unmatched'; at: number; connector: string; carrierId: string }
  /** It broke its room too often and was given up; the faults before it say how. */
  | { type: 'work.quarantined'; at: number; room: string; sid: string; accountSid: string; why: string }
  /** A database of an earlier version is brought up to date, before anything is served. */
  | { type: 'store.migrating'; at: number; steps: string[] }
  | { type: 'lenient'; at: number; code: number; text: string }
  | { type: 'fault'; at: number; where: string; error: unknown };

export type Observer = (event: PidgeEvent) => void;
