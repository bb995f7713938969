/**
 * Delivery receipts as carriers write them (SMPP 3.4, appendix B; behaviour sheet 12.6). Every carrier has its dialect:
 *
 *     id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:E text:…
 *
 * Labels come in any case and any order, with blanks, quotes or nothing behind them, and some do not come at all. `text`
 * quotes the message, which may look like a receipt itself, so nothing behind it is believed once anything stood before
 * it. Optional parameters win over the text. What follows from a receipt is in receipt-outcome.ts.
 */
import type { Tlvs } from './tlv-table.ts';

export interface CarrierReceipt {
  /** As the carrier wrote it; `null` when it names no message. Compare by `idForms`. */
  id: string | null;
  /** `message_state`, 0 to 9; `null` when none is known to us. */
  state: number | null;
  /** The word of the text, in capitals, or the number of the parameter when no state is known by it. */
  stateWord: string | null;
  /** Three characters as a rule. */
  err: string | null;
  /** As written; `readReceiptDate` reads them. */
  submitDate: string | null;
  doneDate: string | null;
  text: string | null;
}

/** The words for each `message_state`, the specification's first. */
const STATE_WORDS = [
  ['SCHEDULED', 'SCHEDLD'],
  ['ENROUTE', 'EN_ROUTE', 'BUFFERED', 'BUFFRED'],
  ['DELIVRD', 'DELIVERED', 'DELIVERD', 'DELIVERY'],
  ['EXPIRED'],
  ['DELETED'],
  ['UNDELIV', 'UNDELIVERABLE', 'UNDELIVERED', 'UNDELIVRD', 'UNDELIVERD', 'UNDELVRD'],
  ['ACCEPTD', 'ACCEPTED'],
  ['UNKNOWN', 'UNKNOWNED', 'UNKNOWN_STATE'],
  ['REJECTD', 'REJECTED'],
  ['SKIPPED'],
] as const;
const STATE_OF_WORD = new Map<string, number>(
  STATE_WORDS.flatMap((words, state) => words.map((word) => [word, state])),
);

/** Repetitions are bounded so that time stays linear whatever comes. */
const LABEL =
  /(?<![a-z_])(id|sub|dlvrd|submit[ _-]{0,2}date|done[ _-]{0,2}date|stat(?:us|e)?|err(?:or)?|text) {0,4}[:=]/gi;
/** A receipt in a message_payload may quote a whole message; its labels stand before that. */
const MAX_TEXT_CHARACTERS = 2_000;
const MAX_ID_CHARACTERS = 256;
/** Longer ones are no numbers in another base, and BigInt takes its time with them. */
const MAX_NUMBER_DIGITS = 40;
const MESSAGE_ID_TAG = 0x001e;

type Label = 'id' | 'sub' | 'dlvrd' | 'submitdate' | 'donedate' | 'stat' | 'err' | 'text';

/** Reads what there is; never throws. A text without labels is a receipt of nothing, which its parameters may fill. */
export function readReceipt(text: string, tlvs: Tlvs = {}): CarrierReceipt {
  const fields = labelled(text.slice(0, MAX_TEXT_CHARACTERS));
  const word = firstWord(fields.get('stat'))?.toUpperCase() ?? null;
  const stateOfText = word === null ? null : (STATE_OF_WORD.get(word) ?? numericState(word));
  const { messageState } = tlvs;
  const state = messageState !== undefined && messageState in STATE_WORDS ? messageState : stateOfText;
  const unknown = word ?? (messageState === undefined ? null : String(messageState));
  return {
    id: idOfTlvs(tlvs) ?? firstWord(fields.get('id')),
    state,
    stateWord: state === null ? unknown : (STATE_WORDS[state]?.[0] ?? null),
    err: errOf(tlvs, firstWord(fields.get('err'))),
    submitDate: dateOf(fields.get('submitdate')),
    doneDate: dateOf(fields.get('donedate')),
    text: fields.get('text') ?? null,
  };
}

