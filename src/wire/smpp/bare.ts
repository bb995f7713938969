/** PDUs without what is nobody's to see: passwords of binds, texts and numbers of people. */
import { obfuscated } from '../../domain/privacy.ts';
import { encode, type Pdu, type PduDraft } from './pdu.ts';
import type { Tlvs } from './tlv-table.ts';

/** In place of a password, however long that is. */
const MASK = '********';
/** A text that is gone has no header of its own. */
const UDHI = 0x40;
const NO_OCTETS = new Uint8Array(0);

/** The octets to be kept of a PDU that belongs to no message; those of `octets` where there is nothing to hide. */
export function bareOctets(pdu: Pdu | PduDraft, octets: Buffer): Buffer {
  const bare = bareDraft(pdu);
  if (bare === null) return octets;
  const encoded = encode(bare);
  // What was written or read can be written again, with less in it.
  return encoded.ok ? encoded.bytes : octets.subarray(0, 0);
}

/** As `bareOctets`, of the password alone. */
export function withoutPassword(pdu: Pdu | PduDraft, octets: Buffer): Buffer {
  return 'password' in pdu ? bareOctets(pdu, octets) : octets;
}

function bareDraft(pdu: Pdu | PduDraft): PduDraft | null {
  switch (pdu.command) {
    case 'bind_receiver':
    case 'bind_transmitter':
    case 'bind_transceiver':
    case 'outbind':
      return { ...pdu, password: pdu.password ? MASK : '' };
    case 'submit_sm':
    case 'deliver_sm':
    case 'data_sm':
    case 'submit_multi':
    case 'replace_sm': {
      const { command, sequence, commandStatus } = pdu;
      const bare = { command, sequence, commandStatus, tlvs: bareTlvs(pdu.tlvs) };
      if (pdu.command === 'submit_multi' || pdu.command === 'replace_sm') return bare as PduDraft;
      const { sourceAddr = '', destinationAddr = '', esmClass = 0, shortMessage: _text, ...rest } = named(pdu);
      return {
        ...rest,
        ...bare,
        sourceAddr: obfuscated(sourceAddr),
        destinationAddr: obfuscated(destinationAddr),
        esmClass: esmClass & ~UDHI,
        ...(pdu.command !== 'data_sm' && { shortMessage: NO_OCTETS }),
      } as PduDraft;
    }
    default:
      return null;
  }
}

/** The fields that those three have in common, whichever it is. */
function named(pdu: { sourceAddr?: string; destinationAddr?: string; esmClass?: number; shortMessage?: Uint8Array }) {
  return pdu;
}

/** What says which message a receipt is about, and what became of it. */
function bareTlvs({ receiptedMessageId, messageState, networkErrorCode }: Tlvs = {}): Tlvs {
  return {
    ...(receiptedMessageId !== undefined && { receiptedMessageId }),
    ...(messageState !== undefined && { messageState }),
    ...(networkErrorCode !== undefined && { networkErrorCode }),
  };
}
