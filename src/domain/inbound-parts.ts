/**
 * Long messages come in parts (behaviour sheet 3.5), in any order, on any connection, sometimes twice. They are joined
 * by (from, to, reference, total); what is not whole 120 s after its first part is missing something (30009).
 *
 * A `Joining` starts with its first part, collects, and is `done` when whole. A done one is kept until its time is up,
 * without its text: a late repetition must find it and not start a message that can never be whole. References are
 * small and used again: a part whose place is taken by another text begins a new joining, and the old one is lost.
 */
import { decodeGsm7 } from './encoding.ts';

/** How octets of a part stand for characters; GSM-7 unpacked, one septet an octet. */
export type PartCharset = 'GSM-7' | 'Latin-1' | 'UCS-2';

/** As a connector heard it. */
export interface InboundPart {
  /** Canonical addresses. */
  from: string;
  to: string;
  /** 8 or 16 bits. */
  reference: number;
  total: number;
  /** From 1. */
  number: number;
  charset: PartCharset;
  octets: Uint8Array;
  /** What is kept in place of the octets, where texts are sealed. */
  sealed?: string;
  /** Of a submit of an ESME: what its message will be, should it be the first, and what receipts it wants. */
  submitted?: SubmitTerms & { wants: number };
}

/** What an ESME was promised with the first of its parts: the sid of the message, and its parameters in API spelling. */
export interface SubmitTerms {
  sid: string;
  form: Record<string, string>;
}

/** What is kept until the message is whole; JSON, and the same in every store. */
export interface Joining {
  from: string;
  to: string;
  reference: number;
  total: number;
  /** When the first part came, epoch ms. */
  startedAt: number;
  /** When it is given up, or forgotten if done. */
  dueAt: number;
  done: boolean;
  /** By number, ascending. */
  parts: KeptPart[];
  /** Of submits: their answers have named it. */
  terms?: SubmitTerms;
}

export interface KeptPart {
  number: number;
  charset: PartCharset;
  /** Hexadecimal, or sealed; empty once the message is whole. */
  octets: string;
  /** Tells repetitions from other texts. */
  digest: number;
  wants?: number;
}

/** A message as it was put together. */
export interface Joined {
  from: string;
  to: string;
  body: string;
  /** Parts that it was put together from. */
  numSegments: number;
  /** Of which some are sealed: its body is empty, and made of them by who can open them (`textOf`). */
  parts?: readonly KeptPart[];
  /** Of submits: `wants` by number, 0 for what never came. */
  submitted?: SubmitTerms & { at: number; wants: number[] };
}

export type Taken =
  | { kind: 'waiting'; joining: Joining; lost: Joined | null }
  /** `joining: null`: it was a message of one part, nothing is to be kept. */
  | { kind: 'whole'; message: Joined; joining: Joining | null; lost: Joined | null }
  /** Known already: nothing changes. */
  | { kind: 'repeated' };

export const PARTS_WAIT_MS = 120_000;
const MOST_PARTS = 255;

/** What joinings are found by. */
export function joiningKey({
  from,
  to,
  reference,
  total,
}: Pick<Joining, 'from' | 'to' | 'reference' | 'total'>): string {
  return `${from} ${to} ${reference} ${total}`;
}

/** Takes a part at `now`; `known` is the joining of its key, due or not. `lost` ends as failed with 30009. */
export function takePart(known: Joining | null, part: InboundPart, now: number, waitMs = PARTS_WAIT_MS): Taken {
  const kept = keep(part);
  const { from, to, reference, total, number } = part;
  // A header that makes no sense counts as none (3GPP 23.040, 9.2.3.24.1).
  if (total <= 1 || total > MOST_PARTS || number < 1 || number > total) {
    const message = { from, to, ...textOf([kept]), numSegments: 1 };
    return { kind: 'whole', message, joining: null, lost: null };
  }
  const present = known !== null && now < known.dueAt && !isAnswered(known, part) ? known : null;
  const same = present?.parts.find((one) => one.number === number);
  if (present && same && same.digest === kept.digest && same.charset === kept.charset) {
    // No message yet, so its last submit has had no answer that was good.
    if (present.done && part.submitted)
      return { kind: 'whole', message: joined(present), joining: present, lost: null };
    return { kind: 'repeated' };
  }
  const goesOn = present !== null && !same;
  const lost = known === null || goesOn ? null : lostOf(known);
  const { parts, startedAt, dueAt } = goesOn ? present : { parts: [], startedAt: now, dueAt: now + waitMs };
  const all = [...parts, kept].sort((a, b) => a.number - b.number);
  const joining: Joining = { from, to, reference, total, startedAt, dueAt, done: all.length === total, parts: all };
  if (part.submitted) {
    const { sid, form } = part.submitted;
    joining.terms = (goesOn && present.terms) || { sid, form };
  }
  if (!joining.done) return { kind: 'waiting', joining, lost };
  return { kind: 'whole', message: joined(joining), joining: { ...joining, parts: all.map(withoutText) }, lost };
}

