import type { Direction, Status } from './message.ts';

/**
 * What can happen, typed. Rooms hand these to the observer they were given; the log, the metrics, the live lines of
 * the terminal and the tests all speak this. Bodies appear only in `message.accepted`, for the live lines of `dev`.
 */
export type PidgeEvent =
  | { type: 'request'; method: string; path: string; status: number; ms: number; requestId: string; errorCode?: number }
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
  /** Claimed sends that were not handed over, because they may be somebody else's by now. */
  | { type: 'dispatch.dropped'; at: number; connector: string; works: number; why: string }
  /** The lease ran out without a heartbeat: the node goes on under this name. */
  | { type: 'node.term'; at: number; owner: string }
  | { type: 'node.connector'; at: number; owner: string; connector: string; held: boolean }
  /** Work of dead nodes became due again. */
  | { type: 'node.took_over'; at: number; owner: string; rows: number }
  /** Nobody is called, so the code is told here. */
  | { type: 'caller-id.validated'; at: number; accountSid: string; phoneNumber: string; code: string }
  | { type: 'receipt.unmatched'; at: number; connector: string; carrierId: string }
  | { type: 'lenient'; at: number; code: number; text: string }
  | { type: 'fault'; at: number; where: string; error: unknown };

export type Observer = (event: PidgeEvent) => void;
