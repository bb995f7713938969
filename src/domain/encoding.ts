/**
 * The two alphabets of a short message, and the choice between them (GSM 03.38 / 3GPP TS 23.038 section 6.2.1).
 *
 * The choice needs no grapheme clusters. The rule says that a cluster of more than one UTF-16 unit forces UCS-2, yet
 * no GSM-7 character joins another except CR LF, which counts as two: every longer cluster holds a unit outside the
 * table, and that unit alone decides. National shift tables are not used.
 */
import gsm7 from './data/gsm7.json' with { type: 'json' };

export type Encoding = 'GSM-7' | 'UCS-2';

const ESCAPE = 0x1b;
const SPACE = ' ';

/** Septet cost by UTF-16 unit. 64 KiB so that the hot loop has no bounds to check. */
const COST = new Uint8Array(0x10000);
/** Septet by UTF-16 unit; for extension characters, the septet after the escape. */
const SEPTET = new Uint8Array(0x10000);
const BASIC: string[] = [];
const EXTENSION: string[] = [];

function learn(table: Record<string, string>, cost: number, characters: string[]): void {
  for (const [unitHex, septetHex] of Object.entries(table)) {
    const unit = Number.parseInt(unitHex, 16);
    const septet = Number.parseInt(septetHex, 16);
    COST[unit] = cost;
    SEPTET[unit] = septet;
    characters[septet] = String.fromCharCode(unit);
  }
}
learn(gsm7.basic, 1, BASIC);
learn(gsm7.extension, 2, EXTENSION);

/** Septets a UTF-16 unit costs in GSM-7: 1 basic, 2 extension (escape and septet), 0 when it is not in the alphabet. */
export function septetsOf(codeUnit: number): 0 | 1 | 2 {
  return COST[codeUnit] as 0 | 1 | 2;
}

/** Septets of the whole text, or -1 when some unit is not in GSM-7. */
export function countSeptets(text: string): number {
  let septets = 0;
  for (let i = 0; i < text.length; i++) {
    const cost = septetsOf(text.charCodeAt(i));
    if (cost === 0) return -1;
    septets += cost;
  }
  return septets;
}

/** GSM-7 when every unit of the text is in its basic or extension table, else UCS-2 for all of it. */
export function chooseEncoding(text: string): Encoding {
  return countSeptets(text) === -1 ? 'UCS-2' : 'GSM-7';
}

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/**
 * The grapheme cluster at `index` (UTF-16 units), with where it starts. CR LF comes as one cluster, as Unicode has it;
 * who counts it as two says so. The text is looked at around each index asked for, not as a whole.
 */
export function clustersOf(text: string): Intl.Segments {
  return segmenter.segment(text);
}

/** Septets, one an octet (unpacked, as SMPP carriers take them). Throws RangeError when the text is not GSM-7. */
export function encodeGsm7(text: string): Uint8Array {
  const septets = countSeptets(text);
  if (septets === -1) throw new RangeError('encodeGsm7 was given a text that needs UCS-2; ask chooseEncoding first');
  const octets = new Uint8Array(septets);
  let at = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (septetsOf(unit) === 2) octets[at++] = ESCAPE;
    octets[at++] = SEPTET[unit] as number;
  }
  return octets;
}

/**
 * Text of unpacked septets; never throws, for it reads what strangers send. As 3GPP TS 23.038 section 6.2.1.1 asks,
 * an unknown extension septet shows its basic character, and an escape before another or at the end shows a space.
 * An octet above 7F is no septet: U+FFFD.
 */
export function decodeGsm7(octets: Uint8Array): string {
  let text = '';
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i] as number;
    if (octet !== ESCAPE) {
      text += BASIC[octet] ?? '\ufffd';
      continue;
    }
    const next = octets[++i] ?? ESCAPE;
    text += next === ESCAPE ? SPACE : (EXTENSION[next] ?? BASIC[next] ?? '\ufffd');
  }
  return text;
}
