/**
 * A stream of bytes, in chunks of any size, to whole PDUs (SMPP 3.4, 3.2: each begins with its length).
 *
 * PDUs that lie whole in a chunk are views of it. One that is cut is gathered in a Buffer of its own, made when its
 * length is known and found good, so nothing is copied twice and a stream holds `MAX_PDU_OCTETS` at most, however
 * slowly it drips.
 */
import { ESME } from './codes.ts';
import { HEADER_OCTETS, MAX_PDU_OCTETS, type Undecodable } from './pdu.ts';

const LENGTH_OCTETS = 4;

export interface Framed {
  /** Whole PDUs, in order. */
  frames: Buffer[];
  /** The stream is out of step for good: answer and close. */
  fault: Undecodable | null;
}

export class FrameSplitter {
  /** Of the PDU under way: its first octets while its length is not known, then all of it. */
  #partial: Buffer | null = null;
  #filled = 0;
  #fault: Undecodable | null = null;

  /** Octets that wait for the rest of their PDU. */
  get waitingOctets(): number {
    return this.#filled;
  }

  /** What a chunk completes. After a fault nothing more comes, and the fault again each time. */
  push(chunk: Buffer): Framed {
    const frames: Buffer[] = [];
    let at = 0;
    while (this.#fault === null && at < chunk.length) {
      if (this.#partial !== null) {
        at += this.#fill(this.#partial, chunk, at, frames);
        continue;
      }
      const left = chunk.length - at;
      if (left < LENGTH_OCTETS) {
        this.#begin(LENGTH_OCTETS, chunk, at);
        break;
      }
      const length = chunk.readUInt32BE(at);
      if (!this.#isGood(length, chunk.subarray(at))) break;
      if (left < length) {
        this.#begin(length, chunk, at);
        break;
      }
      frames.push(chunk.subarray(at, at + length));
      at += length;
    }
    return { frames, fault: this.#fault };
  }

  #begin(size: number, chunk: Buffer, at: number): void {
    this.#partial = Buffer.allocUnsafeSlow(size);
    this.#filled = chunk.copy(this.#partial, 0, at);
  }

  /** Takes what the PDU under way still wants; answers how many octets that were. */
  #fill(partial: Buffer, chunk: Buffer, at: number, frames: Buffer[]): number {
    const taken = chunk.copy(partial, this.#filled, at, at + partial.length - this.#filled);
    this.#filled += taken;
    if (this.#filled < partial.length) return taken;
    if (partial.length > LENGTH_OCTETS) {
      frames.push(partial);
      this.#partial = null;
      this.#filled = 0;
      return taken;
    }
    const length = partial.readUInt32BE(0);
    if (this.#isGood(length, Buffer.concat([partial, chunk.subarray(at + taken, at + taken + HEADER_OCTETS)]))) {
      this.#begin(length, partial, 0);
    }
    return taken;
  }

  #isGood(length: number, from: Buffer): boolean {
    if (length >= HEADER_OCTETS && length <= MAX_PDU_OCTETS) return true;
    this.#fault = {
      ok: false,
      reason: `command_length is ${length}; ${HEADER_OCTETS} to ${MAX_PDU_OCTETS} can be`,
      commandStatus: ESME.ESME_RINVCMDLEN,
      // A length that is wrong is followed by a header all the same, as a rule.
      sequence: from.length >= HEADER_OCTETS ? from.readUInt32BE(12) : 0,
      commandId: 0,
      command: null,
    };
    this.#partial = null;
    this.#filled = 0;
    return false;
  }
}
