/**
 * How a rehearsed carrier behaves, as data, and the script that follows from it: rules by number, every so many, or by
 * chance (a seed makes the chance the same again), and what happens to everything else.
 */
import type { Clock } from '../domain/clock.ts';
import { ESME } from '../wire/smpp/codes.ts';
import type { PduOf } from '../wire/smpp/pdu.ts';
import type { AnswerPlan, ReceiptForm, ReceiptPlan, SmscScript, SubmitPlan } from './smsc-plans.ts';

export const ID_FORMS = ['hex', 'HEX', 'decimal', 'padded', 'word'] as const;
export type IdForm = (typeof ID_FORMS)[number];
export const RECEIPT_WAYS = ['once', 'twice', 'early', 'none'] as const;
/** `early`: before the answer. */
export type ReceiptWay = (typeof RECEIPT_WAYS)[number];
export const ANSWERS = ['silent', 'twice', 'nack', 'other-sequence', 'drop', 'bare'] as const satisfies AnswerPlan[];

/** What happens to a submit. What is left out is as it is for all. */
export interface Deed {
  /** ESME_* */
  commandStatus?: number;
  answer?: AnswerPlan;
  answerAfterMs?: number;
  receipt?: ReceiptWay;
  receiptAfterMs?: number;
  /** Up to so much more, by chance: receipts come in another order. */
  receiptSpreadMs?: number;
  receiptForm?: ReceiptForm;
  stat?: string;
  err?: string;
}

/** For whom a deed is: all that is named must fit. */
export interface Rule {
  /** A number, or its beginning and `*`. */
  from?: string;
  to?: string;
  /** Each n-th of those that fit. */
  every?: number;
  /** So many in a hundred of them, by chance. */
  percent?: number;
  deed: Deed;
}

export interface SmscPlay {
  /** `null`: any. */
  credentials: { systemId: string; password: string } | null;
  mostBinds: number;
  /** Submits in any second; more are throttled. `null`: as many as come. */
  ratePerSecond: number | null;
  /** Of ids in answers, and in receipts. */
  ids: IdForm;
  receiptIds: IdForm;
  seed: number;
  /** The first that fits counts. */
  rules: Rule[];
  usual: Deed;
}

const SECOND_MS = 1_000;
const PADDED_DIGITS = 20;

/** `bound`: how many are at this moment. */
export function scriptOf(play: SmscPlay, clock: Clock, bound: () => number): SmscScript {
  const random = seededRandom(play.seed);
  const isFast = throttle(play.ratePerSecond, clock);
  const rules = play.rules.map((rule) => ({ rule, met: 0 }));
  // Ids of another run of the same carrier must not come again.
  const firstId = Math.floor(clock.now()) * 1_000;

  function deedFor(pdu: PduOf<'submit_sm'>): Deed {
    for (const one of rules) {
      const { from, to, every = 1, percent = 100, deed } = one.rule;
      if (!fits(from, pdu.sourceAddr) || !fits(to, pdu.destinationAddr)) continue;
      one.met += 1;
      if (one.met % every === 0 && random() * 100 < percent) return { ...play.usual, ...deed };
    }
    return play.usual;
  }

  return {
    bind({ systemId, password }) {
      const { credentials } = play;
      if (credentials && systemId !== credentials.systemId) return ESME.ESME_RINVSYSID;
      if (credentials && password !== credentials.password) return ESME.ESME_RINVPASWD;
      return bound() >= play.mostBinds ? ESME.ESME_RALYBND : ESME.ESME_ROK;
    },
    submit(pdu, number) {
      if (isFast()) return { commandStatus: ESME.ESME_RTHROTTLED };
      const deed = deedFor(pdu);
      const { commandStatus, answer, answerAfterMs: afterMs } = deed;
      // A refusal names nothing.
      const id = commandStatus ? null : inForm(firstId + number, play.ids);
      const plan: SubmitPlan = { id, commandStatus, answer, afterMs };
      return { ...plan, receipts: receiptsOf(deed, inForm(firstId + number, play.receiptIds), random) };
    },
  };
}

function receiptsOf(deed: Deed, id: string, random: () => number): ReceiptPlan[] | null {
  const way: ReceiptWay = deed.receipt ?? 'once';
  const { receiptAfterMs = 0, receiptSpreadMs = 0, receiptForm: form, stat, err } = deed;
  const afterMs = receiptAfterMs + Math.floor(random() * receiptSpreadMs);
  const plan: ReceiptPlan = { id, afterMs, form, stat, err };
  switch (way) {
    case 'none':
      return null;
    case 'once':
      return [plan];
    case 'twice':
      return [plan, plan];
    case 'early':
      return [{ ...plan, overtakes: true }];
  }
}

function fits(wanted: string | undefined, addr: string): boolean {
  if (wanted === undefined) return true;
  const bare = wanted.replace(/^\+/, '');
  return bare.endsWith('*') ? addr.startsWith(bare.slice(0, -1)) : addr === bare;
}

function inForm(id: number, form: IdForm): string {
  switch (form) {
    case 'hex':
      return id.toString(16);
    case 'HEX':
      return id.toString(16).toUpperCase();
    case 'decimal':
      return String(id);
    case 'padded':
      return String(id).padStart(PADDED_DIGITS, '0');
    case 'word':
      return `smsc-${id.toString(36)}`;
  }
}

/** Whether the present one is one too many for the second that ends now; if not, it counts. */
function throttle(ratePerSecond: number | null, clock: Clock): () => boolean {
  if (ratePerSecond === null) return () => false;
  const taken: number[] = [];
  let at = 0;
  return () => {
    const now = clock.monotonic();
    const oldest = taken[at];
    if (oldest !== undefined && now - oldest < SECOND_MS) return true;
    taken[at] = now;
    at = (at + 1) % ratePerSecond;
    return false;
  };
}

/** Mulberry32: the same again for the same seed. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
