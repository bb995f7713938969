/** How a text is cut and what makes it dear: the numbers behind the segment view of a message. */
import { countSeptets } from '../../domain/encoding.ts';
import { guiltyOf } from '../../domain/guilty.ts';
import { capacityOf, characters, segment } from '../../domain/segments.ts';
import { smartEncode } from '../../domain/smart-encoding.ts';

/** More than anybody corrects by hand; the rest is counted. */
const MOST_GUILTY = 50;

export function showSegments(body: string, smartEncoded: boolean) {
  const text = smartEncoded ? smartEncode(body) : body;
  const { encoding, parts, units } = segment(text);
  const capacity = capacityOf(encoding, parts.length);
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
    guilty: found.slice(0, MOST_GUILTY).map(({ index, char, codePoint, replacement }) => ({
      ...{ index, char, code_point: codePoint, replacement },
    })),
    guilty_count: found.length,
    suggestion: suggestionFor(text, parts.length),
  };
}

/** What smart encoding would make of it, where that costs less. */
function suggestionFor(text: string, count: number) {
  const plain = smartEncode(text);
  if (plain === text) return null;
  const { encoding, parts } = segment(plain);
  return encoding === 'GSM-7' || parts.length < count ? { text: plain, encoding, count: parts.length } : null;
}
