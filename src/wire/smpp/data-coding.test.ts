import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeGsm7 } from '../../domain/encoding.ts';
import {
  decodeText,
  decodeUcs2,
  encodeLatin1,
  encodeUcs2,
  fillBits,
  packSeptets,
  readDataCoding,
  readEsmClass,
  unpackSeptets,
} from './data-coding.ts';

const hexOf = (octets: Uint8Array) => Buffer.from(octets).toString('hex');
const septets = (text: string) => Uint8Array.from(encodeGsm7(text));
const charsetOf = (dataCoding: number) => readDataCoding(dataCoding).charset;

describe('data_coding', () => {
  it("names SMPP's own codings", () => {
    expect([0, 1, 2, 3, 4, 6, 7, 8, 9].map(charsetOf)).toEqual([
      ...['default', 'ASCII', 'binary', 'Latin-1', 'binary'],
      ...['iso-8859-5', 'iso-8859-8', 'UCS-2', 'binary'],
    ]);
  });

  it('follows the groups of GSM above them: alphabet, class, compression', () => {
    expect(readDataCoding(0x10)).toEqual({ charset: 'default', messageClass: 0, waiting: null });
    expect(readDataCoding(0x18)).toEqual({ charset: 'UCS-2', messageClass: 0, waiting: null });
    expect(readDataCoding(0x15)).toEqual({ charset: 'binary', messageClass: 1, waiting: null });
    expect(readDataCoding(0x30)).toMatchObject({ charset: 'binary', messageClass: 0 });
    expect(readDataCoding(0x44)).toMatchObject({ charset: 'binary', messageClass: null });
    expect(readDataCoding(0xf0)).toEqual({ charset: 'default', messageClass: 0, waiting: null });
    expect(readDataCoding(0xf6)).toEqual({ charset: 'binary', messageClass: 2, waiting: null });
    expect(readDataCoding(0x80).charset).toBe('binary');
  });

  it('knows what waits', () => {
    const waiting = (dataCoding: number) => readDataCoding(dataCoding).waiting;
    expect(waiting(0xc8)).toEqual({ active: true, kind: 'voicemail', discard: true });
    expect(waiting(0xd1)).toEqual({ active: false, kind: 'fax', discard: false });
    expect(readDataCoding(0xea)).toMatchObject({ charset: 'UCS-2', waiting: { active: true, kind: 'email' } });
  });
});

describe('esm_class', () => {
  it('says what a deliver_sm is, and whether a header comes first', () => {
    expect(readEsmClass(0x00)).toEqual({ kind: 'message', udhi: false, replyPath: false });
    expect(readEsmClass(0x43)).toEqual({ kind: 'message', udhi: true, replyPath: false });
    expect(readEsmClass(0x84)).toEqual({ kind: 'receipt', udhi: false, replyPath: true });
    expect([0x08, 0x10, 0x18, 0x20, 0x0c].map((octet) => readEsmClass(octet).kind)).toEqual([
      ...['delivery-ack', 'user-ack', 'conversation-abort', 'intermediate', 'reserved'],
    ]);
  });
});

describe('packed septets', () => {
  it('are the known octets', () => {
    expect(hexOf(packSeptets(septets('hellohello')))).toBe('e8329bfd4697d9ec37');
    expect(hexOf(packSeptets(septets('')))).toBe('');
    // Behind a header of six octets one bit is left empty.
    expect(fillBits(6)).toBe(1);
    expect(hexOf(packSeptets(septets('A'), 1))).toBe('82');
    expect([0, 7, 5, 4].map(fillBits)).toEqual([0, 0, 2, 3]);
  });

  it('come back from their octets behind any header', () => {
    const some = fc.uint8Array({ max: 0x7f, maxLength: 160 });
    fc.assert(
      fc.property(some, fc.nat(139), (text, headerOctets) => {
        const fill = fillBits(headerOctets);
        expect((headerOctets * 8 + fill) % 7).toBe(0);
        expect([...unpackSeptets(packSeptets(text, fill), fill, text.length)]).toEqual([...text]);
        // Without the count all is the same but for one @ at the end, which looks like padding.
        const counted = [...unpackSeptets(packSeptets(text, fill), fill)];
        if (text.at(-1) !== 0) expect(counted).toEqual([...text]);
      }),
    );
  });
});

describe('texts', () => {
  it('come back from UTF-16BE unit by unit, halves of pairs included', () => {
    expect(hexOf(encodeUcs2('a€😀'))).toBe('006120acd83dde00');
    const units = fc.array(fc.nat(0xffff), { maxLength: 70 }).map((codes) => String.fromCharCode(...codes));
    fc.assert(fc.property(units, (text) => decodeUcs2(encodeUcs2(text)) === text));
    expect(decodeUcs2(Uint8Array.of(0, 0x61, 0))).toBe('a');
  });

  it('are Latin-1 when every character is', () => {
    expect(hexOf(encodeLatin1('ça') ?? new Uint8Array())).toBe('e761');
    expect(encodeLatin1('€')).toBeNull();
  });

  it('are read by their coding, and by what the carrier means by its default', () => {
    const at = Uint8Array.of(0x40, 0x00);
    expect(decodeText(at, 'default')).toBe('¡@');
    expect(decodeText(at, 'default', 'Latin-1')).toBe('@\0');
    expect(decodeText(packSeptets(septets('hellohello')), 'default', 'GSM-7 packed')).toBe('hellohello');
    expect(decodeText(Uint8Array.of(0xbf, 0xe0, 0xd8), 'iso-8859-5')).toBe('Пр\u0438');
    expect(decodeText(Uint8Array.of(0x00, 0x41), 'UCS-2')).toBe('A');
  });
});
