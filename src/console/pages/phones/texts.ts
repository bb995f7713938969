/** What stands in a text that a phone would make touchable: links, and codes to copy. */

export interface Piece {
  /** Where it starts. */
  at: number;
  text: string;
  /** The address to open; `null`: plain text. */
  link: string | null;
}

const LINK = /\bhttps?:\/\/[^\s<>"]+/g;
/** What ends a sentence is no part of its link. */
const TRAILING = /(?<![.,;:!?)\]}'’”])[.,;:!?)\]}'’”]+$/;

/** The text cut at its links. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of text.matchAll(LINK)) {
    const link = found[0].replace(TRAILING, '');
    if (found.index > at) pieces.push({ at, text: text.slice(at, found.index), link: null });
    pieces.push({ at: found.index, text: link, link });
    at = found.index + link.length;
  }
  if (at < text.length) pieces.push({ at, text: text.slice(at), link: null });
  return pieces;
}

/** Four to eight digits that stand alone: no piece of a phone number, a price, a time, a date or a link. */
const CODE = /(?<![\p{L}\p{N}+/#€$£.,:-])\d{4,8}(?![\p{L}\p{N}/%€$£]|[.,:-]\d)/gu;
const SPLIT_CODE = /(?<![\p{L}\p{N}+/#€$£.,:-]|[\p{N}+€$£] )\d{3}[- ]\d{3}(?![\p{L}\p{N}/%€$£]|[ .,:-]\d)/gu;
const SPEAKS_OF_CODE = /\b(code|pin|otp|passcode|token|verif\w*)\b/i;

/** One-time codes of a text, each once. A text that does not speak of a code has none, unless digits are all it has. */
export function codesIn(text: string): string[] {
  const prose = piecesOf(text)
    .filter(({ link }) => link === null)
    .map((piece) => piece.text)
    .join(' ');
  if (!SPEAKS_OF_CODE.test(prose) && !/^\s*\d{4,8}\s*$/.test(prose)) return [];
  const found = [...prose.matchAll(CODE), ...prose.matchAll(SPLIT_CODE)].map(([code]) => code.replace(/[- ]/, ''));
  return [...new Set(found)].slice(0, 3);
}

/** Our own address of a file, whatever name of the server it was written with: the page loads nothing from elsewhere. */
export function ownPath(url: string): string {
  if (!URL.canParse(url)) return url;
  const { pathname, search } = new URL(url);
  return pathname + search;
}
