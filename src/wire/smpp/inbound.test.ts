import { describe, expect, it } from 'vitest';
import { INBOUND_STYLE, type InboundStyle, readInbound } from './inbound.ts';
import { type Draft, decode, encode } from './pdu.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const RECEIPT = 'id:1a2b sub:001 dlvrd:001 submit date:2611210830 done date:2611210831 stat:DELIVRD err:000 text:Hi';

function read(fields: Partial<Draft<'deliver_sm'>>, style: Partial<InboundStyle> = {}) {
  const encoded = encode({ sequence: 1, ...fields, command: 'deliver_sm' });
  const decoded = encoded.ok ? decode(encoded.bytes) : null;
  if (!decoded?.ok || decoded.pdu.command !== 'deliver_sm') throw new Error('it was not even written');
  return readInbound(decoded.pdu, { ...INBOUND_STYLE, ...style });
}

function partOf(fields: Partial<Draft<'deliver_sm'>>, style?: Partial<InboundStyle>) {
  const heard = read(fields, style);
  if (heard.kind !== 'part') throw new Error(`it was a ${heard.kind}`);
  const { octets, ...rest } = heard.part;
  return { ...rest, octets: Buffer.from(octets).toString('hex') };
}

const ALONE = { reference: 0, total: 1, number: 1 };

describe('an inbound text', () => {
  it('is number 1 of 1 when nothing says otherwise', () => {
    expect(partOf({ shortMessage: hex('48') })).toEqual({ ...ALONE, charset: 'GSM-7', octets: '48' });
    expect(partOf({})).toEqual({ ...ALONE, charset: 'GSM-7', octets: '' });
  });

  it('has its place from the header, else from the SAR parameters', () => {
    const shortMessage = hex('050003cc020148');
    const sar = { sarMsgRefNum: 500, sarTotalSegments: 3, sarSegmentSeqnum: 2 };
    const byHeader = { reference: 0xcc, total: 2, number: 1, charset: 'GSM-7', octets: '48' };
    expect(partOf({ esmClass: 0x40, shortMessage, tlvs: sar })).toEqual(byHeader);
    expect(partOf({ shortMessage: hex('48'), tlvs: sar })).toMatchObject({ reference: 500, total: 3, number: 2 });
    const ports = hex('06050415820000' + '48');
    expect(partOf({ esmClass: 0x40, shortMessage: ports, tlvs: sar })).toMatchObject({ reference: 500, octets: '48' });
  });

  it('is all text when its header makes no sense', () => {
    expect(partOf({ esmClass: 0x40, shortMessage: hex('ff4849') })).toMatchObject({ ...ALONE, octets: 'ff4849' });
  });

  it('may lie in message_payload, header and all', () => {
    const tlvs = { messagePayload: hex('050003cc020148') };
    expect(partOf({ esmClass: 0x40, tlvs })).toMatchObject({ reference: 0xcc, octets: '48' });
    expect(partOf({ shortMessage: hex('49'), tlvs })).toMatchObject({ ...ALONE, octets: '49' });
  });

  it('has the charset of its data_coding, by the settings of its carrier where they decide', () => {
    const shortMessage = hex('0041');
    const charset = (dataCoding: number, style?: Partial<InboundStyle>) =>
      partOf({ dataCoding, shortMessage }, style).charset;
    expect([0, 1, 3, 8, 4].map((dataCoding) => charset(dataCoding))).toEqual([
      ...['GSM-7', 'Latin-1', 'Latin-1', 'UCS-2', 'Latin-1'],
    ]);
    expect(charset(0, { defaultAlphabet: 'Latin-1' })).toBe('Latin-1');
    expect(charset(4, { binaryAs: 'UCS-2' })).toBe('UCS-2');
  });

  it('is UCS-2 for us when it came in Cyrillic', () => {
    expect(partOf({ dataCoding: 6, shortMessage: hex('bf') })).toMatchObject({ charset: 'UCS-2', octets: '041f' });
  });

  it('is unpacked behind its header when the carrier packs', () => {
    const style = { defaultAlphabet: 'GSM-7 packed' } as const;
    expect(partOf({ esmClass: 0x40, shortMessage: hex('050003cc020182') }, style)).toMatchObject({ octets: '41' });
    expect(partOf({ shortMessage: hex('e8329bfd4697d9ec37') }, style).octets).toBe('68656c6c6f68656c6c6f');
  });
});

describe('a receipt', () => {
  it('is told by its esm_class, whatever its coding', () => {
    const receipt = { id: '1a2b', state: 2, err: '000', doneDate: '2611210831' };
    const shortMessage = Buffer.from(RECEIPT, 'latin1');
    expect(read({ esmClass: 0x04, shortMessage })).toMatchObject({ kind: 'receipt', receipt });
    const wide = Buffer.from(RECEIPT, 'utf16le').swap16();
    expect(read({ esmClass: 0x04, dataCoding: 8, shortMessage: wide })).toMatchObject({ kind: 'receipt', receipt });
    const tlvs = { messagePayload: shortMessage };
    expect(read({ esmClass: 0x04, tlvs })).toMatchObject({ kind: 'receipt', receipt });
  });

  it('may be told by its text alone, where the carrier is known for that', () => {
    const shortMessage = Buffer.from(RECEIPT, 'latin1');
    expect(read({ shortMessage }).kind).toBe('part');
    expect(read({ shortMessage }, { receiptsByText: true }).kind).toBe('receipt');
    expect(read({ shortMessage: Buffer.from('my id:5, stat: fine') }, { receiptsByText: true }).kind).toBe('part');
  });

  it('has its id and state in parameters when there is no text', () => {
    const tlvs = { receiptedMessageId: 'A1', messageState: 5, networkErrorCode: { networkType: 3, code: 27 } };
    expect(read({ esmClass: 0x04, tlvs })).toMatchObject({ receipt: { id: 'A1', state: 5, err: '027' } });
  });

  it('is not what an acknowledgement or an intermediate notice is', () => {
    expect(read({ esmClass: 0x20 })).toEqual({ kind: 'ignored', what: 'intermediate' });
    expect(read({ esmClass: 0x08 })).toEqual({ kind: 'ignored', what: 'delivery-ack' });
    expect(read({ esmClass: 0x10 })).toEqual({ kind: 'ignored', what: 'user-ack' });
  });
});
