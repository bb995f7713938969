/**
 * `data_coding` and `esm_class`: what the octets of a message are (SMPP 3.4, 5.2.12 and 5.2.19; 3GPP TS 23.038
 * section 4), and text to octets and back. National shift tables are not used.
 *
 * Default is what the carrier says it is (data_coding 0): mostly GSM-7 with one septet an octet, seldom packed as on
 * the air, at times Latin-1. What a reader of texts does not know (Cyrillic, Hebrew, Japanese, Korean) is turned into
 * UCS-2 where the runtime has its table.
 */
import { decodeGsm7 } from '../../domain/encoding.ts';

/** What data_coding 0 stands for on a carrier. */
export type DefaultAlphabet = 'GSM-7' | 'GSM-7 packed' | 'Latin-1';

export type Charset =
  | 'default'
  | 'ASCII'
  | 'Latin-1'
  | 'UCS-2'
  | 'binary'
  | 'iso-8859-5'
  | 'iso-8859-8'
  | 'shift_jis'
  | 'iso-2022-jp'
  | 'euc-kr';

export interface DataCoding {
  charset: Charset;
  /** 0 is shown at once and not kept (flash). */
  messageClass: 0 | 1 | 2 | 3 | null;
  /** Message waiting indication, in its own groups of the octet. */
  waiting: { active: boolean; kind: 'voicemail' | 'fax' | 'email' | 'other'; discard: boolean } | null;
}

export const DATA_CODING = {
  default: 0x00,
  latin1: 0x03,
  binary: 0x04,
  ucs2: 0x08,
  flash: 0x10,
  flashUcs2: 0x18,
} as const;

/** SMPP's own meanings of 0x00 to 0x0F; what is not named is reserved and read as binary. */
const SMPP_CHARSETS: Partial<Record<number, Charset>> = {
  0: 'default',
  1: 'ASCII',
  2: 'binary',
  3: 'Latin-1',
  4: 'binary',
  5: 'shift_jis',
  6: 'iso-8859-5',
  7: 'iso-8859-8',
  8: 'UCS-2',
  10: 'iso-2022-jp',
  14: 'euc-kr',
};
const GSM_CHARSETS: readonly Charset[] = ['default', 'binary', 'UCS-2', 'binary'];
const WAITING = ['voicemail', 'fax', 'email', 'other'] as const;

/** Every octet has a meaning. Groups of GSM (0x10 and above) follow 3GPP TS 23.038; compressed text is binary. */
export function readDataCoding(dataCoding: number): DataCoding {
  const group = dataCoding >> 4;
  const charset = GSM_CHARSETS[(dataCoding >> 2) & 3] as Charset;
  const low = (dataCoding & 3) as 0 | 1 | 2 | 3;
  if (group === 0) return { charset: SMPP_CHARSETS[dataCoding] ?? 'binary', messageClass: null, waiting: null };
  if (group < 0x8) {
    const compressed = (dataCoding & 0x20) !== 0;
    const messageClass = (dataCoding & 0x10) === 0 ? null : low;
    return { charset: compressed ? 'binary' : charset, messageClass, waiting: null };
  }
  if (group === 0xf) {
    return { charset: (dataCoding & 4) === 0 ? 'default' : 'binary', messageClass: low, waiting: null };
  }
  if (group < 0xc) return { charset: 'binary', messageClass: null, waiting: null };
  const waiting = { active: (dataCoding & 8) !== 0, kind: WAITING[low], discard: group === 0xc };
  return { charset: group === 0xe ? 'UCS-2' : 'default', messageClass: null, waiting };
}

/** Bits of `esm_class`. */
export const ESM_CLASS = { default: 0x00, storeAndForward: 0x03, receipt: 0x04, udhi: 0x40, replyPath: 0x80 } as const;

export type EsmKind =
  | 'message'
  | 'receipt'
  | 'delivery-ack'
  | 'user-ack'
  | 'conversation-abort'
  | 'intermediate'
  | 'reserved';

