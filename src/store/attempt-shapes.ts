import type { CallbackAttempt } from './callback-shapes.ts';

/** The store's contract, on webhook attempts as people look through them: found, asked for one by one, made by hand. */
export interface AttemptReads {
  /**
   * Newest first. What no index leads to is looked for among a bounded number of attempts a call, so a page may be
   * short, even empty, and still have a `next`.
   */
  attemptPage(search: AttemptSearch): Promise<AttemptPage>;
  attempt(accountSid: string, id: number): Promise<CallbackAttempt | null>;
  /** Of some attempts those that were replayed, as far as the replays have been tried. */
  replayedAmong(accountSid: string, ids: number[]): Promise<Set<number>>;
  /** When work is to be tried again (epoch ms); `null`: it is over. */
  workDueAt(accountSid: string, workId: number): Promise<number | null>;
}

export interface AttemptVerbs {
  /** Keeps attempts that no work has made, with the answers they got. Answers their ids, in order. */
  keepAttempts(records: Omit<CallbackAttempt, 'id'>[], now: number): Promise<number[]>;
}

/** What was asked: about a status, how to answer (or its fallback), a click, an alert, a usage trigger, an ESME told. */
export const ATTEMPT_KINDS = ['status', 'inbound', 'fallback', 'click', 'alert', 'trigger', 'esme'] as const;
export type AttemptKind = (typeof ATTEMPT_KINDS)[number];

export interface AttemptSearch {
  accountSid: string;
  messageSid?: string;
  decision?: CallbackAttempt['decision'];
  kind?: AttemptKind;
  /** Stands somewhere in the URL that was asked, in any case. */
  url?: string;
  errorCode?: number;
  /** Made at this instant or later. */
  since?: number;
  /** Going on: only attempts with a smaller id. */
  below?: number;
  limit: number;
}

export interface AttemptPage {
  attempts: CallbackAttempt[];
  /** What `below` is for the page after it; `null`: there is none. */
  next: number | null;
}

export function attemptKind({ inbound, click, alert, form, url }: CallbackAttempt['payload']): AttemptKind {
  if (inbound) return inbound.why === 'fallback' ? 'fallback' : 'inbound';
  if (click) return 'click';
  if (alert) return 'alert';
  if (form) return 'trigger';
  return url.startsWith('smpp:') ? 'esme' : 'status';
}
