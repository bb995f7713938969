/** The text of an answer: which charset its bytes are in, and what they say in it. */

/** An unreadable one: 12300 where the header names the charset, else 12100. */
export type AnswerText = { ok: true; text: string } | { ok: false; code: 12100 | 12300; why: string };

const MARKS: [charset: string, bytes: number[]][] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Without a byte order mark nobody knows which byte comes first; and many a document says so of itself and is UTF-8. */
const WIDE = /^(?:utf-?(?:16|32)|ucs-|iso-10646|unicode|csunicode)/i;
const DECLARED = /^<\?xml[ \t\r\n][^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][\w.:-]*)["']/;
/** No longer declaration is looked for. */
const DECLARATION_BYTES = 200;

/**
 * Decoded without its byte order mark, which names the charset before the header does (`charset`), and that before the
 * XML declaration (looked for when `isXml`); without any of them it is UTF-8. Names are those of the WHATWG's
 * Encoding Standard. Under another name only ASCII can be read.
 */
export function readText(body: Uint8Array, charset: string | null, isXml: boolean): AnswerText {
  const [mark] = MARKS.find(([, bytes]) => bytes.every((byte, index) => body[index] === byte)) ?? [];
  const declared = isXml ? DECLARED.exec(latin1(body.subarray(0, DECLARATION_BYTES)))?.[1] : undefined;
  const name = mark ?? charset ?? declared ?? 'utf-8';
  const decoder = mark === undefined && WIDE.test(name) ? null : decoderOf(name, body);
  if (decoder === null) {
    const why = WIDE.test(name) ? `${name} without a byte order mark` : `charset ${name} is not known`;
    return { ok: false, code: charset === null ? 12100 : 12300, why };
  }
  try {
    return { ok: true, text: decoder.decode(body) };
  } catch {
    // That it throws is how it says no.
    return { ok: false, code: 12100, why: `the answer is not ${name}` };
  }
}

/** `null`: nobody knows the name, and there is more than ASCII, which means the same in nearly all charsets. */
function decoderOf(name: string, body: Uint8Array) {
  try {
    return new TextDecoder(name, { fatal: true });
  } catch {
    // That it throws is how it says that it knows no such name.
    return body.every((byte) => byte < 0x80) ? new TextDecoder('utf-8', { fatal: true }) : null;
  }
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes);
}