/**
 * A whole message of submits is over with its last answer: what comes under the same reference after that is another
 * one, whereas a carrier may repeat itself for long. Until then it has its texts.
 */
function isAnswered({ done, parts }: Joining, { submitted }: InboundPart): boolean {
  return submitted !== undefined && done && parts.every(({ octets }) => octets === '');
}

function joined({ from, to, total, parts, terms, startedAt }: Joining): Joined {
  const message: Joined = { from, to, ...textOf(parts), numSegments: parts.length };
  if (!terms) return message;
  const wants = Array.from({ length: total }, (_, at) => parts.find(({ number }) => number === at + 1)?.wants ?? 0);
  return { ...message, submitted: { ...terms, at: startedAt, wants } };
}

/** What becomes of a joining that is due: `null` when it was whole and is merely forgotten, else what came (30009). */
export function lostOf(joining: Joining): Joined | null {
  return joining.done ? null : joined(joining);
}

/** What a message gets of its parts: a body, or the parts themselves as long as one of them is sealed. */
export function textOf(parts: readonly KeptPart[]): Pick<Joined, 'body' | 'parts'> {
  return parts.every(({ octets }) => HEX.test(octets)) ? { body: bodyOf(parts) } : { body: '', parts };
}

const HEX = /^[0-9a-f]*$/;

/**
 * The text of parts in their order. Neighbours of one charset are decoded as one: senders cut surrogate pairs and
 * escapes in two. What no store can hold (NUL, lone surrogates) becomes U+FFFD.
 */
function bodyOf(parts: readonly KeptPart[]): string {
  let text = '';
  for (let start = 0; start < parts.length; ) {
    const charset = parts[start]?.charset ?? 'GSM-7';
    let octets = '';
    let part = parts[start];
    for (let number = part?.number; part?.charset === charset && part.number === number; number += 1) {
      octets += part.octets;
      part = parts[++start];
    }
    text += decode(fromHex(octets), charset);
  }
  return text.toWellFormed().replaceAll('\0', '\ufffd');
}

function decode(octets: Uint8Array, charset: PartCharset): string {
  switch (charset) {
    case 'GSM-7':
      return decodeGsm7(octets);
    case 'Latin-1': {
      let text = '';
      for (const octet of octets) text += String.fromCharCode(octet);
      return text;
    }
    case 'UCS-2': {
      let text = '';
      // An odd octet at the end is no character.
      for (let at = 0; at + 1 < octets.length; at += 2) {
        text += String.fromCharCode(((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0));
      }
      return text;
    }
  }
}

function keep({ number, charset, octets, submitted, sealed }: InboundPart): KeptPart {
  const wants = submitted && { wants: submitted.wants };
  return { number, charset, octets: sealed ?? toHex(octets), digest: digestOf(octets), ...wants };
}

function withoutText(part: KeptPart): KeptPart {
  return { ...part, octets: '' };
}

/** Octets as they are kept. */
export function toHex(octets: Uint8Array): string {
  let text = '';
  for (const octet of octets) text += octet.toString(16).padStart(2, '0');
  return text;
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, at) => Number.parseInt(text.slice(2 * at, 2 * at + 2), 16));
}

/** FNV-1a. Against repetitions, not against forgery: who can forge a part can send any text as well. */
function digestOf(octets: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const octet of octets) hash = Math.imul(hash ^ octet, 0x01000193) >>> 0;
  return hash;
}
