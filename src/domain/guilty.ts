/** Characters that make a text dear: a single one that GSM-7 does not have moves the whole text to UCS-2. */
import { clustersOf, countSeptets, septetsOf } from './encoding.ts';
import { smartEncode } from './smart-encoding.ts';

export interface Guilty {
  /** The whole grapheme, or what nobody sees in it: a joiner behind a letter, which alone is at fault. */
  char: string;
  /** The one at fault in it: `U+0301`, and not `e`, for `e` + combining acute. */
  codePoint: string;
  /** Where `char` starts, in UTF-16 units. */
  index: number;
  /** What smart encoding writes instead, when that fits GSM-7; empty: it is dropped. `null`: nothing would do. */
  replacement: string | null;
}

/** Joiners, selectors of a variant and the like: without a character that takes them they do nothing. */
const UNSEEN = /^\p{Default_Ignorable_Code_Point}+$/u;

/** Every grapheme that forces UCS-2, in order; none for a GSM-7 text. */
export function guiltyOf(text: string): Guilty[] {
  const found: Guilty[] = [];
  const clusters = clustersOf(text);
  for (let at = 0; at < text.length; ) {
    if (septetsOf(text.charCodeAt(at)) !== 0) {
      at += 1;
      continue;
    }
    const grapheme = clusters.containing(at) as Intl.SegmentData;
    const fault = grapheme.segment.slice(at - grapheme.index);
    const [char, index] = UNSEEN.test(fault) ? [fault, at] : [grapheme.segment, grapheme.index];
    const plain = smartEncode(char);
    const codePoint = `U+${(text.codePointAt(at) as number).toString(16).toUpperCase().padStart(4, '0')}`;
    found.push({ char, codePoint, index, replacement: plain !== char && countSeptets(plain) >= 0 ? plain : null });
    at = index + char.length;
  }
  return found;
}

/** A text cut at its guilty characters, for marking them. `guilty`: some of the text's, in order. */
export function cutAtGuilty<One extends { char: string; index: number }>(
  text: string,
  guilty: readonly One[],
): { at: number; text: string; guilty: One | null }[] {
  const pieces: { at: number; text: string; guilty: One | null }[] = [];
  let at = 0;
  for (const one of guilty) {
    if (one.index > at) pieces.push({ at, text: text.slice(at, one.index), guilty: null });
    pieces.push({ at: one.index, text: one.char, guilty: one });
    at = one.index + one.char.length;
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), guilty: null });
  return pieces;
}
