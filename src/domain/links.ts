/** Link shortening: which links of a text are shortened, the codes that stand for them, and the text with them. Pure. */
import { LinkifyIt } from 'linkify-it';
import { parse } from 'tldts';

/** A link in a text: `text.slice(start, end)`, and the address it leads to as a browser would ask for it. */
export interface FoundLink {
  start: number;
  end: number;
  target: string;
}

/** Where the short links of a domain stand. */
export interface ShortBase {
  /** What they begin with, up to the code: `https://l.example.com/`. */
  url: string;
  /** Whether a text shows them without `https://`. */
  hideScheme: boolean;
  /** What the short links of our other domains begin with. */
  others?: readonly string[];
}

/** A text with short links, and what each code of it stands for. */
export interface Shortened {
  body: string;
  links: { code: string; target: string }[];
}

export const CODE_LENGTH = 10;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** A byte from here on would make the first letters likelier than the last: 256 is no multiple of 62. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);
const CODE = new RegExp(`^[A-Za-z0-9]{${CODE_LENGTH}}$`);
const SCHEME = /^https?:\/\//i;

// Names without a scheme and mail addresses stay as they are written: who reads them does not expect a link.
const linkify = new LinkifyIt({ fuzzyLink: false, fuzzyEmail: false, fuzzyIP: false });

/** Whether `text` has the form of a code. */
export function isCode(text: string): boolean {
  return CODE.test(text);
}

/**
 * The http and https links of a text, in their order. Punctuation that ends a sentence is not part of a link. Left out:
 * one with user and password, and one whose host no phone could find (`http://intranet/`); `localhost` counts.
 */
export function findLinks(text: string): FoundLink[] {
  return (linkify.match(text) ?? []).flatMap(({ index: start, lastIndex: end, raw }) => {
    const target = SCHEME.test(raw) ? targetOf(raw) : null;
    return target === null ? [] : [{ start, end, target }];
  });
}

function targetOf(raw: string): string | null {
  if (!URL.canParse(raw)) return null;
  const { href, hostname, username, password } = new URL(raw);
  if (username !== '' || password !== '') return null;
  const { domain, isIp } = parse(hostname);
  return domain !== null || isIp || hostname === 'localhost' ? href : null;
}

/** A code of 10 letters and digits, each as likely as any other. `random` gives as many bytes as it is asked for. */
export function makeCode(random: (bytes: number) => Uint8Array): string {
  let code = '';
  while (code.length < CODE_LENGTH) {
    for (const byte of random(CODE_LENGTH)) {
      if (byte < FAIR_BYTES && code.length < CODE_LENGTH) code += ALPHABET[byte % ALPHABET.length];
    }
  }
  return code;
}

/**
 * The text with every link replaced by a short one. What is a short link of ours already stays; the same address
 * twice in a text has one code. Nothing but links changes.
 */
export function shortenLinks(text: string, base: ShortBase, newCode: () => string): Shortened {
  const codes = new Map<string, string>();
  const taken = new Set<string>();
  const prefix = base.hideScheme ? base.url.replace(SCHEME, '') : base.url;
  let body = '';
  let done = 0;
  for (const { start, end, target } of findLinks(text)) {
    if ([base.url, ...(base.others ?? [])].some((url) => isShort(target, url))) continue;
    const code = codes.get(target) ?? unused(taken, newCode);
    codes.set(target, code);
    body += text.slice(done, start) + prefix + code;
    done = end;
  }
  return { body: body + text.slice(done), links: [...codes].map(([target, code]) => ({ code, target })) };
}

function unused(taken: Set<string>, newCode: () => string): string {
  let code = newCode();
  while (taken.has(code)) code = newCode();
  taken.add(code);
  return code;
}

/** By either scheme: a proxy may speak https for a base of http. */
function isShort(target: string, base: string): boolean {
  const place = base.replace(SCHEME, '');
  const asked = target.replace(SCHEME, '');
  return asked.startsWith(place) && isCode(asked.slice(place.length).replace(/[/?#].*$/s, ''));
}

/** Whether a stored target may be sent to a browser. Targets come from `findLinks`, so this is the second look. */
export function isWebAddress(target: string): boolean {
  const url = URL.parse(target);
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') && url.hostname !== '';
}
