import { describe, expect, it } from 'vitest';
import { ESME } from './codes.ts';
import { FrameSplitter } from './framing.ts';
import { encode, MAX_PDU_OCTETS } from './pdu.ts';

function link(sequence: number): Buffer {
  const encoded = encode({ command: 'enquire_link', sequence });
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}

/** A header with a length of its own choosing. */
function saying(length: number, sequence = 9): Buffer {
  const bytes = link(sequence);
  bytes.writeUInt32BE(length, 0);
  return bytes;
}

const hexOf = (frames: Buffer[]) => frames.map((frame) => frame.toString('hex'));

describe('the splitter', () => {
  it('finds all PDUs of one chunk without copying them', () => {
    const chunk = Buffer.concat([link(1), link(2), link(3)]);
    const { frames, fault } = new FrameSplitter().push(chunk);
    expect(fault).toBeNull();
    expect(hexOf(frames)).toEqual(hexOf([link(1), link(2), link(3)]));
    expect(frames.every((frame) => frame.buffer === chunk.buffer)).toBe(true);
  });

  it('waits for the rest of a half PDU, octet by octet if it must', () => {
    const splitter = new FrameSplitter();
    const stream = Buffer.concat([link(1), link(2)]);
    const heard = [...stream].flatMap((octet) => splitter.push(Buffer.of(octet)).frames);
    expect(hexOf(heard)).toEqual(hexOf([link(1), link(2)]));
    expect(splitter.waitingOctets).toBe(0);
    expect(splitter.push(Buffer.alloc(0))).toEqual({ frames: [], fault: null });
  });

  it('hands out a cut PDU that does not change when the chunk is used again', () => {
    const splitter = new FrameSplitter();
    const chunk = link(5);
    splitter.push(chunk.subarray(0, 7));
    const [frame] = splitter.push(chunk.subarray(7)).frames;
    chunk.fill(0xff);
    expect(frame?.toString('hex')).toBe(link(5).toString('hex'));
  });

  it.each([0, 1, 15, MAX_PDU_OCTETS + 1, 2 ** 31 - 1, 2 ** 32 - 1])(
    'ends at a length of %i, at once and for good',
    (length) => {
      const splitter = new FrameSplitter();
      const { frames, fault } = splitter.push(Buffer.concat([link(1), saying(length)]));
      expect(hexOf(frames)).toEqual(hexOf([link(1)]));
      expect(fault).toMatchObject({ commandStatus: ESME.ESME_RINVCMDLEN, sequence: 9, command: null });
      expect(splitter.push(link(2))).toEqual({ frames: [], fault });
      expect(splitter.waitingOctets).toBe(0);
    },
  );

  it('ends as soon as the length is there, with the sequence when that came along', () => {
    const alone = new FrameSplitter();
    alone.push(saying(5).subarray(0, 3));
    expect(alone.push(saying(5).subarray(3, 4)).fault?.sequence).toBe(0);
    const together = new FrameSplitter();
    together.push(saying(5).subarray(0, 3));
    expect(together.push(saying(5).subarray(3)).fault?.sequence).toBe(9);
  });

  it('waits for the longest PDU there may be and for no more', () => {
    const splitter = new FrameSplitter();
    splitter.push(saying(MAX_PDU_OCTETS));
    splitter.push(Buffer.alloc(MAX_PDU_OCTETS - 17));
    expect(splitter.waitingOctets).toBe(MAX_PDU_OCTETS - 1);
    const { frames } = splitter.push(Buffer.concat([Buffer.alloc(1), link(2)]));
    expect(frames.map((frame) => frame.length)).toEqual([MAX_PDU_OCTETS, 16]);
  });
});
