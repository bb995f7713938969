/**
 * Advanced Opt-Out as it is given (behaviour sheet 4.5): keywords and texts by class, or by class and language as in
 * `STOP.SPANISH`. A language is told by the word that somebody texts: a number tells its country alone.
 */
import {
  type AdvancedOptOut,
  DEFAULT_KEYWORDS,
  DEFAULT_TEXTS,
  KEYWORD,
  type LanguageRules,
  OPT_OUT_TYPES,
  type OptOutType,
  type TextsByCountry,
} from './keywords.ts';
import { isLanguage } from './languages.ts';

/** By `STOP`, which is `STOP.ALL`, or `STOP.SPANISH`. What is left out stays as it is by default. */
export interface AdvancedInput {
  keywords?: Record<string, string[]>;
  texts?: Record<string, TextsByCountry>;
}

/** `parameter` as in `keywords.STOP`. */
export interface AdvancedFault {
  parameter: string;
  received: string;
  allowed: string;
  fix: string;
}

export type ReadAdvanced = { ok: true; advanced: AdvancedOptOut } | ({ ok: false } & AdvancedFault);

const LONGEST_TEXT = 320;
const MOST_KEYWORDS = 100;
const ALLOWED_KEYS = 'STOP, START, HELP, or one of them with a language: STOP.SPANISH';

/** Completes and judges a service's keywords: reserved words stay in their class, and no word is in two places. */
export function readAdvanced(input: AdvancedInput): ReadAdvanced {
  try {
    return { ok: true, advanced: read(input) };
  } catch (error) {
    if (error instanceof Unfit) return { ok: false, ...error.fault };
    throw error;
  }
}

/** The same in the spelling of an input; reading it again gives the same. */
export function showAdvanced({ keywords, texts, languages }: AdvancedOptOut): Required<AdvancedInput> {
  const named = languages.map((one) => [`${one.type}.${one.language}`, one] as const);
  return {
    keywords: { ...keywords, ...Object.fromEntries(named.map(([key, one]) => [key, one.keywords])) },
    texts: { ...texts, ...Object.fromEntries(named.map(([key, one]) => [key, one.texts])) },
  };
}

class Unfit extends Error {
  readonly fault: AdvancedFault;

  constructor(parameter: string, received: string, allowed: string, fix: string) {
    super(allowed);
    this.fault = { parameter, received, allowed, fix };
  }
}

interface Place {
  type: OptOutType;
  /** `null`: all of them. */
  language: string | null;
}

function read(input: AdvancedInput): AdvancedOptOut {
  const givenWords = byPlace(input.keywords ?? {}, 'keywords');
  const givenTexts = byPlace(input.texts ?? {}, 'texts');
  const owners = new Map<string, string>(OPT_OUT_TYPES.map((type) => [type, type]));
  const keywords: AdvancedOptOut['keywords'] = { STOP: [], START: [], HELP: [] };
  const texts: AdvancedOptOut['texts'] = { STOP: {}, START: {}, HELP: {} };
  for (const type of OPT_OUT_TYPES) {
    const own = givenWords.get(type);
    const given = own?.value ?? DEFAULT_KEYWORDS[type];
    keywords[type] = wordsOf([type, ...given], own?.parameter ?? `keywords.${type}`, owners, type);
    texts[type] = { ALL: DEFAULT_TEXTS[type], ...textsOf(givenTexts.get(type)) };
  }
  const languages: LanguageRules[] = [];
  for (const [key, { type, language, parameter, value }] of givenWords) {
    if (language === null) continue;
    const words = wordsOf(value, parameter, owners, key);
    languages.push({ type, language, keywords: words, texts: textsOf(givenTexts.get(key)) });
  }
  for (const [key, { language, parameter }] of givenTexts) {
    if (language === null || givenWords.get(key)?.value.length) continue;
    throw new Unfit(parameter, key, 'a language that has keywords', `Add keywords.${key}: they tell the language.`);
  }
  return { keywords, texts, languages };
}

interface Given<Value> extends Place {
  parameter: string;
  value: Value;
}

/** By `STOP` or `STOP.SPANISH`; `STOP.ALL` is `STOP`. */
function byPlace<Value>(given: Record<string, Value>, what: string): Map<string, Given<Value>> {
  const found = new Map<string, Given<Value>>();
  for (const [key, value] of Object.entries(given)) {
    const parameter = `${what}.${key}`;
    const place = placeOf(key);
    if (place === null) throw new Unfit(parameter, key, ALLOWED_KEYS, 'Languages have their English names.');
    const name = place.language === null ? place.type : key;
    if (found.has(name)) throw new Unfit(parameter, key, `${name} once`, `${key} is ${name}: leave one of them out.`);
    found.set(name, { ...place, parameter, value });
  }
  return found;
}

function placeOf(key: string): Place | null {
  const [name, language = 'ALL', ...rest] = key.split('.');
  const type = OPT_OUT_TYPES.find((one) => one === name);
  if (!type || rest.length > 0) return null;
  if (language === 'ALL') return { type, language: null };
  return isLanguage(language) ? { type, language } : null;
}

/**
 * In capitals, each once. `owners`: which words stand where already. A word of a class may stand in one of its
 * languages as well, and then it is of that language.
 */
function wordsOf(given: readonly string[], parameter: string, owners: Map<string, string>, key: string): string[] {
  if (given.length > MOST_KEYWORDS) {
    throw new Unfit(parameter, `${given.length} keywords`, `up to ${MOST_KEYWORDS}`, 'Take some out.');
  }
  const words = new Set<string>();
  for (const received of given) {
    if (!KEYWORD.test(received)) {
      const fix = 'A keyword is one word, and the whole message.';
      throw new Unfit(parameter, received, '1 to 34 letters A to Z and digits', fix);
    }
    const word = received.toUpperCase();
    const owner = owners.get(word) ?? key;
    if (owner !== key && !key.startsWith(`${owner}.`)) {
      throw new Unfit(
        parameter,
        received,
        `a word that is not in ${owner}`,
        `Take it out of ${key} or out of ${owner}.`,
      );
    }
    owners.set(word, key);
    words.add(word);
  }
  return [...words];
}

function textsOf(given: Given<TextsByCountry> | undefined): TextsByCountry {
  const texts = Object.entries(given?.value ?? {});
  for (const [country, text] of texts) {
    const parameter = given?.parameter ?? '';
    if (!/^(?:ALL|[A-Z]{2})$/.test(country)) {
      throw new Unfit(parameter, country, 'an ISO 3166 code, or ALL', 'Write US or ALL.');
    }
    if (text.trim() !== '' && text.length <= LONGEST_TEXT) continue;
    const received = `${text.length} characters`;
    throw new Unfit(`${parameter}.${country}`, received, `1 to ${LONGEST_TEXT}`, 'Shorten or fill it.');
  }
  return Object.fromEntries(texts);
}
