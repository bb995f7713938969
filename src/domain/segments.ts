/**
 * Text → the parts that go on the air and what they cost; the only place that counts (3GPP TS 23.040 section 9.2.3.24).
 *
 * A part carries 140 octets: 160 septets or 70 UTF-16 units. Once there are several, each gives 6 octets to the
 * concatenation header with an 8-bit reference: (1120 - 48) / 7 = 153 septets, (1120 - 48) / 16 = 67 units.
 * Parts are filled from the front. An escape pair is never split, the septet left over stays empty; a grapheme is never
 * split either, unless it is larger than a whole part, when it is cut by unit. CR LF counts as two graphemes.
 */
import { clustersOf, countSeptets, type Encoding, septetsOf } from './encoding.ts';

const SINGLE = { 'GSM-7': 160, 'UCS-2': 70 } as const;
const PART = { 'GSM-7': 153, 'UCS-2': 67 } as const;

/** What each part of a text holds, in septets or UTF-16 units, when it is cut into so many. */
export function capacityOf(encoding: Encoding, parts: number): number {
  return (parts > 1 ? PART : SINGLE)[encoding];
}

/** `parts` joined are the text; their number is `num_segments`. `units` is the cost of the whole text: septets or UTF-16 units. */
export interface Segmented {
  encoding: Encoding;
  parts: string[];
  units: number;
}

/**
 * The parts of a text, headers not included. An empty text is one empty part. A part of a UCS-2 text may end in half a
 * surrogate pair when a grapheme larger than a part was cut: write parts unit by unit (UTF-16BE), never through UTF-8.
 */
export function segment(text: string): Segmented {
  const septets = countSeptets(text);
  if (septets >= 0) {
    const parts = septets <= SINGLE['GSM-7'] ? [text] : cut(text, endOfGsm7Part);
    return { encoding: 'GSM-7', parts, units: septets };
  }
  if (text.length <= SINGLE['UCS-2']) return { encoding: 'UCS-2', parts: [text], units: text.length };
  const clusters = clustersOf(text);
  return { encoding: 'UCS-2', parts: cut(text, (_, start) => endOfUcs2Part(clusters, start)), units: text.length };
}

function cut(text: string, endOfPart: (text: string, start: number) => number): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    const end = endOfPart(text, start);
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function endOfGsm7Part(text: string, start: number): number {
  let room: number = PART['GSM-7'];
  let end = start;
  while (end < text.length) {
    room -= septetsOf(text.charCodeAt(end));
    if (room < 0) break;
    end++;
  }
  return end;
}

/** Only the grapheme across the border matters, so only it is asked for: the text is never split as a whole. */
function endOfUcs2Part(clusters: Intl.Segments, start: number): number {
  const border = start + PART['UCS-2'];
  const across = clusters.containing(border);
  // Undefined at and after the end of the text, where `slice` stops by itself.
  if (across === undefined) return border;
  const mayBeCut = across.segment === '\r\n' || across.segment.length > PART['UCS-2'];
  return mayBeCut ? border : across.index;
}

/** Code points of the text, the measure of the 1600-character limit. Half a surrogate pair counts as one. */
export function characters(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; count++) i += (text.codePointAt(i) as number) > 0xffff ? 2 : 1;
  return count;
}
