/** What a carrier calls us with over HTTP, and what it is answered: known to the door and to connectors. */

export interface CarrierCall {
  method: 'GET' | 'POST';
  /** Below the connector's own part of the door: empty, or `/receipts` and the like. */
  path: string;
  /** Absolute, as the carrier was told it, with its query: what signatures are made over. */
  url: string;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  /** As it came; empty with GET. */
  body: Uint8Array;
}

export type CarrierAnswer =
  | { kind: 'answer'; status: number; contentType?: string; body?: string }
  /** No sign that it is the carrier who calls; `why` is for the operator and holds no secret. */
  | { kind: 'stranger'; why: string }
  /** Nothing is here. */
  | { kind: 'unknown' };

/** Answers for the connector of this name; `null`: there is none, or none that is called. */
export type AnswerCarrier = (connector: string, call: CarrierCall) => Promise<CarrierAnswer> | null;
