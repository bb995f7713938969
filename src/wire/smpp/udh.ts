/**
 * The user data header (UDH) before a text, and the place of a part in its message (3GPP TS 23.040, 9.2.3.24; SAR TLVs:
 * SMPP 3.4, 5.3.2.22 to 24). What goes out is made in submit-parts.ts, what came in is read in inbound.ts.
 */

/** An information element. */
export interface UdhElement {
  id: number;
  data: Uint8Array;
}

export interface Udh {
  elements: UdhElement[];
  /** Octets of the header, its length octet included; the text begins there. */
  octets: number;
}

/** Where a part stands. */
export interface PartPlace {
  reference: number;
  total: number;
  /** From 1. */
  number: number;
}

const UDH_ELEMENT = { concat8: 0x00, ports8: 0x04, ports16: 0x05, concat16: 0x08 } as const;

const MAX_DATA_OCTETS = 0xff;

/** `null` when the octets cannot begin with a header, as when an element reaches past its end. */
export function readUdh(octets: Uint8Array): Udh | null {
  const length = octets[0];
  if (length === undefined || length + 1 > octets.length) return null;
  const elements: UdhElement[] = [];
  const end = length + 1;
  for (let at = 1; at < end; ) {
    const id = octets[at];
    const size = at + 1 < end ? octets[at + 1] : undefined;
    if (id === undefined || size === undefined || at + 2 + size > end) return null;
    elements.push({ id, data: octets.subarray(at + 2, at + 2 + size) });
    at += 2 + size;
  }
  return { elements, octets: end };
}

/** A header of these elements, its length octet included; `null` when it would not fit a length octet. */
export function writeUdh(elements: readonly UdhElement[]): Uint8Array | null {
  const octets: number[] = [];
  for (const { id, data } of elements) {
    if (data.length > MAX_DATA_OCTETS) return null;
    octets.push(id, data.length, ...data);
  }
  return octets.length > MAX_DATA_OCTETS ? null : Uint8Array.of(octets.length, ...octets);
}

/** The element of a part: an 8-bit reference, or a 16-bit one. The reference is cut to its bits. */
export function concatElement({ reference, total, number }: PartPlace, bits: 8 | 16): UdhElement {
  return bits === 8
    ? { id: UDH_ELEMENT.concat8, data: Uint8Array.of(reference, total, number) }
    : { id: UDH_ELEMENT.concat16, data: Uint8Array.of(reference >> 8, reference, total, number) };
}

/** The place a header gives; of several the last counts, as the standard has it. `null`: none that makes sense. */
export function placeOf(elements: readonly UdhElement[]): PartPlace | null {
  let place: PartPlace | null = null;
  for (const { id, data } of elements) {
    const [a = 0, b = 0, c = 0, d = 0] = data;
    if (id === UDH_ELEMENT.concat8 && data.length === 3) place = sane(a, b, c) ?? place;
    if (id === UDH_ELEMENT.concat16 && data.length === 4) place = sane((a << 8) | b, c, d) ?? place;
  }
  return place;
}

/** The place that the three SAR parameters give, when they are all there and make sense. */
export function placeOfSar(sar: {
  sarMsgRefNum?: number;
  sarTotalSegments?: number;
  sarSegmentSeqnum?: number;
}): PartPlace | null {
  const { sarMsgRefNum, sarTotalSegments, sarSegmentSeqnum } = sar;
  if (sarMsgRefNum === undefined || sarTotalSegments === undefined || sarSegmentSeqnum === undefined) return null;
  return sane(sarMsgRefNum, sarTotalSegments, sarSegmentSeqnum);
}

function sane(reference: number, total: number, number: number): PartPlace | null {
  return number >= 1 && number <= total ? { reference, total, number } : null;
}