const ESM_KINDS: Partial<Record<number, EsmKind>> = {
  0: 'message',
  1: 'receipt',
  2: 'delivery-ack',
  4: 'user-ack',
  6: 'conversation-abort',
  8: 'intermediate',
};

/** What a deliver_sm is. `udhi`: its octets begin with a user data header. */
export function readEsmClass(esmClass: number): { kind: EsmKind; udhi: boolean; replyPath: boolean } {
  return {
    kind: ESM_KINDS[(esmClass >> 2) & 0xf] ?? 'reserved',
    udhi: (esmClass & ESM_CLASS.udhi) !== 0,
    replyPath: (esmClass & ESM_CLASS.replyPath) !== 0,
  };
}

/** Fill bits between a header of so many octets and the first septet behind it, so that it begins on a septet. */
export function fillBits(headerOctets: number): number {
  return (7 - ((headerOctets * 8) % 7)) % 7;
}

/** Septets, one an octet, to eight of them in seven octets (3GPP TS 23.038, 6.1.2.1.1), behind `fill` zero bits. */
export function packSeptets(septets: Uint8Array, fill = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((septets.length * 7 + fill) / 8));
  let bit = fill;
  for (const septet of septets) {
    const at = bit >> 3;
    const shifted = (septet & 0x7f) << (bit & 7);
    octets[at] = (octets[at] ?? 0) | (shifted & 0xff);
    if (shifted > 0xff) octets[at + 1] = shifted >> 8;
    bit += 7;
  }
  return octets;
}

/**
 * The other way. Octets alone do not tell seven septets from eight that end in `@` (septet 0): seven bits of padding
 * look like one. Without `count` a last septet of 0 that fills its octets exactly is taken for padding.
 */
export function unpackSeptets(octets: Uint8Array, fill = 0, count?: number): Uint8Array {
  const bits = Math.max(0, octets.length * 8 - fill);
  const septets = new Uint8Array(Math.min(count ?? Number.POSITIVE_INFINITY, Math.floor(bits / 7)));
  for (let index = 0; index < septets.length; index += 1) {
    const bit = fill + index * 7;
    const pair = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    septets[index] = (pair >> (bit & 7)) & 0x7f;
  }
  const padded = count === undefined && bits % 7 === 0 && septets.at(-1) === 0;
  return padded ? septets.subarray(0, -1) : septets;
}

/** UTF-16BE, unit by unit: a part may end in half a surrogate pair. */
export function encodeUcs2(text: string): Uint8Array {
  return Buffer.from(text, 'utf16le').swap16();
}

/** An odd octet at the end is no character. */
export function decodeUcs2(octets: Uint8Array): string {
  return Buffer.from(octets.subarray(0, octets.length & ~1))
    .swap16()
    .toString('utf16le');
}

/** `null` when a character is not in Latin-1. */
export function encodeLatin1(text: string): Uint8Array | null {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) > 0xff) return null;
  return Buffer.from(text, 'latin1');
}

function decodeLatin1(octets: Uint8Array): string {
  return Buffer.from(octets.buffer, octets.byteOffset, octets.length).toString('latin1');
}

/** The text of a whole message; binary is shown as Latin-1. Never throws. */
export function decodeText(octets: Uint8Array, charset: Charset, alphabet: DefaultAlphabet = 'GSM-7'): string {
  switch (charset) {
    case 'default':
      if (alphabet === 'Latin-1') return decodeLatin1(octets);
      return decodeGsm7(alphabet === 'GSM-7 packed' ? unpackSeptets(octets) : octets);
    case 'UCS-2':
      return decodeUcs2(octets);
    case 'ASCII':
    case 'Latin-1':
    case 'binary':
      return decodeLatin1(octets);
    case 'iso-8859-5':
    case 'iso-8859-8':
    case 'shift_jis':
    case 'iso-2022-jp':
    case 'euc-kr':
      return decodeForeign(octets, charset);
  }
}

/** A runtime without full Unicode data lacks some of these; then the octets are shown as they are. */
function decodeForeign(octets: Uint8Array, label: string): string {
  try {
    return new TextDecoder(label).decode(octets);
  } catch {
    return decodeLatin1(octets);
  }
}
