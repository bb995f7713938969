/** The store's contract, second half: what is configured and rarely changes. Shapes only; the verbs are in `store.ts`. */

export interface Account {
  sid: string;
  ownerSid: string;
  friendlyName: string;
  status: 'active' | 'suspended' | 'closed';
  type: 'Trial' | 'Full';
  /** Sealed with the master key; the store never sees it readable. */
  sealedToken: string;
  /** The `MG…` shown when a message names no service (settled 5). */
  defaultServiceSid: string;
  createdAt: number;
  updatedAt: number;
}

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

export interface DocumentQuery {
  accountSid: string;
  kind: string;
  /** Left out: of any parent. */
  parentSid?: string;
  name?: string;
  limit: number;
  offset?: number;
}
