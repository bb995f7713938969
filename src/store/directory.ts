/** The store's contract, second half: what is configured and rarely changes. Shapes only; the verbs are in `store.ts`. */

export interface Account {
  sid: string;
  ownerSid: string;
  friendlyName: string;
  status: 'active' | 'suspended' | 'closed';
  type: 'Trial' | 'Full';
  /** Sealed with the master key; the store never sees it readable. */
  sealedToken: string;
  /** Good beside the first until it takes its place, or is removed. */
  secondToken?: SecondToken;
  /** The `MG…` shown when a message names no service (settled 5). */
  defaultServiceSid: string;
  createdAt: number;
  updatedAt: number;
}

export interface SecondToken {
  sealed: string;
  createdAt: number;
}

/**
 * What is set of an account. Whatever is not named here stays as it is, whoever else is changing it. A closed account
 * never changes again: it always differs.
 */
export interface AccountChange {
  sid: string;
  set: Partial<Pick<Account, 'friendlyName' | 'status' | 'type' | 'sealedToken'>> & {
    /** `null`: it is removed. */
    secondToken?: SecondToken | null;
  };
  /** As it was when the change was judged. With anything else by now nothing is changed. `null`: no second token. */
  expected?: { status?: Account['status']; secondToken?: SecondToken['sealed'] | null };
}

/** `account`: as it is now. */
export type AccountChanged = { kind: 'done' | 'differs'; account: Account } | { kind: 'missing' };

export type SenderKind = 'number' | 'short-code' | 'alphanumeric' | 'channel';

export interface Sender {
  sid: string;
  accountSid: string;
  /** Canonical: `+12025550100`, `76767`, `ACME`, `whatsapp:+12025550100`. */
  address: string;
  kind: SenderKind;
  canSms: boolean;
  canMms: boolean;
  /** Segments a second; 0: not paced; `null`: the default of its kind. */
  rate: number | null;
  /** Wire properties (snake_case) that are kept and echoed: webhooks, friendly name and the like. */
  properties: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
}

/** A resource of configuration, such as a Messaging Service or an application. */
export interface Document {
  accountSid: string;
  /** `service`, `application`, …; one of kind `feedback` has the sid of its message and goes with it. */
  kind: string;
  sid: string;
  /** Of what it is a part: the service of a pool's sender. `''`: of nothing. */
  parentSid: string;
  /** What it is found by, unique among its kind and parent; `null`: nothing. */
  name: string | null;
  properties: Record<string, unknown>;
  createdAt: number;
  updatedAt: number;
}

/** `taken`: another of its kind and parent has the name. `differs`: what was expected is no longer so; nothing is saved. */
export type DocumentSaved = 'saved' | 'taken' | 'differs';

/** `taken`: another sender has the address. `closed`: its account is. `differs`: as for a document. */
export type SenderSaved = 'saved' | 'taken' | 'closed' | 'differs';

export interface DocumentQuery {
  accountSid: string;
  kind: string;
  /** Left out: of any parent. */
  parentSid?: string;
  name?: string;
  limit: number;
  offset?: number;
}
