/**
 * What is kept of the PDUs of one connector, and of which message each is. Sending never waits for it: what it hands on
 * is taken or dropped elsewhere.
 *
 * `all`: every PDU, at once. `failures`: the exchanges that went wrong, whole. A submit and its answer are held until
 * its receipt has come, in bounded memory, and handed on when the answer refuses it, when none comes, or when the
 * receipt says undelivered. `off`: nothing but the counts.
 *
 * A submit tells its message (`Traced`), an answer is found by its sequence, a receipt by the carrier's id, and
 * what came in is told when it is committed. What belongs to no message is kept without texts and numbers.
 */
import type { Clock } from '../../domain/clock.ts';
import type { MessageRef, PduOwner, TracedPdu, TraceMode } from '../../domain/pdu-trace.ts';
import { bareOctets, withoutPassword } from '../../wire/smpp/bare.ts';
import type { Pdu, PduDraft, PduOf } from '../../wire/smpp/pdu.ts';
import { foldId } from '../../wire/smpp/receipt.ts';
import type { PduCounts } from './pdu-counts.ts';

/** Fields of a submit that tell whose it is, which is no part of the PDU. */
export interface Traced {
  about: MessageRef;
}

export interface TracerParts {
  connector: string;
  /** The carrier's `host:port`. */
  peer: string;
  mode: TraceMode;
  clock: Clock;
  /** An answer that has not come after so long is not waited for. */
  responseMs: number;
  keep: (pdu: TracedPdu) => void;
  counts: PduCounts;
}

type Seen = Pdu | PduDraft;
type Delivered = PduOf<'deliver_sm'> | PduOf<'data_sm'>;

interface Taken {
  at: number;
  bind: string;
  ours: boolean;
  pdu: Seen;
  octets: Buffer;
}

/** A submit and what belongs to it. */
interface Exchange {
  message: MessageRef | null;
  taken: Taken[];
  startedAt: number;
}

/** What a carrier has brought. */
interface Hearing {
  taken: Taken[];
  owner: PduOwner | null;
  failed: boolean;
  /** Its answer is written. */
  isOver: boolean;
  /** Parts of one message know each other by this. */
  joining: string | null;
}

/** Submits without an answer, of one bind: more than any window. */
const MOST_OPEN = 2_000;
/** Submits without a receipt, or their ids: ten seconds of 2 000 a second. */
const MOST_SENT = 20_000;
const MOST_HEARD = 1_000;
const MOST_JOININGS = 200;

export class Tracer {
  readonly #parts: TracerParts;
  readonly #open = new Map<string, Map<number, Exchange>>();
  /** By the carrier's id, folded. */
  readonly #sent = new Map<string, Exchange>();
  readonly #heard = new Map<string, Map<number, Hearing>>();
  readonly #hearings = new WeakMap<Delivered, Hearing>();
  readonly #joinings = new Map<string, Hearing[]>();
  /** The bind request of each bind, which is only worth something beside a refusal. */
  readonly #binds = new Map<string, Taken>();

  constructor(parts: TracerParts) {
    this.#parts = parts;
  }

  /** What a bind is to call with all that it writes and reads. */
  of(bind: string): (ours: boolean, pdu: Seen, octets: Buffer) => void {
    return (ours, pdu, octets) => this.seen(bind, ours, pdu, octets);
  }

