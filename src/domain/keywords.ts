/**
 * STOP, START, HELP (behaviour sheet 4): which messages are one, what follows, and what is answered. A keyword is a
 * whole message, and it reaches the app like any other; what is decided here happens besides.
 */
import { type Address, numberType } from './address.ts';

export type OptOutType = 'STOP' | 'START' | 'HELP';
export const OPT_OUT_TYPES: readonly OptOutType[] = ['STOP', 'START', 'HELP'];

/** A service's own keywords and texts (Advanced Opt-Out), complete: defaults are filled in by `readAdvanced`. */
export interface AdvancedOptOut {
  /** In upper case; STOP, START and HELP always stand in their own class. */
  keywords: Record<OptOutType, string[]>;
  /** By ISO country of the peer, `ALL` for the others. */
  texts: Record<OptOutType, Record<string, string>>;
}

export const DEFAULT_KEYWORDS: Record<OptOutType, readonly string[]> = {
  STOP: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT', 'OPTOUT', 'REVOKE'],
  START: ['START', 'YES', 'UNSTOP'],
  HELP: ['HELP', 'INFO'],
};

export const DEFAULT_TEXTS: Record<OptOutType, string> = {
  STOP: 'You are unsubscribed and will get no more messages from this sender. Reply START to subscribe again.',
  START: 'You are subscribed again. Reply HELP for help or STOP to unsubscribe. Message and data rates may apply.',
  HELP: 'Reply STOP to unsubscribe. Message and data rates may apply.',
};

/** Toll-free numbers of the US and Canada are served by their network, which knows few words and asks nobody. */
const NETWORK_KEYWORDS: Record<'STOP' | 'START', readonly string[]> = { STOP: ['STOP'], START: ['START', 'UNSTOP'] };
const NETWORK_TEXTS: Record<'STOP' | 'START', string> = {
  STOP: 'NETWORK MSG: You replied STOP and will get no more texts from this number. Text START to get them again.',
  START: 'NETWORK MSG: You replied START and will get texts from this number again.',
};

const KEYWORD = /^[A-Z0-9]{1,34}$/i;
const LONGEST_TEXT = 320;
const MOST_KEYWORDS = 100;

export interface KeywordQuestion {
  body: string;
  /** The address of ours that was written to. */
  receiver: Address;
  /** Of the service the receiver is in; `null`: none, or not switched on. */
  advanced: AdvancedOptOut | null;
  /** The operator leaves keywords to the app, for this number or service. Advanced Opt-Out is a wish that outranks it. */
  defaultsOff: boolean;
  isOptedOut: boolean;
  /** Of the peer, ISO 3166; `null`: unknown. */
  country: string | null;
}

export interface KeywordDecision {
  type: OptOutType;
  /** `OptOutType` of the webhook: with Advanced Opt-Out alone. */
  optOutType: OptOutType | null;
  change: 'opt-out' | 'opt-in' | null;
  /** Sent without becoming a message; `null`: silence. Only a change is confirmed, so two machines cannot go on for ever. */
  reply: string | null;
}

/** What a message means as a keyword; `null`: nothing, to this receiver. */
export function decideKeyword(question: KeywordQuestion): KeywordDecision | null {
  const { receiver, advanced, isOptedOut } = question;
  const word = keywordOf(question.body);
  if (word === null) return null;
  const network = isTollFree(receiver);
  const byNetwork = network ? classOf(word, { ...NETWORK_KEYWORDS, HELP: [] }) : null;
  const type = byNetwork ?? classOf(word, wordsFor(question, network));
  if (type === null) return null;
  const change = type === 'STOP' ? 'opt-out' : type === 'START' ? 'opt-in' : null;
  const changes = change !== null && (change === 'opt-out') !== isOptedOut;
  // On toll-free numbers HELP of somebody who has opted out gets no answer.
  const answers = change === null ? !(network && isOptedOut) : changes;
  const text =
    byNetwork === 'STOP' || byNetwork === 'START'
      ? NETWORK_TEXTS[byNetwork]
      : textFor(type, advanced, question.country);
  return {
    type,
    optOutType: advanced ? type : null,
    change: changes ? change : null,
    reply: answers ? text : null,
  };
}

/** The whole message, trimmed, in upper case; `null` when it cannot be a keyword: several words, punctuation. */
function keywordOf(body: string): string | null {
  const word = body.trim();
  return KEYWORD.test(word) ? word.toUpperCase() : null;
}