/** Whether a text without the receipt bit is one all the same: it names a message and a state. */
export function looksLikeReceipt(text: string): boolean {
  if (!/^\s*"?id {0,4}[:=]/i.test(text)) return false;
  const { id, state } = readReceipt(text);
  return id !== null && state !== null;
}

/**
 * The spellings under which one id may be known, the likeliest first: as written, then without case, `0x` and leading
 * zeros, then read as hexadecimal and written in decimal, then the other way. Where a carrier is known to answer in hex
 * and report in decimal, that one form is enough; else the first that is awaited is meant.
 */
export function idForms(id: string): string[] {
  const written = id.trim().slice(0, MAX_ID_CHARACTERS);
  const folded = foldId(written);
  const forms = [written, folded];
  if (folded.length <= MAX_NUMBER_DIGITS) {
    if (/^[\da-f]+$/.test(folded)) forms.push(BigInt(`0x${folded}`).toString());
    if (/^\d+$/.test(folded)) forms.push(BigInt(folded).toString(16));
  }
  return [...new Set(forms)];
}

/** The form to keep an id in so that `idForms` of any other spelling of it holds it. */
export function foldId(id: string): string {
  const folded = id.trim().slice(0, MAX_ID_CHARACTERS).toLowerCase();
  return folded.replace(/^0x(?=[\da-f]+$)/, '').replace(/^0+(?=.)/, '');
}

/** What stands behind each label, up to the next one. The first of a kind counts. */
function labelled(text: string): Map<Label, string> {
  const found = [...text.matchAll(LABEL)].map((match) => ({
    label: labelOf(match[1] ?? ''),
    from: match.index,
    to: match.index + match[0].length,
  }));
  const textAt = found.findIndex(({ label }) => label === 'text');
  // Only where the text comes first of all can what it seems to hold be the receipt.
  const last = textAt > 0 ? textAt + 1 : found.length;
  const fields = new Map<Label, string>();
  for (let index = 0; index < last; index += 1) {
    const one = found[index];
    if (!one || fields.has(one.label)) continue;
    const end = index + 1 < last ? found[index + 1]?.from : undefined;
    fields.set(one.label, text.slice(one.to, end).trim());
  }
  return fields;
}

function labelOf(written: string): Label {
  const bare = written.toLowerCase().replace(/[ _-]/g, '');
  if (bare.startsWith('stat')) return 'stat';
  return bare.startsWith('err') ? 'err' : (bare as Label);
}

/** The first word, out of its quotes; `null` when nothing is there. */
function firstWord(raw: string | undefined): string | null {
  if (raw === undefined) return null;
  const quote = raw.charAt(0);
  if (quote === '"' || quote === "'") {
    const end = raw.indexOf(quote, 1);
    return raw.slice(1, end === -1 ? undefined : end).trim() || null;
  }
  const word = /^[^\s,;"']+/.exec(raw)?.[0] ?? '';
  return word.slice(0, MAX_ID_CHARACTERS) || null;
}

/** Dates may be written with blanks and marks between their digits; they are kept without. */
function dateOf(raw: string | undefined): string | null {
  const bare = raw?.replace(/["',;\s]/g, '').slice(0, 32) ?? '';
  const digits = /^\d{2,4}[-/.]\d\d[-/.]\d\d/.test(bare) ? bare.replace(/[-/.:T]/g, '') : bare;
  return digits || null;
}

/** A state as its number. */
function numericState(word: string): number | null {
  return /^\d$/.test(word) ? Number(word) : null;
}

/** Also when it came twice, or in some way that made it one of the others. */
function idOfTlvs(tlvs: Tlvs): string | null {
  const other = tlvs.others?.find(({ tag }) => tag === MESSAGE_ID_TAG)?.value;
  const id = tlvs.receiptedMessageId ?? (other ? Buffer.from(other).toString('latin1') : '');
  return id.replaceAll('\0', '').trim() || null;
}

/** An error code of nothing says nothing, so there the text may. */
function errOf({ networkErrorCode }: Tlvs, err: string | null): string | null {
  if (!networkErrorCode) return err;
  const { code } = networkErrorCode;
  return code === 0 && err !== null ? err : String(code).padStart(3, '0');
}
