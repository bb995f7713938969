/**
 * What an app answered to a webhook, read into verbs (behaviour sheet 3.3). Answers are the text of strangers: whatever
 * the bytes, the result is a value, in time linear in their number.
 */

import { readText } from './answer-text.ts';
import { characters } from './segments.ts';
import { LONGEST_REPLY, type Place, type ReadTwiml, type TwimlFault, type Verb } from './twiml-shapes.ts';
import { readVerbs } from './twiml-verbs.ts';
import { readXml } from './twiml-xml.ts';

/** An answer as it came, decompressed. */
export interface WebhookAnswer {
  /** HTTP status, redirects followed. */
  status: number;
  /** The header; `null`: none. */
  contentType: string | null;
  body: Uint8Array;
  /** Where it came from, after redirects: relative URLs count from here. */
  url: string;
}

/** Bytes of an answer, character references counted as they stand. */
export const LONGEST_ANSWER_BYTES = 65_536;

const XML_TYPES = new Set(['text/xml', 'application/xml', 'text/html']);
const WHOLE: Place = { line: null, column: null };

/**
 * Reads an answer. Refusals, all of which lead to the fallback URL: 11200 (not 2xx), 11750 (too large), 12300 (type),
 * 12100–12102 (document). Nothing at all means no reply; with a 200 it leaves the warning 11770.
 */
export function readAnswer(answer: WebhookAnswer): ReadTwiml {
  const { status, body } = answer;
  if (status < 200 || status > 299) return refused(11200, `answered ${status}`);
  if (status === 204) return done([]);
  if (body.length > LONGEST_ANSWER_BYTES) return refused(11750, `more than ${LONGEST_ANSWER_BYTES} bytes`);
  if (isBlank(body)) return nothing(11770, 'an empty answer: 204 or <Response/> says so');
  const { type, charset } = readType(answer.contentType ?? '');
  if (type !== 'text/plain' && !XML_TYPES.has(type)) {
    return refused(12300, type === '' ? 'no Content-Type; answer with text/xml' : `Content-Type ${type}, not text/xml`);
  }
  const isPlain = type === 'text/plain';
  const read = readText(body, charset, !isPlain);
  if (!read.ok) return refused(read.code, read.why);
  return isPlain ? readPlain(read.text) : readDocument(read.text, answer.url);
}

function readDocument(text: string, url: string): ReadTwiml {
  const xml = readXml(text);
  if (!xml.ok) return xml;
  const { root } = xml;
  if (root.name !== 'Response') {
    const { line, column } = root;
    return { ok: false, code: 12102, why: `the root is <${root.name.slice(0, 80)}>, not <Response>`, line, column };
  }
  return { ok: true, ...readVerbs(root, url) };
}

/** The whole text is one message. */
function readPlain(text: string): ReadTwiml {
  const length = characters(text);
  if (length > LONGEST_REPLY) return nothing(14103, `${length} characters, at most ${LONGEST_REPLY}`);
  if (text.includes('\0')) return nothing(14103, 'holds a NUL character');
  const addresses = { to: null, from: null, action: null, statusCallback: null };
  return done([{ kind: 'message', ...addresses, body: text, media: [], method: 'POST' }]);
}

function readType(header: string): { type: string; charset: string | null } {
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim());
  const charset = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  return { type: type.toLowerCase(), charset: charset?.replace(/^"(.*)"$/, '$1') || null };
}

function isBlank(body: Uint8Array): boolean {
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  return body.subarray(start).every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

function done(verbs: Verb[]): ReadTwiml {
  return { ok: true, verbs, warnings: [] };
}

/** No reply, and why. */
function nothing(code: number, why: string): ReadTwiml {
  return { ok: true, verbs: [], warnings: [{ code, why, ...WHOLE }] };
}

function refused(code: number, why: string): TwimlFault {
  return { ok: false, code, why: why.slice(0, 200), ...WHOLE };
}
