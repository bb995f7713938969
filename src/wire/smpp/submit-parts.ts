/**
 * The parts of a text, as `domain/segments.ts` cut them, to the fields of a submit_sm each (behaviour sheet 12.6).
 *
 * How a carrier wants long messages is a setting of its connector: a UDH with an 8-bit reference (everybody takes it),
 * one with 16 bits, the SAR parameters, or the whole text in `message_payload`, which the carrier cuts itself.
 */
import { countSeptets, type Encoding, encodeGsm7 } from '../../domain/encoding.ts';
import {
  DATA_CODING,
  type DefaultAlphabet,
  ESM_CLASS,
  encodeLatin1,
  encodeUcs2,
  fillBits,
  packSeptets,
} from './data-coding.ts';
import type { Tlvs } from './tlv-table.ts';
import { concatElement, writeUdh } from './udh.ts';

export type Concatenation = 'udh-8' | 'udh-16' | 'sar' | 'payload';

export interface SubmitStyle {
  concatenation: Concatenation;
  /** What the carrier takes data_coding 0 for. Where that is Latin-1 a GSM-7 text goes out as Latin-1 if it can. */
  defaultAlphabet: DefaultAlphabet;
}

/** What a part adds to its submit_sm. */
export interface PartFields {
  esmClass: number;
  dataCoding: number;
  shortMessage: Uint8Array;
  tlvs: Tlvs;
}

/** A part with its header has 140 octets: 152 septets or 66 units are left by a header of 7. */
const ROOM_BESIDE_16_BITS = { 'GSM-7': 152, 'UCS-2': 66 } as const;
const UCS2_SINGLE = 70;
/** Longer texts go into message_payload; more does not fit sm_length. */
const MAX_SHORT_MESSAGE_OCTETS = 254;
const NOTHING: Uint8Array = new Uint8Array(0);

/**
 * One entry a PDU, in order. `reference` is the same for all parts and differs between messages to one recipient; an
 * 8-bit one is its low octet. Parts are cut for the short header: where one is too full for a 16-bit reference, the
 * whole message gets an 8-bit one. There are as many entries as parts, but for `payload` (always one) and for a GSM-7
 * text that a Latin-1 carrier cannot show: that goes out as UCS-2, in parts of its own.
 */
export function submitParts(
  parts: readonly string[],
  encoding: Encoding,
  reference: number,
  { concatenation, defaultAlphabet }: SubmitStyle,
): PartFields[] {
  const latin1 = encoding === 'GSM-7' && defaultAlphabet === 'Latin-1';
  if (latin1 && !parts.every((part) => encodeLatin1(part) !== null)) {
    const style: SubmitStyle = { concatenation, defaultAlphabet: 'GSM-7' };
    return submitParts(cutByUnit(parts.join('')), 'UCS-2', reference, style);
  }
  const coder = coderOf(encoding, defaultAlphabet);
  const total = parts.length;
  if (total <= 1 || concatenation === 'payload') return [whole(coder, parts.join(''), total > 1)];
  const { dataCoding } = coder;
  if (concatenation === 'sar') {
    return parts.map((part, index) => ({
      esmClass: ESM_CLASS.default,
      dataCoding,
      shortMessage: coder.encode(part, 0),
      tlvs: { sarMsgRefNum: reference & 0xffff, sarTotalSegments: total, sarSegmentSeqnum: index + 1 },
    }));
  }
  const fits = (part: string) => costOf(part, encoding) <= ROOM_BESIDE_16_BITS[encoding];
  const bits = concatenation === 'udh-16' && parts.every(fits) ? 16 : 8;
  return parts.map((part, index) => {
    const header = writeUdh([concatElement({ reference, total, number: index + 1 }, bits)]) ?? NOTHING;
    const shortMessage = Buffer.concat([header, coder.encode(part, header.length)]);
    return { esmClass: ESM_CLASS.udhi, dataCoding, shortMessage, tlvs: {} };
  });
}

interface Coder {
  dataCoding: number;
  encode(text: string, headerOctets: number): Uint8Array;
}

function coderOf(encoding: Encoding, alphabet: DefaultAlphabet): Coder {
  if (encoding === 'UCS-2') return { dataCoding: DATA_CODING.ucs2, encode: encodeUcs2 };
  const dataCoding = DATA_CODING.default;
  switch (alphabet) {
    case 'GSM-7':
      return { dataCoding, encode: encodeGsm7 };
    case 'GSM-7 packed':
      return { dataCoding, encode: (text, headerOctets) => packSeptets(encodeGsm7(text), fillBits(headerOctets)) };
    case 'Latin-1':
      return { dataCoding, encode: (text) => encodeLatin1(text) ?? NOTHING };
  }
}

/** `long`: it is more than one message holds, whatever sm_length could say. */
function whole({ dataCoding, encode }: Coder, text: string, long: boolean): PartFields {
  const octets = encode(text, 0);
  const inPayload = long || octets.length > MAX_SHORT_MESSAGE_OCTETS;
  return {
    esmClass: ESM_CLASS.default,
    dataCoding,
    shortMessage: inPayload ? NOTHING : octets,
    tlvs: inPayload ? { messagePayload: octets } : {},
  };
}

/** Of a text in GSM-7, where no character is two units and none joins another. Cut for the longer of the headers. */
function cutByUnit(text: string): string[] {
  if (text.length <= UCS2_SINGLE) return [text];
  const room = ROOM_BESIDE_16_BITS['UCS-2'];
  return Array.from({ length: Math.ceil(text.length / room) }, (_, at) => text.slice(at * room, (at + 1) * room));
}

function costOf(part: string, encoding: Encoding): number {
  return encoding === 'GSM-7' ? countSeptets(part) : part.length;
}
