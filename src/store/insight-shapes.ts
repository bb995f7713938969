import type { Alert, AlertLevel } from '../domain/alert.ts';

/** The store's contract, on what people want to know at a glance: alerts by their code, and the store itself. */
export interface AlertGroupReads {
  /** Of the newest alerts since an instant, a bounded number: the code that came last comes first. */
  alertGroups(query: AlertGroupQuery): Promise<AlertGroups>;
  /** Whom some messages were from and for; one that is gone is left out. */
  messageEnds(accountSid: string, sids: string[]): Promise<Map<string, MessageEnds>>;
}

export interface AlertGroupQuery {
  accountSid: string;
  /** Epoch ms. */
  since: number;
  bucketMs: number;
}

export interface AlertGroups {
  groups: AlertGroup[];
  /** The instant down to which all alerts were looked at, when there were more; `null`: it was all of them. */
  lookedBackTo: number | null;
}

export interface AlertGroup {
  code: number;
  level: AlertLevel;
  count: number;
  firstAt: number;
  lastAt: number;
  /** How many in each bucket since `since`, by its place; empty ones are left out. */
  buckets: Map<number, number>;
  /** The newest, newest first. */
  samples: Alert[];
}

export interface MessageEnds {
  from: string | null;
  to: string;
  serviceSid: string | null;
}

export interface FactReads {
  facts(now: number): Promise<StoreFacts>;
}

export interface StoreFacts {
  engine: 'sqlite' | 'postgres';
  /** Of the engine. */
  engineVersion: string;
  sizeBytes: number;
  /** Names of the migrations that were done, in order. */
  schema: string[];
  /** Alive now; none on a store that only one process can use. */
  nodes: { owner: string; address: string; roles: string[]; aliveUntil: number }[];
}
