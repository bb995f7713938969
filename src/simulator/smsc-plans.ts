/** What a carrier that speaks SMPP does with each thing that comes to it: the shapes in which it is told. */
import type { PduOf } from '../wire/smpp/pdu.ts';

/** What becomes of a submit. Left out: taken at once, and delivered after `SmscParts.receiptMs`. */
export interface SubmitPlan {
  /** ESME_*; not 0: refused. */
  commandStatus?: number;
  /** `null`: an answer without one. Its own numbering otherwise. */
  id?: string | null;
  afterMs?: number;
  answer?: AnswerPlan;
  /** `null`: never; several: in their order. */
  receipts?: ReceiptPlan[] | null;
}

/** How an answer goes wrong. `drop`: the connection ends instead; `bare`: nothing but a header. */
export type AnswerPlan = 'silent' | 'twice' | 'nack' | 'other-sequence' | 'drop' | 'bare';

export interface ReceiptPlan {
  stat?: string;
  err?: string;
  afterMs?: number;
  /** The submit is answered after it. */
  overtakes?: boolean;
  /** As the receipt writes it, instead of as the answer had it. */
  id?: string;
  form?: ReceiptForm;
  /** Instead of what is made of the rest. */
  text?: string;
}

/** Where a receipt says what it says: in its text, in its optional parameters, or in both. */
export type ReceiptForm = 'text' | 'tlv' | 'both';

export interface SmscScript {
  /** The status of a bind; `silent`: none. */
  bind?: (pdu: PduOf<'bind_transceiver'>, number: number) => number | 'silent' | 'drop';
  /** `number` counts from 1. */
  submit?: (pdu: PduOf<'submit_sm'>, number: number) => SubmitPlan;
  /** Whether signs of life are given. */
  enquire?: () => boolean;
  unbind?: () => 'answer' | 'silent';
}
