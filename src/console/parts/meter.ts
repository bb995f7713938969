/** How many segments a text costs while it is typed, and which characters make it dear. Counted as the server counts. */
import { type Guilty, guiltyOf } from '../../domain/guilty.ts';
import { capacityOf, characters, segment } from '../../domain/segments.ts';
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

/** Longest text of a message, in code points. */
export const LONGEST_BODY = 1_600;

/** `smart`: as it leaves with smart encoding on. The guilty are those of the text as it was typed. */
export function measure(text: string, smart = false): Meter {
  const leaving = smart ? smartEncode(text) : text;
  const { encoding, parts, units } = segment(leaving);
  const segments = text === '' ? 0 : parts.length;
  const capacity = parts.length * capacityOf(encoding, parts.length);
  const guilty = guiltyOf(text).filter(({ replacement }) => !smart || replacement === null);
  return { encoding, segments, units, capacity, characters: characters(text), guilty };
}

/** The text with every character replaced that has a plain replacement. */
export function withoutGuilty(text: string): string {
  return guiltyOf(text).reduceRight(
    (whole, { index, char, replacement }) =>
      replacement === null ? whole : whole.slice(0, index) + replacement + whole.slice(index + char.length),
    text,
  );
}
