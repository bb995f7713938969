import type { PduRecord, TracedPdu } from '../domain/pdu-trace.ts';

/** PDUs hold texts, so their octets are sealed where bodies are: under their connector, as not each has a message yet. */

type Change = (text: string, sid: string) => string;

export function sealedPdu(pdu: TracedPdu, close: Change): TracedPdu {
  return { ...pdu, octets: close(pdu.octets, pdu.connector) };
}

/** Nothing of what does not open: a trace is of use without one PDU. */
export function openedPdu(pdu: PduRecord, open: Change): PduRecord {
  try {
    return { ...pdu, octets: open(pdu.octets, pdu.connector) };
  } catch {
    return { ...pdu, octets: '' };
  }
}
