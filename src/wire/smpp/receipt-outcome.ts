/** What a receipt means for the message: the tables of behaviour sheet 12.5 as data. */
import type { CarrierReceipt } from './receipt.ts';

export type ReceiptOutcome =
  | { kind: 'delivered' }
  | { kind: 'undelivered'; errorCode: number }
  /** Nothing changes yet. */
  | { kind: 'pending' }
  /** A word for a state that nobody knows: nothing changes, and it is counted. */
  | { kind: 'unrecognised' };

/** A carrier's own meanings of `err`, by `foldErr`. */
export type CarrierErrors = ReadonlyMap<string, number>;

interface Meaning {
  outcome: 'delivered' | 'undelivered' | 'pending';
  errorCode: number;
  /** Whether `err` can say more. */
  byErr: boolean;
}

const pending: Meaning = { outcome: 'pending', errorCode: 0, byErr: false };
const delivered: Meaning = { outcome: 'delivered', errorCode: 0, byErr: false };
const undelivered = (errorCode: number, byErr = false): Meaning => ({ outcome: 'undelivered', errorCode, byErr });

/** By `message_state`. */
const MEANINGS: readonly Meaning[] = [
  /* scheduled     */ pending,
  /* enroute       */ pending,
  /* delivered     */ delivered,
  /* expired       */ undelivered(30003),
  /* deleted       */ undelivered(30008),
  /* undeliverable */ undelivered(30003, true),
  /* accepted      */ pending,
  /* unknown       */ undelivered(30008),
  /* rejected      */ undelivered(30007, true),
  /* skipped       */ undelivered(30008),
];

/** GSM MAP errors that mean the same on most carriers. */
const ERRORS = new Map<string, number>([
  ...['1', '5'].map((err) => [err, 30005] as const),
  ...['6', '27', '31', '32', '33'].map((err) => [err, 30003] as const),
  ...['9', '12', '13'].map((err) => [err, 30004] as const),
  ...['11', '21'].map((err) => [err, 30006] as const),
  ...['34', '35', '36'].map((err) => [err, 30008] as const),
]);

/** Without case and leading zeros: `001`, `01` and `1` are one error. */
function foldErr(err: string): string {
  return err
    .trim()
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

/** The outcome of a receipt; a carrier's own errors come before the common ones. */
export function outcomeOfReceipt({ state, err }: CarrierReceipt, carrier?: CarrierErrors): ReceiptOutcome {
  const meaning = state === null ? undefined : MEANINGS[state];
  if (!meaning) return { kind: 'unrecognised' };
  const { outcome, errorCode, byErr } = meaning;
  if (outcome !== 'undelivered') return { kind: outcome };
  const folded = byErr && err !== null ? foldErr(err) : '';
  return { kind: 'undelivered', errorCode: carrier?.get(folded) ?? ERRORS.get(folded) ?? errorCode };
}
