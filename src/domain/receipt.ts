/** A delivery receipt for one part, in our terms: a connector makes it, the store applies it. */
export interface Receipt {
  connector: string;
  carrierId: string;
  state: 'delivered' | 'undelivered' | 'read';
  /** Ours (30xxx), only with `undelivered`. */
  errorCode?: number;
  /** The carrier's own done date, `YYMMDDhhmm`, when it gave one. */
  doneDate?: string;
}
