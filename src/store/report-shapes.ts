import type { Alert, AlertLevel } from '../domain/alert.ts';
import type { Usage } from '../domain/usage.ts';
import type { CallbackPayload } from './callback-shapes.ts';
import type { Document } from './directory.ts';

/** The store's contract, on what an account is told of itself: alerts, usage, and the triggers that watch it. */
export interface ReportVerbs {
  /**
   * Keeps alerts, and queues the callback of each that has somebody to be told. An alert of a message whose content is
   * gone by now is kept without parameters and answer.
   */
  raiseAlerts(batch: RaisedAlert[], now: number): Promise<void>;
  /** Forgets alerts raised before `before`. Answers how many this call took; call again until it is 0. */
  forgetAlerts(before: number): Promise<number>;
  /**
   * Saves a trigger that fires, and queues its callback; of all that have seen the same trigger only the first does.
   * Answers whether this was it.
   */
  fireTrigger(fired: FiredTrigger, now: number): Promise<boolean>;
}

export interface ReportReads {
  /** Newest first. */
  alerts(query: AlertQuery): Promise<Alert[]>;
  alert(accountSid: string, sid: string): Promise<Alert | null>;
  /** What was counted, newest first, summed up over the accounts and by `per`. */
  usage(query: UsageQuery): Promise<CountedUsage[]>;
}

export interface RaisedAlert {
  alert: Alert;
  /** Who is told of it; `null`: nobody. */
  callbackUrl: string | null;
}

export interface FiredTrigger {
  /** As it is from now on. */
  trigger: Document;
  /** The `updatedAt` with which it was read. */
  seenAt: number;
  payload: CallbackPayload;
}

export interface AlertQuery {
  accountSid: string;
  level?: AlertLevel;
  /** Inclusive bounds, epoch ms. */
  from?: number;
  to?: number;
  /** Going on from here: older ones after it, or newer ones before it, which come newest first too. */
  after?: Pick<Alert, 'at' | 'sid'>;
  before?: Pick<Alert, 'at' | 'sid'>;
  limit: number;
  offset?: number;
}

export type UsagePeriod = 'day' | 'month' | 'year' | 'all';

export interface UsageQuery {
  accountSids: string[];
  /** Days, inclusive: `2026-01-31`. */
  from: string;
  to: string;
  per: UsagePeriod;
}

export interface CountedUsage extends Usage {
  /** `2026-01-31`, `2026-01`, `2026`, or nothing, as `per` wants it. */
  period: string;
  category: string;
}
