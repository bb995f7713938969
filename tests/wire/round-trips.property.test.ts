/** What is written is read again, octet for octet, whatever the PDU and however the stream is cut. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSplitter } from '../../src/wire/smpp/framing.ts';
import { decode, encode, type Pdu } from '../../src/wire/smpp/pdu.ts';
import { anyPdu, COMMANDS, pduOf, plain } from './arbitrary-pdu.ts';

const FULL = process.env.PIDGE_TEST_LANE === 'full';

function write(pdu: Pdu): Buffer {
  const encoded = encode(pdu);
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}

describe('a PDU', () => {
  it.each(COMMANDS)('%s comes back as it was written, with the length it says', (command) => {
    fc.assert(
      fc.property(pduOf(command), (pdu) => {
        const bytes = write(pdu);
        expect(bytes.readUInt32BE(0)).toBe(bytes.length);
        const decoded = decode(bytes);
        if (!decoded.ok) throw new Error(decoded.reason);
        expect(plain(decoded.pdu)).toEqual(plain(pdu));
        expect(write(decoded.pdu).equals(bytes)).toBe(true);
      }),
      { numRuns: FULL ? 10_000 : 150 },
    );
  });

  it('is refused or read, and never thrown over, wherever it is cut off', () => {
    fc.assert(
      fc.property(anyPdu, fc.nat(), (pdu, place) => {
        const whole = write(pdu);
        const cut = Buffer.from(whole.subarray(0, 16 + (place % Math.max(1, whole.length - 15))));
        cut.writeUInt32BE(cut.length, 0);
        const decoded = decode(cut);
        if (!decoded.ok) {
          expect(decoded).toMatchObject({ sequence: pdu.sequence, command: pdu.command });
          expect(decoded.commandStatus).toBeGreaterThan(0);
        }
      }),
      { numRuns: FULL ? 100_000 : 1_000 },
    );
  });
});

describe('a stream', () => {
  it('gives the same PDUs however it is cut into chunks', () => {
    const cuts = fc.array(fc.nat(400), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(anyPdu, { maxLength: 6 }), cuts, (pdus, sizes) => {
        const frames = pdus.map(write);
        const stream = Buffer.concat(frames);
        const splitter = new FrameSplitter();
        const heard: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn += 1) {
          const end = at + Math.max(1, sizes[turn % sizes.length] ?? 1);
          const { frames: some, fault } = splitter.push(stream.subarray(at, end));
          expect(fault).toBeNull();
          heard.push(...some);
          at = end;
        }
        expect(heard.map((frame) => frame.toString('hex'))).toEqual(frames.map((frame) => frame.toString('hex')));
        expect(splitter.waitingOctets).toBe(0);
      }),
      { numRuns: FULL ? 10_000 : 150 },
    );
  });
});
