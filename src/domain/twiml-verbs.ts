/**
 * Elements → verbs (behaviour sheet 3.4). What cannot be used is skipped with a warning, never refused: 12200 for what
 * TwiML does not know, 14110 for verbs of calls, 14101–14105 for values.
 */
import { formatAddress, parseSender, parseTo } from './address.ts';
import { parseCallbackUrl } from './callback-url.ts';
import { characters } from './segments.ts';
import {
  LONGEST_REPLY,
  type MessageVerb,
  type Method,
  MOST_MEDIA,
  type RedirectVerb,
  type TwimlWarning,
  type Verb,
} from './twiml-shapes.ts';
import type { Element } from './twiml-xml.ts';

/** A document of a thousand unknown verbs is one mistake, not a thousand. The last warning says how many more there were. */
const MOST_WARNINGS = 20;
const MESSAGE_ATTRIBUTES = ['to', 'from', 'action', 'method', 'statusCallback'];
/** Verbs of calls; in the answer to a message they are 14110. */
const CALL_VERBS = new Set(
  'Say Play Dial Record Gather Hangup Reject Pause Enqueue Leave Connect Start Stop Pay Prompt Refer Echo Queue'.split(
    ' ',
  ),
);
const TOP_VERBS = ['Message', 'Redirect', 'Sms'];

/** The verbs of a `<Response>`, up to and with the first `<Redirect>`. `url` is the document's own, for relative ones. */
export function readVerbs(response: Element, url: string): { verbs: Verb[]; warnings: TwimlWarning[] } {
  const reader = new Reader(url);
  const verbs = reader.response(response);
  const { warnings, untold } = reader;
  const last = warnings.at(-1);
  if (last && untold > 0) last.why += ` (and ${untold} more of this document)`;
  return { verbs, warnings };
}

class Reader {
  readonly warnings: TwimlWarning[] = [];
  /** Warnings beyond the most that are told. */
  untold = 0;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  response(response: Element): Verb[] {
    const verbs: Verb[] = [];
    this.#attributes(response, []);
    for (const child of response.children) {
      if (typeof child === 'string') {
        if (trim(child) !== '') this.#warn(response, 12200, 'text outside of a verb; put it into <Message>');
        continue;
      }
      const verb = this.#verb(child);
      if (verb) verbs.push(verb);
      // What follows is never reached.
      if (verb?.kind === 'redirect') break;
    }
    return verbs;
  }

