/**
 * One connection to a carrier: octets in, PDUs out, and back. It reads no meaning. What it holds is bounded: a PDU that
 * is not whole yet (framing.ts), and what the carrier does not read, beyond which it is taken for dead.
 */
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { FrameSplitter } from '../../wire/smpp/framing.ts';
import { decode, encode, type Pdu, type PduDraft, type Undecodable } from '../../wire/smpp/pdu.ts';
import type { SmppSettings } from './settings.ts';

export interface ConnectionEvents {
  opened(): void;
  pdu(pdu: Pdu): void;
  /** Every PDU that was written or read, with its octets, which are only lent. */
  seen?(ours: boolean, pdu: Pdu | PduDraft, octets: Buffer): void;
  undecodable(one: Undecodable): void;
  /** What could not be taken before may be written now. */
  drained(): void;
  /** Once, also after `close`. */
  closed(why: string): void;
}

/** Answers that a carrier does not read pile up to here. */
const MOST_UNREAD_OCTETS = 1_048_576;

export class Connection {
  readonly #socket: Socket;
  readonly #splitter = new FrameSplitter();
  readonly #events: ConnectionEvents;
  #isOver = false;
  #isPaused = false;
  /** Octets heard so far: whether it grows tells a live peer from a dead one. */
  heardOctets = 0;

  constructor({ host, port, tls }: Pick<SmppSettings, 'host' | 'port' | 'tls'>, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = tls
      ? connectTls({
          host,
          port,
          // An address is no server name (RFC 6066); the certificate is held against it all the same.
          servername: tls.serverName ?? (isIP(host) ? undefined : host),
          rejectUnauthorized: true,
          ...(tls.ca !== undefined && { ca: tls.ca }),
        })
      : connect({ host, port });
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.once(tls ? 'secureConnect' : 'connect', () => {
      if (!this.#isOver) events.opened();
    });
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('drain', () => {
      if (!this.#isOver) events.drained();
    });
    socket.on('error', (error) => this.close(error.message));
    socket.on('end', () => this.close('the carrier closed the connection'));
    socket.on('close', () => this.close('the connection was closed'));
  }

  /** Whether octets written now would be taken at once. */
  get isClear(): boolean {
    return !this.#isOver && !this.#socket.writableNeedDrain;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** `false`: nothing of it was written. The reason is a bug or a setting no PDU can hold. */
  write(draft: PduDraft): boolean {
    if (this.#isOver) return false;
    const encoded = encode(draft);
    if (!encoded.ok) return false;
    this.#hold();
    this.#socket.write(encoded.bytes);
    this.#events.seen?.(true, draft, encoded.bytes);
    if (this.#socket.writableLength > MOST_UNREAD_OCTETS) this.close('the carrier reads nothing');
    return true;
  }

  /** Nothing more is read, so that the carrier's own writes come to a halt. */
  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** What was written is flushed if the peer takes it; nothing more is heard. */
  close(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket.destroySoon();
    // A peer that does not read would keep the descriptor for ever.
    this.#socket.setTimeout(1_000, () => this.#socket.destroy());
    this.#socket.pause();
    this.#events.closed(why);
  }

  /** At once, whatever is still unread. */
  destroy(why: string): void {
    this.#socket.destroy();
    this.close(why);
  }

  /** What is written in one turn leaves in one call: a call costs more than a PDU does. */
  #hold(): void {
    if (this.#socket.writableCorked > 0) return;
    this.#socket.cork();
    queueMicrotask(() => this.#socket.uncork());
  }

  #read(chunk: Buffer): void {
    if (this.#isOver) return;
    this.heardOctets += chunk.length;
    const { frames, fault } = this.#splitter.push(chunk);
    for (const frame of frames) {
      if (this.#isOver) return;
      const decoded = decode(frame);
      if (decoded.ok) {
        this.#events.seen?.(false, decoded.pdu, frame);
        this.#events.pdu(decoded.pdu);
      } else this.#events.undecodable(decoded);
    }
    if (fault === null || this.#isOver) return;
    this.#events.undecodable(fault);
    this.close(fault.reason);
  }
}
