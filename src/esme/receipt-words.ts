/** What became of a message in the words of receipts (SMPP 3.4, appendix B; behaviour sheet 12.5, the other way). */
import type { Status } from '../domain/message.ts';

export interface ReceiptState {
  /** `message_state`. */
  state: number;
  stat: string;
}

const ENROUTE: ReceiptState = { state: 1, stat: 'ENROUTE' };
const DELIVERED: ReceiptState = { state: 2, stat: 'DELIVRD' };
const EXPIRED: ReceiptState = { state: 3, stat: 'EXPIRED' };
const DELETED: ReceiptState = { state: 4, stat: 'DELETED' };
const UNDELIVERABLE: ReceiptState = { state: 5, stat: 'UNDELIV' };
const REJECTED: ReceiptState = { state: 8, stat: 'REJECTD' };

const VALIDITY_OVER = 30036;
/** Blocked and filtered: somebody on the way said no. */
const BLOCKED = new Set([30004, 30007]);

export function stateOf({ status, errorCode }: { status: Status; errorCode: number | null }): ReceiptState {
  switch (status) {
    case 'accepted':
    case 'scheduled':
    case 'queued':
    case 'sending':
    case 'sent':
    case 'receiving':
    case 'received':
      return ENROUTE;
    case 'delivered':
    case 'read':
      return DELIVERED;
    case 'canceled':
      return DELETED;
    case 'undelivered':
      return errorCode !== null && BLOCKED.has(errorCode) ? REJECTED : UNDELIVERABLE;
    case 'failed':
      return errorCode === VALIDITY_OVER ? EXPIRED : REJECTED;
  }
}

/** `err` has three characters: the last three digits of our code. The whole of it goes in a parameter of its own. */
export function errOf(errorCode: number | null): string {
  return errorCode === null ? '000' : String(errorCode % 1_000).padStart(3, '0');
}

/** `YYMMDDhhmm`, UTC. */
export function receiptDate(at: number): string {
  return new Date(at).toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
}
