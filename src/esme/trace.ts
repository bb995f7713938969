/**
 * What is kept of the PDUs of one ESME's connection: `all`, or with `failures` the requests that were refused or got no
 * answer, each with its answer. A request is held until then, in bounded memory. A submit and a receipt are their
 * message's; what belongs to none is kept without texts and whole numbers, and no password ever is.
 */
import type { Clock } from '../domain/clock.ts';
import { sidOfPartId } from '../domain/esme-address.ts';
import type { PduOwner, TracedPdu, TraceMode } from '../domain/pdu-trace.ts';
import { bareOctets, withoutPassword } from '../wire/smpp/bare.ts';
import type { Pdu, PduDraft } from '../wire/smpp/pdu.ts';

export interface EsmeTraceParts {
  mode: TraceMode;
  clock: Pick<Clock, 'now'>;
  keep: (pdu: TracedPdu) => void;
}

/** Who is at the other end, as far as it is known. */
export interface Traced {
  user: { name: string; accountSid: string } | null;
  role: string;
  address: string;
}

type Seen = Pdu | PduDraft;

interface Taken {
  at: number;
  ours: boolean;
  pdu: Seen;
  octets: Buffer;
}

/** Without an answer; more than any session has under way. */
const MOST_OPEN = 2_000;

export class EsmeTrace {
  readonly #parts: EsmeTraceParts;
  readonly #who: () => Traced;
  readonly #open = new Map<string, Taken>();

  constructor(parts: EsmeTraceParts, who: () => Traced) {
    this.#parts = parts;
    this.#who = who;
  }

  /** Every PDU that was written or read. */
  seen(ours: boolean, pdu: Seen, octets: Buffer): void {
    const { mode, clock } = this.#parts;
    if (mode === 'off') return;
    // Octets are of a chunk that may be long.
    const taken = { at: clock.now(), ours, pdu, octets: Buffer.from(octets) };
    if (!pdu.command.endsWith('_resp') && pdu.command !== 'generic_nack') {
      const [oldest] = this.#open;
      if (this.#open.size >= MOST_OPEN && oldest) this.#unanswered(...oldest);
      this.#open.set(keyOf(ours, pdu), taken);
      return;
    }
    const asked = keyOf(!ours, pdu);
    const request = this.#open.get(asked);
    this.#open.delete(asked);
    const isFailure = (pdu.commandStatus ?? 0) !== 0 || pdu.command === 'generic_nack';
    if (mode === 'all' || isFailure) this.#hand(request ? [request, taken] : [taken]);
  }

  /** The connection is gone. */
  lost(): void {
    for (const one of this.#open) this.#unanswered(...one);
  }

  #unanswered(key: string, taken: Taken): void {
    this.#open.delete(key);
    // Both sides may end with an unbind that nobody answers.
    if (this.#parts.mode === 'all' || taken.pdu.command !== 'unbind') this.#hand([taken]);
  }

  #hand(taken: Taken[]): void {
    const { user, role, address } = this.#who();
    const connector = `smpp:${user?.name ?? 'unbound'}`;
    const owner = ownerOf(taken, user);
    for (const { at, ours, pdu, octets } of taken) {
      const shown = owner.kind === 'none' ? bareOctets(pdu, octets) : withoutPassword(pdu, octets);
      const kept = shown.toString('base64');
      this.#parts.keep({ at, connector, bind: `${connector} ${role}`, peer: address, ours, octets: kept, owner });
    }
  }
}

function keyOf(ours: boolean, { sequence }: Seen): string {
  return `${ours} ${sequence}`;
}

/** By the id that we gave it, in the answer to a submit or in a receipt. */
function ownerOf(taken: Taken[], user: Traced['user']): PduOwner {
  if (!user) return { kind: 'none' };
  for (const { ours, pdu } of taken) {
    const id =
      ours && pdu.command === 'submit_sm_resp' ? pdu.messageId : ours && 'tlvs' in pdu && pdu.tlvs?.receiptedMessageId;
    const messageSid = id ? sidOfPartId(id) : null;
    if (messageSid) return { kind: 'message', accountSid: user.accountSid, messageSid };
  }
  return { kind: 'none' };
}
