import { describe, expect, it } from 'vitest';
import { ESME } from './codes.ts';
import { answerToUndecodable, type Decoded, decode, encode, type Pdu, type PduDraft, readHeader } from './pdu.ts';

const hex = (text: string) => Buffer.from(text.replace(/\s/g, ''), 'hex');
const ascii = (text: string) => Buffer.from(text, 'latin1');

function written(draft: PduDraft): string {
  const encoded = encode(draft);
  return encoded.ok ? encoded.bytes.toString('hex') : encoded.reason;
}

function read(bytes: Buffer): Pdu {
  const decoded = decode(bytes);
  if (!decoded.ok) throw new Error(decoded.reason);
  return decoded.pdu;
}

function refused(bytes: Buffer): Exclude<Decoded, { ok: true }> {
  const decoded = decode(bytes);
  if (decoded.ok) throw new Error('it was read');
  return decoded;
}

/** A PDU of these octets behind a header that is right. */
function framed(commandId: number, body: Buffer | string, { commandStatus = 0, sequence = 7 } = {}): Buffer {
  const octets = typeof body === 'string' ? hex(body) : body;
  const header = Buffer.alloc(16);
  const words = [16 + octets.length, commandId, commandStatus, sequence];
  for (const [at, value] of words.entries()) header.writeUInt32BE(value, 4 * at);
  return Buffer.concat([header, octets]);
}

/** The sample PDU of the specification's chapter on encoding. */
const BIND = hex(`0000002f 00000002 00000000 00000001
  534d50503354455354 00 7365637265743038 00 5355424d495431 00 00 01 01 00`);

const SUBMIT = hex(`0000003c 00000004 00000000 00000005 00
  01 01 313230323535353031303000 01 01 313331323535353031393900
  00 00 00 00 00 01 00 00 00 05 48656c6c6f`);

describe('known octets', () => {
  it("are those of the specification's bind_transmitter", () => {
    const fields = { systemId: 'SMPP3TEST', password: 'secret08', systemType: 'SUBMIT1', addrTon: 1, addrNpi: 1 };
    expect(written({ command: 'bind_transmitter', sequence: 1, ...fields })).toBe(BIND.toString('hex'));
    expect(read(BIND)).toEqual({
      command: 'bind_transmitter',
      commandStatus: 0,
      sequence: 1,
      tlvs: {},
      ...fields,
      interfaceVersion: 0,
      addressRange: '',
    });
  });

  it('are those of a submit_sm', () => {
    const draft = {
      command: 'submit_sm',
      sequence: 5,
      sourceAddrTon: 1,
      sourceAddrNpi: 1,
      sourceAddr: '12025550100',
      destAddrTon: 1,
      destAddrNpi: 1,
      destinationAddr: '13125550199',
      registeredDelivery: 1,
      shortMessage: ascii('Hello'),
    } as const;
    expect(written(draft)).toBe(SUBMIT.toString('hex'));
    expect(read(SUBMIT)).toMatchObject(draft);
  });

  it('are those of optional parameters, in the order of the draft, unknown ones as bytes', () => {
    const body = `313000 00070001 04 001e0003 613100 1400 0002 beef 04230003 03 0022 0381 0006 01 01 01 313233`;
    const bytes = framed(0x80000103, body);
    const pdu = read(bytes);
    expect(pdu).toMatchObject({
      command: 'data_sm_resp',
      messageId: '10',
      tlvs: {
        destBearerType: 4,
        receiptedMessageId: 'a1',
        networkErrorCode: { networkType: 3, code: 0x22 },
        callbackNum: [{ digitMode: 1, ton: 1, npi: 1, digits: '123' }],
        others: [{ tag: 0x1400, value: hex('beef') }],
      },
    });
    expect(written(pdu)).toBe(bytes.toString('hex'));
  });

  it('are those of a submit_multi to a number and a list, and of who was not reached', () => {
    const destinations = [
      { kind: 'address', ton: 1, npi: 1, addr: '44' },
      { kind: 'list', name: 'us' },
    ] as const;
    const multi = framed(0x21, `00 00 00 00 02 01 01 01 343400 02 757300 000000 00 00 00 00 00 00 00`);
    expect(read(multi)).toMatchObject({ command: 'submit_multi', destinations });
    expect(written({ command: 'submit_multi', sequence: 7, destinations: [...destinations] })).toBe(
      multi.toString('hex'),
    );
    const failures = [{ ton: 1, npi: 1, addr: '44', commandStatus: ESME.ESME_RINVDSTADR }];
    const answer = framed(0x80000021, '3900 01 01 01 343400 0000000b');
    expect(read(answer)).toMatchObject({ command: 'submit_multi_resp', messageId: '9', failures });
    expect(written({ command: 'submit_multi_resp', sequence: 7, messageId: '9', failures })).toBe(
      answer.toString('hex'),
    );
  });

  it('are sixteen for a PDU without a body', () => {
    expect(written({ command: 'enquire_link', sequence: 0x7fffffff })).toBe('0000001000000015000000007fffffff');
    expect(written({ command: 'generic_nack', sequence: 0, commandStatus: 3 })).toBe(
      '00000010800000000000000300000000',
    );
  });
});

