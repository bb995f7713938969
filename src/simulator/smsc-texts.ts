/** Texts as a carrier brings them, in as many parts as they need, and what a PDU says to people. */
import { type Address, parseSender, parseTo } from '../domain/address.ts';
import { segment } from '../domain/segments.ts';
import { toWireAddress } from '../wire/smpp/addresses.ts';
import { decodeText, readDataCoding, readEsmClass } from '../wire/smpp/data-coding.ts';
import type { PduDraft } from '../wire/smpp/pdu.ts';
import { type Concatenation, submitParts } from '../wire/smpp/submit-parts.ts';
import { readUdh } from '../wire/smpp/udh.ts';
import type { Delivery } from './smsc.ts';

/** The deliver_sm of each part; `null` when an address is none that SMPP knows. */
export function deliveriesOf(
  { from, to, text }: { from: string; to: string; text: string },
  reference: number,
  concatenation: Concatenation = 'udh-8',
): Delivery[] | null {
  const wire = (address: Address | null) => address && toWireAddress(address);
  const [source, destination] = [wire(parseSender(from)), wire(parseTo(to))];
  if (!source || !destination) return null;
  const { parts, encoding } = segment(text);
  const common = {
    sourceAddrTon: source.ton,
    sourceAddrNpi: source.npi,
    sourceAddr: source.addr,
    destAddrTon: destination.ton,
    destAddrNpi: destination.npi,
    destinationAddr: destination.addr,
  };
  const style = { concatenation, defaultAlphabet: 'GSM-7' } as const;
  return submitParts(parts, encoding, reference, style).map((part) => ({ ...common, ...part }));
}

/** The text of a submit_sm or a deliver_sm, without its header; `null` for every other PDU. */
export function textOf(pdu: PduDraft): string | null {
  if (pdu.command !== 'submit_sm' && pdu.command !== 'deliver_sm') return null;
  const { shortMessage, tlvs, esmClass = 0, dataCoding = 0 } = pdu;
  const octets = shortMessage && shortMessage.length > 0 ? shortMessage : (tlvs?.messagePayload ?? new Uint8Array(0));
  const { kind, udhi } = readEsmClass(esmClass);
  const content = octets.subarray(udhi ? (readUdh(octets)?.octets ?? 0) : 0);
  return decodeText(content, kind === 'receipt' ? 'Latin-1' : readDataCoding(dataCoding).charset);
}
