/**
 * The catalogue: every code Pidge gives, with its words. The wire says what Twilio says (`sentence`); meaning, causes
 * and fixes are our own and go to `pidge explain`, to `details` and to the documentation.
 */
import { ACCOUNTS } from './catalogue/accounts.ts';
import { ADDRESSES } from './catalogue/addresses.ts';
import { CHANNELS } from './catalogue/channels.ts';
import { CONSENT } from './catalogue/consent.ts';
import { CONTENT } from './catalogue/content.ts';
import { DELIVERY } from './catalogue/delivery.ts';
import type { Entry, Side } from './catalogue/entry.ts';
import { GENERAL } from './catalogue/general.ts';
import { LINKS } from './catalogue/links.ts';
import { MEDIA } from './catalogue/media.ts';
import { NUMBERS } from './catalogue/numbers.ts';
import { SERVICES } from './catalogue/services.ts';
import { TWIML } from './catalogue/twiml.ts';
import { WEBHOOKS } from './catalogue/webhooks.ts';
import { WHATSAPP } from './catalogue/whatsapp.ts';
import dictionary from './data/error-codes.json' with { type: 'json' };

const NAMES: Record<string, string> = dictionary.codes;
const WARNINGS: ReadonlySet<string> = new Set(dictionary.warnings);

/** In file order; a test holds that no code stands in two of them. */
export const SECTIONS = [
  GENERAL,
  ADDRESSES,
  CONTENT,
  MEDIA,
  CHANNELS,
  WHATSAPP,
  SERVICES,
  LINKS,
  NUMBERS,
  DELIVERY,
  CONSENT,
  ACCOUNTS,
  WEBHOOKS,
  TWIML,
];

export interface Explanation {
  code: number;
  /** HTTP status of a refusal with this code; `null` when it only ever sits on a message or a callback attempt. */
  status: number | null;
  /** `message` on the wire, with `{Name}` for values of the request. */
  sentence: string;
  title: string;
  /** The API parameter it is always about. */
  parameter?: string;
  meaning: string;
  causes: string[];
  fixes: string[];
  side: Side;
  when: 'sync' | 'async';
  reproduce: string;
}

const ENTRIES = new Map<number, Explanation>();
for (const section of SECTIONS) {
  for (const [code, entry] of Object.entries(section)) ENTRIES.set(Number(code), complete(Number(code), entry));
}

/** Every code with words of our own, ascending. */
export const CODES: readonly number[] = [...ENTRIES.keys()].sort((a, b) => a - b);

/**
 * What a code means and what to do. A code that only the public dictionary knows gets its name and where to read on;
 * `null` for a number that is no code.
 */
export function explain(code: number): Explanation | null {
  const entry = ENTRIES.get(code);
  if (entry) return entry;
  return nameOf(code) === null ? null : complete(code, foreign(code));
}

/** The dictionary's short name of a code, `null` when it has none. */
export function nameOf(code: number): string | null {
  return NAMES[String(code)] ?? null;
}

/** Whether the dictionary counts a code among the warnings; all others are errors. */
export function isWarning(code: number): boolean {
  return WARNINGS.has(String(code));
}

function complete(code: number, entry: Entry): Explanation {
  const title = entry.title ?? nameOf(code) ?? `Error ${code}`;
  return {
    ...entry,
    code,
    status: entry.status === undefined ? 400 : entry.status,
    sentence: entry.sentence ?? title,
    title,
    side: entry.side ?? 'your request',
    when: entry.when ?? 'sync',
  };
}

/** Codes we never give of ourselves, but that an outcome number or a carrier table may name. */
function foreign(code: number): Entry {
  const ofRequests = code >= 20000 && code < 30000;
  return {
    status: ofRequests ? 400 : null,
    when: ofRequests ? 'sync' : 'async',
    side: ofRequests ? 'your request' : code < 20000 ? 'your endpoint' : 'the carrier',
    meaning: 'A code of the public dictionary. Pidge does not give it of itself.',
    causes: ['It was asked for by an outcome number or a scripted phone, or a carrier reported it.'],
    fixes: [`Read https://www.twilio.com/docs/errors/${code}`],
    reproduce: code >= 20000 ? `Send to the outcome number +150055${code}` : 'Not brought about by Pidge',
  };
}
