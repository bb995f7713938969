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
  texts: Record<OptOutType, TextsByCountry>;
  /** Words that tell in which language their sender wants to be answered. */
  languages: LanguageRules[];
}

export type TextsByCountry = Record<string, string>;

export interface LanguageRules {
  type: OptOutType;
  /** As in `domain/languages.ts`. */
  language: string;
  keywords: string[];
  /** Where there is none for the country, nor for `ALL`, those of the class count. */
  texts: TextsByCountry;
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

/** What can be a keyword at all. */
export const KEYWORD = /^[A-Z0-9]{1,34}$/i;

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
  const spoken = advanced?.languages.find(({ keywords }) => keywords.includes(word));
  const type = byNetwork ?? spoken?.type ?? classOf(word, wordsFor(question, network));
  if (type === null) return null;
  const change = type === 'STOP' ? 'opt-out' : type === 'START' ? 'opt-in' : null;
  const changes = change !== null && (change === 'opt-out') !== isOptedOut;
  // On toll-free numbers HELP of somebody who has opted out gets no answer.
  const answers = change === null ? !(network && isOptedOut) : changes;
  const text =
    byNetwork === 'STOP' || byNetwork === 'START'
      ? NETWORK_TEXTS[byNetwork]
      : textFor(type, [spoken?.texts, advanced?.texts[type]], question.country);
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

/** The language somebody has written in says more than where their number is from. */
function textFor(type: OptOutType, choices: (TextsByCountry | undefined)[], country: string | null): string {
  for (const texts of choices) {
    const own = country !== null && texts && Object.hasOwn(texts, country) ? texts[country] : undefined;
    const text = own ?? texts?.ALL;
    if (text !== undefined) return text;
  }
  return DEFAULT_TEXTS[type];
}