describe('optional parameters', () => {
  it('are told apart when they are absent and when they are empty', () => {
    const absent = read(framed(0x80000004, '3100'));
    const empty = read(framed(0x80000004, '3100 04240000 130c0000'));
    expect('messagePayload' in absent.tlvs).toBe(false);
    expect(empty.tlvs.messagePayload).toHaveLength(0);
    expect(empty.tlvs.alertOnMessageDelivery).toHaveLength(0);
    expect(written(empty)).toHaveLength(2 * (16 + 2 + 8));
  });

  it('with a length their tag cannot have, or come twice, are kept as bytes', () => {
    const { tlvs } = read(framed(0x80000004, '3100 04270002 0002 04270001 02 04270001 05'));
    expect(tlvs).toEqual({
      messageState: 2,
      others: [
        { tag: 0x0427, value: hex('0002') },
        { tag: 0x0427, value: hex('05') },
      ],
    });
  });

  it('that are texts may lack their NUL, or have several', () => {
    expect(read(framed(0x80000004, '3100 001e0003 414243')).tlvs.receiptedMessageId).toBe('ABC');
    expect(read(framed(0x80000004, '3100 001e0005 4142430000')).tlvs.receiptedMessageId).toBe('ABC');
  });

  it('that reach past the end are refused; up to three NULs behind the last are padding', () => {
    const past = refused(framed(0x5, Buffer.concat([SUBMIT.subarray(16), hex('0424 0009 00')])));
    expect(past).toMatchObject({ commandStatus: ESME.ESME_RINVOPTPARSTREAM, sequence: 7, command: 'deliver_sm' });
    expect(refused(framed(0x80000004, '3100 000001')).commandStatus).toBe(ESME.ESME_RINVOPTPARSTREAM);
    expect(read(framed(0x80000004, '3100 000000')).tlvs).toEqual({});
  });
});

describe('what cannot be read', () => {
  it('is refused with the status of the field that is wrong', () => {
    const without = (octets: number) => framed(0x4, SUBMIT.subarray(16, SUBMIT.length - octets));
    expect(refused(without(1))).toMatchObject({
      reason: 'shortMessage says 5 octets where 4 are left',
      commandStatus: 1,
    });
    expect(refused(without(20)).reason).toBe('destinationAddr has no NUL before the PDU ends');
    expect(refused(without(20)).commandStatus).toBe(ESME.ESME_RINVDSTADR);
    expect(refused(framed(0x4, `00 01 01 ${'31'.repeat(80)} 00`))).toMatchObject({
      reason: 'sourceAddr has no NUL within 65 octets',
      commandStatus: ESME.ESME_RINVSRCADR,
    });
    expect(refused(framed(0x15 + 0xc, '00000000 03 00')).commandStatus).toBe(ESME.ESME_RINVDESTFLAG);
    expect(refused(framed(0x21, '00000000 02 0101')).reason).toMatch(/^destinations /);
  });

  it('is a fault of its length when the header does not say what came', () => {
    const bytes = Buffer.from(SUBMIT);
    bytes.writeUInt32BE(SUBMIT.length + 1, 0);
    expect(refused(bytes)).toMatchObject({ commandStatus: ESME.ESME_RINVCMDLEN, sequence: 5 });
    expect(refused(Buffer.alloc(3))).toMatchObject({ commandStatus: ESME.ESME_RINVCMDLEN, sequence: 0 });
  });

  it('is answered with the response of its request, with generic_nack when none is known, and a response never', () => {
    const unknown = refused(framed(0x00010203, ''));
    expect(unknown).toMatchObject({ commandStatus: ESME.ESME_RINVCMDID, command: null, commandId: 0x10203 });
    expect(answerToUndecodable(unknown)).toEqual({ command: 'generic_nack', commandStatus: 3, sequence: 7 });
    const known = refused(framed(0x4, ''));
    expect(answerToUndecodable(known)).toEqual({ command: 'submit_sm_resp', commandStatus: 0x15, sequence: 7 });
    expect(answerToUndecodable(refused(framed(0x102, '')))).toMatchObject({ command: 'generic_nack' });
    expect(answerToUndecodable(refused(framed(0x80000021, '3900 05')))).toBeNull();
    expect(answerToUndecodable(refused(framed(0x80000999, '')))).toBeNull();
  });

  it('still has its header', () => {
    expect(readHeader(framed(0x80000004, '31', { commandStatus: 0x58, sequence: 9 }))).toEqual({
      length: 17,
      commandId: 0x80000004,
      command: 'submit_sm_resp',
      commandStatus: 0x58,
      sequence: 9,
    });
  });
});