  /** Every PDU that was written or read. Octets read are a view of what was received. */
  seen(bind: string, ours: boolean, pdu: Seen, octets: Buffer): void {
    const { counts, mode, clock } = this.#parts;
    counts.pdu(pdu.command, pdu.commandStatus ?? 0);
    if (mode === 'off') return;
    const at = clock.now();
    const taken: Taken = { at, bind, ours, pdu, octets };
    switch (pdu.command) {
      case 'submit_sm':
        if (ours) this.#submitted(taken, 'about' in pdu ? (pdu as Traced).about : null);
        return;
      case 'submit_sm_resp':
        if (!ours) this.#answered(taken, pdu.sequence, pdu.commandStatus ?? 0, pdu.messageId ?? '');
        return;
      case 'generic_nack':
        if (ours || !this.#open.get(bind)?.has(pdu.sequence)) this.#link(taken);
        else this.#answered(taken, pdu.sequence, pdu.commandStatus || 1, '');
        return;
      case 'deliver_sm':
      case 'data_sm':
        if (!ours) this.#delivered(taken, pdu as Delivered);
        return;
      case 'deliver_sm_resp':
      case 'data_sm_resp':
        if (ours) this.#acknowledged(taken, pdu.sequence, pdu.commandStatus ?? 0);
        return;
      default:
        this.#link(taken);
    }
  }

  /** A receipt was read: of the part that the carrier knows by this id. */
  receipt(pdu: Delivered, carrierId: string, outcome: 'delivered' | 'undelivered' | 'pending'): void {
    const hearing = this.#hearings.get(pdu);
    if (!hearing) return;
    const id = foldId(carrierId);
    const sent = this.#sent.get(id);
    hearing.failed = outcome === 'undelivered';
    hearing.owner = sent?.message ? { kind: 'message', ...sent.message } : { kind: 'carrier-id', carrierId, bare: '' };
    if (this.#parts.mode !== 'failures' || !sent || outcome === 'pending') return;
    this.#sent.delete(id);
    if (hearing.failed) this.#hand(sent.taken, hearing.owner);
  }

  /** So long a submit waited for its answer. */
  answered(ms: number): void {
    this.#parts.counts.answered(ms);
  }

  /** Every receipt that was read, also those of no message. */
  counted(receipt: Parameters<PduCounts['receipt']>[0]): void {
    this.#parts.counts.receipt(receipt);
  }

  /** Something came in: to be called with the message that it became, or its last part did. */
  inbound(pdu: Delivered, joining: string | null): (message: MessageRef) => void {
    const hearing = this.#hearings.get(pdu);
    if (!hearing || this.#parts.mode !== 'all') return () => undefined;
    hearing.joining = joining;
    if (joining !== null) this.#join(joining, hearing);
    return (message) => {
      const all = joining === null ? [hearing] : (this.#joinings.get(joining) ?? [hearing]);
      if (joining !== null) this.#joinings.delete(joining);
      for (const one of all) {
        one.joining = null;
        one.owner = { kind: 'message', ...message };
        if (one.isOver) this.#hand(one.taken, one.owner);
      }
    };
  }

  /** A connection is gone: what was open on it stays without an answer. */
  lost(bind: string): void {
    for (const exchange of this.#open.get(bind)?.values() ?? []) this.#unanswered(exchange);
    this.#open.delete(bind);
    for (const hearing of this.#heard.get(bind)?.values() ?? []) this.#finish(hearing);
    this.#heard.delete(bind);
  }

  /** What waits for something that cannot come any more is handed on. */
  stop(): void {
    for (const bind of new Set([...this.#open.keys(), ...this.#heard.keys()])) this.lost(bind);
    for (const joining of [...this.#joinings.keys()]) this.#giveUp(joining);
    this.#parts.counts.stop();
  }

  #submitted(taken: Taken, message: MessageRef | null): void {
    const open = placeIn(this.#open, taken.bind);
    for (const [sequence, exchange] of open) {
      if (exchange.startedAt + this.#parts.responseMs > taken.at && open.size < MOST_OPEN) break;
      open.delete(sequence);
      this.#unanswered(exchange);
    }
    const isAll = this.#parts.mode === 'all';
    if (isAll) this.#hand([taken], ownerOf(message));
    open.set((taken.pdu as PduDraft).sequence, { message, taken: isAll ? [] : [taken], startedAt: taken.at });
  }

  #answered(taken: Taken, sequence: number, commandStatus: number, messageId: string): void {
    const open = this.#open.get(taken.bind);
    const exchange = open?.get(sequence);
    if (!exchange) {
      // Too late for us, or an answer to nothing.
      this.#link(taken);
      return;
    }
    open?.delete(sequence);
    // The octets are of a chunk that may be long.
    const kept = { ...taken, octets: Buffer.from(taken.octets) };
    if (this.#parts.mode === 'all') this.#hand([kept], ownerOf(exchange.message));
    else exchange.taken.push(kept);
    if (commandStatus !== 0) {
      this.#hand(exchange.taken, ownerOf(exchange.message));
      return;
    }
    const id = foldId(messageId);
    if (id === '') return;
    if (this.#sent.size >= MOST_SENT) this.#sent.delete(this.#sent.keys().next().value ?? '');
    this.#sent.set(id, exchange);
  }

  #unanswered(exchange: Exchange): void {
    this.#hand(exchange.taken, ownerOf(exchange.message));
  }

  #delivered(taken: Taken, pdu: Delivered): void {
    const heard = placeIn(this.#heard, taken.bind);
    const kept = { ...taken, octets: Buffer.from(taken.octets) };
    const hearing: Hearing = { taken: [kept], owner: null, failed: false, isOver: false, joining: null };
    if (heard.size >= MOST_HEARD) {
      const [sequence, oldest] = heard.entries().next().value ?? [];
      if (sequence !== undefined) heard.delete(sequence);
      if (oldest) this.#finish(oldest);
    }
    heard.set(pdu.sequence, hearing);
    this.#hearings.set(pdu, hearing);
  }

  #acknowledged(taken: Taken, sequence: number, commandStatus: number): void {
    const heard = this.#heard.get(taken.bind);
    const hearing = heard?.get(sequence);
    if (!hearing) {
      this.#link(taken);
      return;
    }
    heard?.delete(sequence);
    hearing.taken.push(taken);
    hearing.failed ||= commandStatus !== 0;
    this.#finish(hearing);
  }

  #finish(hearing: Hearing): void {
    hearing.isOver = true;
    // Its other parts are to come.
    if (hearing.joining !== null) return;
    if (this.#parts.mode === 'all' || hearing.failed) this.#hand(hearing.taken, hearing.owner ?? { kind: 'none' });
  }

  #join(joining: string, hearing: Hearing): void {
    const known = this.#joinings.get(joining);
    if (known) {
      known.push(hearing);
      return;
    }
    const [oldest] = this.#joinings.keys();
    if (this.#joinings.size >= MOST_JOININGS && oldest !== undefined) this.#giveUp(oldest);
    this.#joinings.set(joining, [hearing]);
  }

  /** Parts of which nobody will tell what they became. */
  #giveUp(joining: string): void {
    const all = this.#joinings.get(joining) ?? [];
    this.#joinings.delete(joining);
    for (const hearing of all) {
      hearing.joining = null;
      if (hearing.isOver) this.#finish(hearing);
    }
  }

  /** Of the connection itself. */
  #link(taken: Taken): void {
    const { pdu, bind } = taken;
    const isFailure = (pdu.commandStatus ?? 0) !== 0;
    const request = this.#binds.get(bind);
    if (pdu.command.startsWith('bind_')) this.#binds.delete(bind);
    if (this.#parts.mode === 'all') this.#hand([taken], { kind: 'none' });
    else if (isFailure) this.#hand(request && isResponseTo(taken) ? [request, taken] : [taken], { kind: 'none' });
    else if (taken.ours && pdu.command.startsWith('bind_')) this.#binds.set(bind, taken);
  }

  #hand(taken: Taken[], owner: PduOwner): void {
    const { connector, peer, keep } = this.#parts;
    for (const { at, bind, ours, pdu, octets } of taken) {
      const shown = owner.kind === 'none' ? bareOctets(pdu, octets) : withoutPassword(pdu, octets);
      const its = owner.kind === 'carrier-id' ? { ...owner, bare: base64(bareOctets(pdu, octets)) } : owner;
      keep({ at, connector, bind, peer, ours, octets: base64(shown), owner: its });
    }
  }
}

function ownerOf(message: MessageRef | null): PduOwner {
  return message ? { kind: 'message', ...message } : { kind: 'none' };
}

function isResponseTo({ pdu }: Taken): boolean {
  return pdu.command.startsWith('bind_') && pdu.command.endsWith('_resp');
}

function base64(octets: Buffer): string {
  return octets.toString('base64');
}

function placeIn<Value>(places: Map<string, Map<number, Value>>, bind: string): Map<number, Value> {
  const known = places.get(bind);
  if (known) return known;
  const made = new Map<number, Value>();
  places.set(bind, made);
  return made;
}
