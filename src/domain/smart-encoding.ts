/**
 * Smart encoding: typographic characters become plain ones so that a text may fit GSM-7. Whether it is on is decided
 * elsewhere; the replacements are applied even when the text stays UCS-2 (behaviour of the vendor).
 */
import data from './data/smart-encoding.json' with { type: 'json' };

const REPLACEMENTS = new Map(
  Object.entries(data.map).map(([from, to]) => [fromHex(from), to.map(fromHex).join('')] as const),
);
const REPLACEABLE = new RegExp(
  `[${Object.keys(data.map)
    .map((hex) => `\\u{${hex}}`)
    .join('')}]`,
  'gu',
);

function fromHex(hex: string): string {
  return String.fromCodePoint(Number.parseInt(hex, 16));
}

/** The text with each code point of the map replaced by its list (empty: dropped), once; replacements are not replaced. */
export function smartEncode(text: string): string {
  return text.replace(REPLACEABLE, (char) => REPLACEMENTS.get(char) as string);
}
