import { describe, expect, it } from 'vitest';
import { bareOctets, withoutPassword } from './bare.ts';
import { type Draft, decode, encode, type PduDraft } from './pdu.ts';

function octetsOf(draft: PduDraft): Buffer {
  const encoded = encode(draft);
  if (!encoded.ok) throw new Error(encoded.reason);
  return encoded.bytes;
}

const DELIVER: Draft<'deliver_sm'> = {
  command: 'deliver_sm',
  sequence: 7,
  serviceType: 'CMT',
  sourceAddr: '12025550101',
  destinationAddr: 'SHOP',
  esmClass: 0x44,
  shortMessage: Buffer.from('id:1 stat:DELIVRD text:secret'),
  tlvs: { receiptedMessageId: 'a1', messageState: 2, messagePayload: Buffer.from('secret') },
};

describe('a PDU that is kept for no message', () => {
  it('has no text and no whole number, and still says what it was about', () => {
    const bare = bareOctets(DELIVER, octetsOf(DELIVER));
    expect(bare.includes('secret')).toBe(false);
    const decoded = decode(bare);
    expect(decoded.ok && decoded.pdu).toMatchObject({
      ...{ command: 'deliver_sm', sequence: 7, serviceType: 'CMT', esmClass: 0x04, destinationAddr: 'SHOP' },
      sourceAddr: '1202555XXXX',
      tlvs: { receiptedMessageId: 'a1', messageState: 2 },
    });
  });

  it('has no password', () => {
    const bind: PduDraft = { command: 'bind_transceiver', sequence: 1, systemId: 'pidge', password: 'hunter22' };
    for (const hide of [bareOctets, withoutPassword]) {
      const decoded = decode(hide(bind, octetsOf(bind)));
      expect(decoded.ok && decoded.pdu).toMatchObject({ systemId: 'pidge', password: '********' });
    }
  });

  it('is left as it was when there is nothing to hide', () => {
    const octets = octetsOf({ command: 'submit_sm_resp', sequence: 3, messageId: 'a1' });
    expect(bareOctets({ command: 'submit_sm_resp', sequence: 3, messageId: 'a1' }, octets)).toBe(octets);
    expect(withoutPassword(DELIVER, octetsOf(DELIVER)).includes('secret')).toBe(true);
  });
});
