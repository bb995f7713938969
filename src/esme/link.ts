/**
 * One connection from an ESME: octets in, PDUs out, and back. It reads no meaning. What it holds is bounded: a PDU that
 * is not whole yet (framing.ts); what its session has not worked off, while which nothing is read; and what the ESME
 * does not read, while which nothing is read either.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { FrameSplitter } from '../wire/smpp/framing.ts';
import { decode, encode, type Pdu, type PduDraft, type Undecodable } from '../wire/smpp/pdu.ts';

export interface LinkEvents {
  pdu(pdu: Pdu, octets: number): void;
  undecodable(one: Undecodable): void;
  /** Every PDU that was written or read. */
  seen?(ours: boolean, pdu: Pdu | PduDraft, octets: Buffer): void;
  /** Once. */
  closed(why: string): void;
}

/** What is written goes out within this time, or with the connection. */
const FLUSH_MS = 1_000;
/** More than the answers to everything that may be under way: who lets that pile up is not there. */
const MOST_UNREAD_OCTETS = 4_194_304;

export class Link {
  readonly address: string;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #splitter = new FrameSplitter();
  #events: LinkEvents | null = null;
  #isOver = false;
  #isHeld = false;
  /** Grows while the peer is alive. */
  heardOctets = 0;

  constructor(socket: Socket, clock: Clock) {
    this.#socket = socket;
    this.#clock = clock;
    this.address = socket.remoteAddress ?? '';
    socket.setNoDelay(true);
    socket.on('error', (error) => this.close(error.message));
    socket.on('end', () => this.close('the ESME closed the connection'));
    socket.on('close', () => this.close('the connection was closed'));
    socket.on('drain', () => this.#turn());
  }

  /** Nothing is read before somebody listens. */
  listen(events: LinkEvents): void {
    this.#events = events;
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
  }

  get isOpen(): boolean {
    return !this.#isOver;
  }

  /** Whether nothing is read for now. */
  get isPaused(): boolean {
    return this.#socket.isPaused();
  }

  /** While held nothing is read, so that the ESME's own writes come to a halt. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    this.#turn();
  }

  /** `false`: nothing of it was written. */
  write(draft: PduDraft): boolean {
    if (this.#isOver) return false;
    const encoded = encode(draft);
    if (!encoded.ok) return false;
    this.#socket.write(encoded.bytes);
    this.#events?.seen?.(true, draft, encoded.bytes);
    if (this.#socket.writableLength > MOST_UNREAD_OCTETS) this.destroy('the ESME reads nothing');
    else this.#turn();
    return true;
  }

  /** What was written is flushed if the peer takes it; nothing more is heard. */
  close(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroySoon();
    // A peer that does not read would keep the descriptor for ever.
    const cancel = this.#clock.after(FLUSH_MS, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
    this.#socket.pause();
    this.#events?.closed(why);
  }

  /** At once, whatever is still unread. */
  destroy(why: string): void {
    this.#socket.destroy();
    this.close(why);
  }

  #turn(): void {
    if (this.#isOver || this.#events === null) return;
    const rests = this.#isHeld || this.#socket.writableNeedDrain;
    if (rests && !this.#socket.isPaused()) this.#socket.pause();
    else if (!rests && this.#socket.isPaused()) this.#socket.resume();
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.heardOctets += chunk.length;
    const { frames, fault } = this.#splitter.push(chunk);
    for (const frame of frames) {
      if (this.#isOver) return;
      const decoded = decode(frame);
      if (!decoded.ok) this.#events?.undecodable(decoded);
      else {
        this.#events?.seen?.(false, decoded.pdu, frame);
        this.#events?.pdu(decoded.pdu, frame.length);
      }
    }
    if (fault === null || this.#isOver) return;
    this.#events?.undecodable(fault);
    this.close(fault.reason);
  }
}
