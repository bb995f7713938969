/**
 * What a `deliver_sm` or `data_sm` from a carrier is: a part of a message, a receipt, or an acknowledgement nobody asked
 * for (behaviour sheet 3.5 and 12.6). Addresses are left to the connector, which knows how its carrier writes them.
 */
import type { InboundPart, PartCharset } from '../../domain/inbound-parts.ts';
import {
  type Charset,
  type DefaultAlphabet,
  decodeText,
  decodeUcs2,
  type EsmKind,
  encodeUcs2,
  fillBits,
  readDataCoding,
  readEsmClass,
  unpackSeptets,
} from './data-coding.ts';
import type { PduOf } from './pdu.ts';
import { type CarrierReceipt, looksLikeReceipt, readReceipt } from './receipt.ts';
import { placeOf, placeOfSar, readUdh } from './udh.ts';

export interface InboundStyle {
  /** What the carrier means by data_coding 0. */
  defaultAlphabet: DefaultAlphabet;
  /** What its binary and reserved codings are read as. */
  binaryAs: PartCharset;
  /** Whether texts that look like receipts are, though their esm_class says nothing. */
  receiptsByText: boolean;
}

export const INBOUND_STYLE: InboundStyle = { defaultAlphabet: 'GSM-7', binaryAs: 'Latin-1', receiptsByText: false };

/** A message of one part is number 1 of 1 with reference 0. Octets may be a view of the PDU. */
export type HeardPart = Omit<InboundPart, 'from' | 'to'>;

export type Heard =
  | { kind: 'part'; part: HeardPart }
  | { kind: 'receipt'; receipt: CarrierReceipt }
  /** To be answered and forgotten. */
  | { kind: 'ignored'; what: EsmKind };

/** Never fails: a header that makes no sense counts as text. */
export function readInbound(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>, style: InboundStyle = INBOUND_STYLE): Heard {
  const { kind, udhi } = readEsmClass(pdu.esmClass);
  const { charset } = readDataCoding(pdu.dataCoding);
  const octets = contentOf(pdu);
  const udh = udhi ? readUdh(octets) : null;
  const headerOctets = udh?.octets ?? 0;
  const content = octets.subarray(headerOctets);
  if (kind === 'receipt') return { kind: 'receipt', receipt: readReceipt(receiptText(content, charset), pdu.tlvs) };
  if (kind !== 'message' && kind !== 'reserved') return { kind: 'ignored', what: kind };
  if (style.receiptsByText) {
    const text = receiptText(content, charset);
    if (looksLikeReceipt(text)) return { kind: 'receipt', receipt: readReceipt(text, pdu.tlvs) };
  }
  const place = (udh && placeOf(udh.elements)) ?? placeOfSar(pdu.tlvs) ?? { reference: 0, total: 1, number: 1 };
  return { kind: 'part', part: { ...place, ...inOurCharset(content, charset, headerOctets, style) } };
}

/** `message_payload` counts when `short_message` is empty; a PDU should not have both. */
function contentOf(pdu: PduOf<'deliver_sm'> | PduOf<'data_sm'>): Uint8Array {
  const payload = pdu.tlvs.messagePayload ?? new Uint8Array(0);
  return pdu.command === 'deliver_sm' && pdu.shortMessage.length > 0 ? pdu.shortMessage : payload;
}

/** Carriers write receipts in ASCII, whatever their default alphabet is; some in UCS-2. */
function receiptText(octets: Uint8Array, charset: Charset): string {
  return charset === 'UCS-2' ? decodeUcs2(octets) : decodeText(octets, 'Latin-1');
}

function inOurCharset(
  octets: Uint8Array,
  charset: Charset,
  headerOctets: number,
  { defaultAlphabet, binaryAs }: InboundStyle,
): { charset: PartCharset; octets: Uint8Array } {
  switch (charset) {
    case 'default':
      if (defaultAlphabet !== 'GSM-7 packed') return { charset: defaultAlphabet, octets };
      return { charset: 'GSM-7', octets: unpackSeptets(octets, fillBits(headerOctets)) };
    case 'UCS-2':
      return { charset, octets };
    case 'ASCII':
    case 'Latin-1':
      return { charset: 'Latin-1', octets };
    case 'binary':
      return { charset: binaryAs, octets };
    case 'iso-8859-5':
    case 'iso-8859-8':
    case 'shift_jis':
    case 'iso-2022-jp':
    case 'euc-kr':
      return { charset: 'UCS-2', octets: encodeUcs2(decodeText(octets, charset)) };
  }
}
