/** How many segments a text costs while it is typed, and which characters make it dear. Counted as the server counts. */
import { clustersOf, septetsOf } from '../../domain/encoding.ts';
import { characters, segment } from '../../domain/segments.ts';
import { smartEncode } from '../../domain/smart-encoding.ts';

export interface Meter {
  encoding: 'GSM-7' | 'UCS-2';
  segments: number;
  /** Septets or UTF-16 units of the whole text. */
  units: number;
  /** What fits into as many segments as it has now. */
  capacity: number;
  /** Code points, of which a message has at most 1 600. */
  characters: number;
  guilty: Guilty[];
}

/** A character that forces UCS-2. */
export interface Guilty {
  char: string;
  /** `U+2013`. */
  codePoint: string;
  /** In UTF-16 units. */
  index: number;
  length: number;
  /** What smart encoding writes instead, when that fits GSM-7; empty: it is dropped. `null`: nothing would do. */
  replacement: string | null;
}

/** Longest text of a message, in code points. */
export const LONGEST_BODY = 1_600;

const SINGLE = { 'GSM-7': 160, 'UCS-2': 70 };
const PART = { 'GSM-7': 153, 'UCS-2': 67 };

/** `smart`: as it leaves with smart encoding on. The guilty are those of the text as it was typed. */
export function measure(text: string, smart = false): Meter {
  const leaving = smart ? smartEncode(text) : text;
  const { encoding, parts, units } = segment(leaving);
  const segments = text === '' ? 0 : parts.length;
  const capacity = parts.length === 1 ? SINGLE[encoding] : parts.length * PART[encoding];
  const guilty = guiltyOf(text).filter(({ replacement }) => !smart || replacement === null);
  return { encoding, segments, units, capacity, characters: characters(text), guilty };
}

/** Every grapheme that GSM-7 does not have, in order. */
export function guiltyOf(text: string): Guilty[] {
  const found: Guilty[] = [];
  for (let at = 0; at < text.length; ) {
    if (septetsOf(text.charCodeAt(at)) !== 0) {
      at += 1;
      continue;
    }
    const { segment: char, index } = clustersOf(text).containing(at) as Intl.SegmentData;
    const plain = smartEncode(char);
    const isPlain = plain !== char && [...plain].every((one) => septetsOf(one.charCodeAt(0)) !== 0);
    const codePoint = `U+${(text.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
    found.push({ char, codePoint, index, length: char.length, replacement: isPlain ? plain : null });
    at = index + char.length;
  }
  return found;
}

/** The text with every character replaced that has a plain replacement. */
export function withoutGuilty(text: string): string {
  return guiltyOf(text).reduceRight(
    (whole, { index, length, replacement }) =>
      replacement === null ? whole : whole.slice(0, index) + replacement + whole.slice(index + length),
    text,
  );
}

/** A text cut at its guilty characters, for marking them. */
export function marked(text: string): { at: number; text: string; guilty: Guilty | null }[] {
  const pieces: { at: number; text: string; guilty: Guilty | null }[] = [];
  let at = 0;
  for (const guilty of guiltyOf(text)) {
    if (guilty.index > at) pieces.push({ at, text: text.slice(at, guilty.index), guilty: null });
    pieces.push({ at: guilty.index, text: guilty.char, guilty });
    at = guilty.index + guilty.length;
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), guilty: null });
  return pieces;
}