type Words = Record<OptOutType, readonly string[]>;
const NO_WORDS: Words = { STOP: [], START: [], HELP: [] };

function wordsFor({ receiver, advanced, defaultsOff }: KeywordQuestion, network: boolean): Words {
  if (advanced) return advanced.keywords;
  if (defaultsOff || !hasDefaults(receiver)) return NO_WORDS;
  return network ? { ...NO_WORDS, HELP: DEFAULT_KEYWORDS.HELP } : DEFAULT_KEYWORDS;
}

/** Short codes and WhatsApp have none of themselves: their app, or Advanced Opt-Out, has to see to it. */
function hasDefaults(receiver: Address): boolean {
  return receiver.kind === 'number' || (receiver.kind === 'channel' && receiver.channel === 'rcs');
}

function isTollFree(receiver: Address): boolean {
  return receiver.kind === 'number' && receiver.e164.startsWith('+1') && numberType(receiver.e164) === 'toll-free';
}

function classOf(word: string, words: Words): OptOutType | null {
  return OPT_OUT_TYPES.find((type) => words[type].includes(word)) ?? null;
}

function textFor(type: OptOutType, advanced: AdvancedOptOut | null, country: string | null): string {
  const texts = advanced?.texts[type];
  const own = country !== null && texts && Object.hasOwn(texts, country) ? texts[country] : undefined;
  return own ?? texts?.ALL ?? DEFAULT_TEXTS[type];
}

/** Advanced Opt-Out as it is given: what is left out stays as it is by default. */
export interface AdvancedInput {
  keywords?: Partial<Record<OptOutType, string[]>>;
  texts?: Partial<Record<OptOutType, Record<string, string>>>;
}

export type ReadAdvanced =
  | { ok: true; advanced: AdvancedOptOut }
  /** `parameter` as in `keywords.STOP`. */
  | { ok: false; parameter: string; received: string; allowed: string; fix: string };

/** Completes and judges a service's keywords: reserved words stay in their class, and no word is in two. */
export function readAdvanced(input: AdvancedInput): ReadAdvanced {
  const keywords: Record<OptOutType, string[]> = { STOP: [], START: [], HELP: [] };
  const owners = new Map<string, OptOutType>(OPT_OUT_TYPES.map((type) => [type, type]));
  for (const type of OPT_OUT_TYPES) {
    const parameter = `keywords.${type}`;
    const given = input.keywords?.[type] ?? DEFAULT_KEYWORDS[type];
    if (given.length > MOST_KEYWORDS) {
      const fix = 'Take some out.';
      return { ok: false, parameter, received: `${given.length} keywords`, allowed: `up to ${MOST_KEYWORDS}`, fix };
    }
    for (const received of [type, ...given]) {
      if (!KEYWORD.test(received)) {
        const fix = 'A keyword is one word, and the whole message.';
        return { ok: false, parameter, received, allowed: '1 to 34 letters A to Z and digits', fix };
      }
      const word = received.toUpperCase();
      const owner = owners.get(word) ?? type;
      if (owner !== type) {
        const fix = `Take it out of ${type} or out of ${owner}.`;
        return { ok: false, parameter, received, allowed: `a word that is not in ${owner}`, fix };
      }
      owners.set(word, type);
      if (!keywords[type].includes(word)) keywords[type].push(word);
    }
  }
  const texts: Record<OptOutType, Record<string, string>> = { STOP: {}, START: {}, HELP: {} };
  for (const type of OPT_OUT_TYPES) {
    for (const [country, text] of Object.entries({ ALL: DEFAULT_TEXTS[type], ...input.texts?.[type] })) {
      if (!/^(?:ALL|[A-Z]{2})$/.test(country)) {
        const fix = 'Write US or ALL.';
        return { ok: false, parameter: `texts.${type}`, received: country, allowed: 'an ISO 3166 code, or ALL', fix };
      }
      if (text.trim() === '' || text.length > LONGEST_TEXT) {
        const [received, fix] = [`${text.length} characters`, 'Shorten or fill it.'];
        return { ok: false, parameter: `texts.${type}.${country}`, received, allowed: `1 to ${LONGEST_TEXT}`, fix };
      }
      texts[type][country] = text;
    }
  }
  return { ok: true, advanced: { keywords, texts } };
}
