/** How a text is cut and what makes it dear: the numbers behind the segment view of a message. */
import { countSeptets, type Encoding, guilty } from '../../domain/encoding.ts';
import { characters, segment } from '../../domain/segments.ts';
import { smartEncode } from '../../domain/smart-encoding.ts';

/** Of one part: alone, and among others, where a header takes its share (3GPP TS 23.040 section 9.2.3.24). */
const CAPACITY: Record<Encoding, { alone: number; joined: number }> = {
  'GSM-7': { alone: 160, joined: 153 },
  'UCS-2': { alone: 70, joined: 67 },
};
/** More than anybody corrects by hand; the rest is counted. */
const MOST_GUILTY = 50;

export function showSegments(body: string, smartEncoded: boolean) {
  const text = smartEncoded ? smartEncode(body) : body;
  const { encoding, parts, units } = segment(text);
  const capacity = CAPACITY[encoding][parts.length > 1 ? 'joined' : 'alone'];
  const found = guiltyOf(text);
  return {
    encoding,
    count: parts.length,
    units,
    unit: encoding === 'GSM-7' ? 'septet' : 'code unit',
    characters: characters(text),
    smart_encoded: smartEncoded,
    parts: parts.map((part, index) => ({
      number: index + 1,
      text: part,
      units: encoding === 'GSM-7' ? countSeptets(part) : part.length,
      capacity,
    })),
    guilty: found.slice(0, MOST_GUILTY),
    guilty_count: found.length,
    suggestion: suggestionFor(text, parts.length),
  };
}

/** Every grapheme that forces UCS-2, by its place in the parts put together. */
function guiltyOf(text: string) {
  const found: { index: number; char: string; code_point: string; replacement: string | null }[] = [];
  for (let from = 0; from < text.length; ) {
    const one = guilty(text.slice(from));
    if (one === null) break;
    const replacement = smartEncode(one.char);
    found.push({
      index: from + one.index,
      char: one.char,
      code_point: `U+${one.codePoint.toString(16).toUpperCase().padStart(4, '0')}`,
      replacement: replacement !== one.char && countSeptets(replacement) >= 0 ? replacement : null,
    });
    from += one.index + one.char.length;
  }
  return found;
}

/** What smart encoding would make of it, where that costs less. */
function suggestionFor(text: string, count: number) {
  const plain = smartEncode(text);
  if (plain === text) return null;
  const { encoding, parts } = segment(plain);
  return encoding === 'GSM-7' || parts.length < count ? { text: plain, encoding, count: parts.length } : null;
}