describe('a response without its body, or half of it', () => {
  it('is read with empty fields, whether it refuses or not', () => {
    expect(read(framed(0x80000004, '', { commandStatus: 8 }))).toMatchObject({ commandStatus: 8, messageId: '' });
    expect(read(framed(0x80000021, ''))).toMatchObject({ commandStatus: 0, messageId: '', failures: [] });
  });

  it('is read as far as it goes: the NUL of its id or its last fields may be missing', () => {
    expect(read(framed(0x80000004, '3132'))).toMatchObject({ messageId: '12' });
    expect(read(framed(0x80000021, '3900'))).toMatchObject({ messageId: '9', failures: [] });
    expect(read(framed(0x80000003, '3900 00 02'))).toMatchObject({ messageId: '9', messageState: 2, errorCode: 0 });
    expect(read(framed(0x80000004, '31'.repeat(255)))).toMatchObject({ messageId: '1'.repeat(255) });
    for (const octets of [256, 300]) {
      expect(refused(framed(0x80000004, '31'.repeat(octets))).commandStatus).toBe(ESME.ESME_RINVMSGID);
    }
    expect(refused(framed(0x4, '31')).reason).toBe('serviceType has no NUL before the PDU ends');
  });

  it('is a refusal whatever is broken in a body that it has no need of', () => {
    const refusal = { commandStatus: 0x58, messageId: '', tlvs: {} };
    expect(read(framed(0x80000004, '31'.repeat(300), { commandStatus: 0x58 }))).toMatchObject(refusal);
    expect(read(framed(0x80000004, '3100 0424 ffff', { commandStatus: 0x58 }))).toMatchObject(refusal);
  });

  it('is written when it refuses and says nothing more', () => {
    expect(written({ command: 'submit_sm_resp', sequence: 7, commandStatus: 8 })).toHaveLength(32);
    expect(written({ command: 'submit_sm_resp', sequence: 7 })).toHaveLength(34);
    const tlvs = { additionalStatusInfoText: 'no' };
    expect(written({ command: 'data_sm_resp', sequence: 7, commandStatus: 8, tlvs })).toHaveLength(2 * (16 + 1 + 7));
  });
});

describe('what cannot be written', () => {
  it('is named', () => {
    const cases: [PduDraft, string][] = [
      [{ command: 'submit_sm', sequence: 1, sourceAddr: '1'.repeat(65) }, 'sourceAddr'],
      [{ command: 'submit_sm', sequence: 1, sourceAddr: 'a\0b' }, 'sourceAddr'],
      [{ command: 'submit_sm', sequence: 1, sourceAddr: '€' }, 'sourceAddr'],
      [{ command: 'submit_sm', sequence: 1, dataCoding: 256 }, 'dataCoding'],
      [{ command: 'submit_sm', sequence: 1, esmClass: 0.5 }, 'esmClass'],
      [{ command: 'submit_sm', sequence: 1, shortMessage: new Uint8Array(256) }, 'shortMessage'],
      [{ command: 'submit_sm', sequence: -1 }, 'sequence'],
      [{ command: 'submit_sm', sequence: 1, tlvs: { sarMsgRefNum: 70_000 } }, 'sarMsgRefNum'],
      [{ command: 'submit_sm', sequence: 1, tlvs: { messagePayload: new Uint8Array(65_536) } }, 'messagePayload'],
      [{ command: 'submit_sm', sequence: 1, tlvs: { others: [{ tag: -1, value: hex('') }] } }, 'others'],
      [{ command: 'submit_multi', sequence: 1, destinations: [{ kind: 'list', name: '\u0100' }] }, 'destinations'],
      [{ command: 'nonsense', sequence: 1 } as unknown as PduDraft, 'command'],
    ];
    for (const [draft, field] of cases) expect(encode(draft)).toMatchObject({ ok: false, field });
  });

  it('is a PDU of more than 70 000 octets, while one full payload fits', () => {
    const messagePayload = new Uint8Array(65_535);
    const full = encode({ command: 'submit_sm', sequence: 1, tlvs: { messagePayload } });
    expect(full.ok && decode(full.bytes).ok).toBe(true);
    const others = [{ tag: 0x1400, value: new Uint8Array(5_000) }];
    const tooMuch = encode({ command: 'submit_sm', sequence: 1, tlvs: { messagePayload, others } });
    expect(tooMuch).toMatchObject({ ok: false, field: 'command_length' });
  });
});