  #verb(element: Element): Verb | null {
    if (element.name === 'Message' || element.name === 'Sms') return this.#message(element);
    if (element.name === 'Redirect') return this.#redirect(element);
    if (CALL_VERBS.has(element.name)) {
      return this.#warn(element, 14110, `<${element.name}> is for calls; a reply has ${TOP_VERBS.join(', ')}`);
    }
    return this.#warn(element, 12200, `unknown verb ${named(element.name, TOP_VERBS)}`);
  }

  #message(element: Element): MessageVerb | null {
    const given = this.#attributes(element, MESSAGE_ATTRIBUTES);
    const { body, media } = this.#content(element);
    const to = given.get('to');
    const toAddress = to === undefined ? null : parseTo(to);
    if (to !== undefined && !toAddress) return this.#warn(element, 14101, `to="${to}" is no address`);
    const from = given.get('from');
    const fromAddress = from === undefined ? null : parseSender(from);
    if (from !== undefined && !fromAddress) return this.#warn(element, 14102, `from="${from}" is no address`);
    if (body === '' && media.length === 0) return this.#warn(element, 14103, 'neither text nor media');
    if (characters(body) > LONGEST_REPLY) {
      return this.#warn(element, 14103, `${characters(body)} characters, at most ${LONGEST_REPLY}`);
    }
    const method = this.#method(element, given.get('method'));
    if (method === null) return null;
    const callback = given.get('statusCallback') || undefined;
    const statusCallback = callback === undefined ? null : this.#resolve(callback);
    if (callback !== undefined && !statusCallback) {
      return this.#warn(element, 14105, `statusCallback="${callback}" is no URL that can be called`);
    }
    // An empty one would resolve to this very document.
    const wanted = given.get('action') || undefined;
    const action = wanted === undefined ? null : this.#resolve(wanted);
    // The message has done nothing wrong: it goes, only nobody is asked afterwards.
    if (wanted !== undefined && !action) this.#warn(element, 11100, `action="${wanted}" is no URL that can be called`);
    return {
      kind: 'message',
      to: toAddress && formatAddress(toAddress),
      from: fromAddress && formatAddress(fromAddress),
      body,
      media,
      action,
      method,
      statusCallback,
    };
  }

  /** Text of its own and of every `<Body>`, and the media. Several texts are joined by line ends, so none is lost. */
  #content(element: Element): { body: string; media: string[] } {
    const texts: string[] = [];
    const media: string[] = [];
    for (const child of element.children) {
      if (typeof child === 'string') texts.push(trim(child));
      else if (child.name === 'Body') {
        this.#attributes(child, []);
        texts.push(this.#text(child));
      } else if (child.name === 'Media') {
        this.#attributes(child, []);
        this.#media(child, media);
      } else this.#warn(child, 12200, `unknown in <${element.name}>: ${named(child.name, ['Body', 'Media'])}`);
    }
    const full = texts.filter((text) => text !== '');
    if (full.length > 1)
      this.#warn(element, 12200, `${full.length} texts in one <${element.name}>, joined by line ends`);
    return { body: full.join('\n'), media };
  }

  #media(element: Element, media: string[]): void {
    const text = this.#text(element);
    const url = URL.parse(text);
    if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
      this.#warn(element, 12200, `"${text}" is no absolute http or https URL`);
    } else if (media.length >= MOST_MEDIA) this.#warn(element, 12200, `more than ${MOST_MEDIA} media`);
    else media.push(url.href);
  }

  #redirect(element: Element): RedirectVerb | null {
    const given = this.#attributes(element, ['method']);
    const text = this.#text(element);
    const method = this.#method(element, given.get('method'));
    if (method === null) return null;
    const url = this.#resolve(text);
    if (url === null) return this.#warn(element, 11100, `"${text}" is no URL that can be called`);
    return { kind: 'redirect', url, method };
  }

  /** The text of an element that holds nothing else. */
  #text(element: Element): string {
    let text = '';
    for (const child of element.children) {
      if (typeof child === 'string') text += child;
      else this.#warn(child, 12200, `<${element.name}> holds text alone, not <${child.name}>`);
    }
    return trim(text);
  }

  #attributes(element: Element, known: string[]): Map<string, string> {
    const given = new Map<string, string>();
    for (const [name, value] of element.attributes) {
      if (known.includes(name)) given.set(name, value.trim());
      else this.#warn(element, 12200, `<${element.name}> has no attribute ${named(name, known)}`);
    }
    return given;
  }

  #method(element: Element, text = 'POST'): Method | null {
    const method = text.toUpperCase();
    if (method === 'GET' || method === 'POST') return method;
    return this.#warn(element, 14104, `method="${text}", not GET or POST`);
  }

  /** As a browser would, fragment kept: it holds the rules of the request. */
  #resolve(text: string): string | null {
    const url = URL.parse(text, this.#url);
    return url && parseCallbackUrl(url.href).ok ? url.href : null;
  }

  /** Always `null`: what is warned about is skipped. */
  #warn(element: Element, code: number, why: string): null {
    const { line, column } = element;
    if (this.warnings.length < MOST_WARNINGS) this.warnings.push({ code, why: cut(why), line, column });
    else this.untold += 1;
    return null;
  }
}

/** Of XML only: a non-breaking space at the end was meant. */
function trim(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === 0x09 || unit === 0x0a || unit === 0x0d;
}

function named(name: string, known: string[]): string {
  const meant = known.find((one) => one.toLowerCase() === name.toLowerCase());
  return meant ? `${name}; write ${meant}` : name;
}

function cut(why: string): string {
  return why.length <= 200 ? why : `${why.slice(0, 199)}…`.toWellFormed();
}
