/** A receipt as a carrier writes it: SMPP 3.4, appendix B, in text, in optional parameters, or in both. */
import type { Draft, PduOf } from '../wire/smpp/pdu.ts';
import type { Tlvs } from '../wire/smpp/tlv-table.ts';
import type { ReceiptPlan } from './smsc-plans.ts';

const RECEIPT_ESM_CLASS = 0x04;
const STATES: Record<string, number> = {
  SCHEDULED: 0,
  ENROUTE: 1,
  DELIVRD: 2,
  EXPIRED: 3,
  DELETED: 4,
  UNDELIV: 5,
  ACCEPTD: 6,
  UNKNOWN: 7,
  REJECTD: 8,
  SKIPPED: 9,
};
/** Networks that are GSM. */
const GSM_NETWORK = 3;

/** Words of `stat` that have a `message_state`. */
export const RECEIPT_STATES = Object.keys(STATES);

/** The deliver_sm of a receipt for `pdu`, which the carrier knows by `id`. `at`: epoch ms. */
export function receiptFields(
  pdu: PduOf<'submit_sm'>,
  id: string,
  plan: ReceiptPlan,
  at: number,
): Omit<Draft<'deliver_sm'>, 'command' | 'sequence'> {
  const { form = 'text' } = plan;
  return {
    sourceAddrTon: pdu.destAddrTon,
    sourceAddrNpi: pdu.destAddrNpi,
    sourceAddr: pdu.destinationAddr,
    destAddrTon: pdu.sourceAddrTon,
    destAddrNpi: pdu.sourceAddrNpi,
    destinationAddr: pdu.sourceAddr,
    esmClass: RECEIPT_ESM_CLASS,
    shortMessage: form === 'tlv' ? new Uint8Array(0) : Buffer.from(plan.text ?? textOf(id, plan, at), 'latin1'),
    ...(form !== 'text' && { tlvs: tlvsOf(id, plan) }),
  };
}

function textOf(id: string, { id: written, stat = 'DELIVRD', err = '000' }: ReceiptPlan, at: number): string {
  const date = new Date(at).toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
  const arrived = stat === 'DELIVRD' ? '001' : '000';
  return `id:${written ?? id} sub:001 dlvrd:${arrived} submit date:${date} done date:${date} stat:${stat} err:${err} text:`;
}

function tlvsOf(id: string, { id: written, stat = 'DELIVRD', err = '000' }: ReceiptPlan): Tlvs {
  const messageState = STATES[stat];
  const code = Number.parseInt(err, 10);
  return {
    receiptedMessageId: written ?? id,
    ...(messageState !== undefined && { messageState }),
    ...(code > 0 && code <= 0xffff && { networkErrorCode: { networkType: GSM_NETWORK, code } }),
  };
}
