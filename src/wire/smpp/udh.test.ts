import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatElement, placeOf, placeOfSar, readUdh, writeUdh } from './udh.ts';

const hex = (text: string) => Buffer.from(text, 'hex');

describe('a user data header', () => {
  it('is read with all its elements, and the text begins behind it', () => {
    const udh = readUdh(hex('0b0003cc02010504158200000041'));
    expect(udh?.octets).toBe(12);
    expect(udh?.elements).toEqual([
      { id: 0, data: hex('cc0201') },
      { id: 5, data: hex('15820000') },
    ]);
    expect(placeOf(udh?.elements ?? [])).toEqual({ reference: 0xcc, total: 2, number: 1 });
    expect(readUdh(hex('00'))).toEqual({ elements: [], octets: 1 });
  });

  it.each(['', '05', '050003cc02', '020003', '0100', '0500 04cc020100'.replace(' ', '')])(
    'is none when it is %s',
    (octets) => {
      expect(readUdh(hex(octets))).toBeNull();
    },
  );

  it('comes back as it was written', () => {
    const element = fc.record({ id: fc.nat(255), data: fc.uint8Array({ maxLength: 30 }) });
    fc.assert(
      fc.property(fc.array(element, { maxLength: 7 }), (elements) => {
        const octets = writeUdh(elements);
        if (!octets) throw new Error('it fits');
        const read = readUdh(octets);
        expect(read?.octets).toBe(octets.length);
        expect(read?.elements.map(({ id, data }) => [id, ...data])).toEqual(
          elements.map(({ id, data }) => [id, ...data]),
        );
      }),
    );
  });

  it('is not written when a length octet cannot count it', () => {
    const data = new Uint8Array(200);
    expect(
      writeUdh([
        { id: 1, data },
        { id: 2, data },
      ]),
    ).toBeNull();
    expect(writeUdh([{ id: 1, data: new Uint8Array(256) }])).toBeNull();
  });
});

describe('the place of a part', () => {
  it('has 8 or 16 bits of reference; the last element that makes sense counts', () => {
    const place = { reference: 0x1234, total: 3, number: 2 };
    expect(placeOf([concatElement(place, 8)])).toEqual({ ...place, reference: 0x34 });
    expect(placeOf([concatElement(place, 16)])).toEqual(place);
    expect(placeOf([{ id: 0, data: hex('010203') }, concatElement(place, 16)])).toEqual(place);
    expect(placeOf([concatElement(place, 16), { id: 0, data: hex('010203') }])).toEqual(place);
  });

  it.each(['cc0000', 'cc0201ff', 'cc02', 'cc0203', 'cc0200'])('is nowhere for %s', (data) => {
    expect(placeOf([{ id: 0, data: hex(data) }])).toBeNull();
  });

  it('is given by the SAR parameters when all three are there', () => {
    const sar = { sarMsgRefNum: 500, sarTotalSegments: 2, sarSegmentSeqnum: 2 };
    expect(placeOfSar(sar)).toEqual({ reference: 500, total: 2, number: 2 });
    expect(placeOfSar({ ...sar, sarSegmentSeqnum: 3 })).toBeNull();
    expect(placeOfSar({ sarMsgRefNum: 500, sarTotalSegments: 2 })).toBeNull();
  });
});
