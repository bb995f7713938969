/** Pools of numbers that accounts of this server may take: written down as numbers and blocks, searched by pattern. */
import { type CountryCode, getCountryCallingCode } from 'libphonenumber-js/max';
import { countryOf, isCountry, numberType, parseSender } from './address.ts';
import { homeOf } from './geography.ts';

export const POOL_TYPES = [
  'local',
  'mobile',
  'toll-free',
  'national',
  'shared-cost',
  'voip',
  'machine-to-machine',
] as const;
export type PoolType = (typeof POOL_TYPES)[number];

export interface NumberPool {
  /** ISO 3166, in capitals. */
  country: string;
  type: PoolType;
  /** `+12025550100`, or a block such as `+120255501xx`: each x is any digit. */
  numbers: string[];
  canSms: boolean;
  canMms: boolean;
}

/** A number of a pool, whether or not somebody has it. */
export interface Pooled {
  e164: string;
  pool: NumberPool;
}

/** At most four digits of a block are open, so a line of the settings is ten thousand numbers at most. */
const ENTRY = /^\+[1-9]\d{5,13}x{0,4}$/;

/** Why these are no numbers of this country that could be handed out, in a phrase; `null` when they are. */
export function poolProblem(country: string, numbers: string[]): string | null {
  if (!isCountry(country)) return `the country "${country}". Allowed: two capitals of ISO 3166, such as "US"`;
  for (const entry of numbers) {
    const first = entry.replaceAll('x', '0');
    const isNumber = ENTRY.test(entry) && parseSender(first)?.kind === 'number';
    if (!isNumber) return `the number "${entry}". Allowed: +12025550100, or a block such as +120255501xx`;
    // Fictional numbers are of no country for sure, but never of another calling code.
    const home = countryOf(first);
    const isShared = home === 'US' && getCountryCallingCode(country as CountryCode) === '1';
    if (home !== country && !isShared) return `"${entry}", which is not in ${country}`;
  }
  return numbers.length === 0 ? 'no numbers' : null;
}

/** Every number of these pools, in their order; one that is in two pools comes once. */
export function* pooledNumbers(pools: readonly NumberPool[]): Generator<Pooled> {
  const seen = new Set<string>();
  for (const pool of pools) {
    for (const entry of pool.numbers) {
      for (const e164 of expand(entry)) {
        if (seen.has(e164)) continue;
        seen.add(e164);
        yield { e164, pool };
      }
    }
  }
}

function* expand(entry: string): Generator<string> {
  const stem = entry.replaceAll('x', '');
  const open = entry.length - stem.length;
  if (open === 0) yield entry;
  else for (let n = 0; n < 10 ** open; n += 1) yield stem + String(n).padStart(open, '0');
}

/** The pool that has this number; `null`: none. */
export function poolWith(pools: readonly NumberPool[], e164: string): NumberPool | null {
  const has = (entry: string) => entry.length === e164.length && e164.startsWith(entry.replaceAll('x', ''));
  return pools.find(({ numbers }) => numbers.some(has)) ?? null;
}

/** Also those that are set aside for fiction, whose type the number plan does not tell. */
const TOLL_FREE = /^\+(1(800|833|844|855|866|877|888)|448081570)/;
const FICTIONAL_MOBILE = /^\+447700900\d{3}$/;

/** What a number is sold as: what its pool says, else what its digits tell. */
export function poolTypeOf(pools: readonly NumberPool[], e164: string): PoolType {
  const pool = poolWith(pools, e164);
  if (pool) return pool.type;
  const type = numberType(e164);
  if (type === 'toll-free' || TOLL_FREE.test(e164)) return 'toll-free';
  return type === 'mobile' || FICTIONAL_MOBILE.test(e164) ? 'mobile' : 'local';
}

/** State or province of a number, two letters; `''`: unknown. */
export function regionOf(e164: string): string {
  return homeOf({ kind: 'number', e164 }).state;
}

const KEYPAD = ['', '', 'ABC', 'DEF', 'GHI', 'JKL', 'MNO', 'PQRS', 'TUV', 'WXYZ'];

/**
 * Reads `Contains`: digits, letters as on a keypad, `*` for one digit, `%` for any run of digits, `+` or `^` at the
 * start and `$` at the end as anchors. `null`: it is not 2 to 16 of these.
 */
export function readContains(text: string): RegExp | null {
  if (text.length < 2 || text.length > 16 || !/^[+^]?[\dA-Za-z*%]*\$?$/.test(text)) return null;
  // A row of wildcards is one: each run of its own would be tried at every length of all the others.
  const pieces = text.match(/[*%]+|./g) ?? [];
  const source = pieces.map((character) => {
    const stars = character.replaceAll('%', '').length;
    if (/^[*%]/.test(character)) return `\\d{${stars}${character.length > stars ? ',' : ''}}`;
    if (character === '+') return '^\\+';
    if (character === '^') return '^\\+?';
    if (/[A-Za-z]/.test(character)) return KEYPAD.findIndex((keys) => keys.includes(character.toUpperCase()));
    return character;
  });
  return new RegExp(source.join(''));
}

/**
 * What `dev` hands out when no pool is configured: numbers that are set aside for fiction (555-01xx in North America;
 * Ofcom's drama numbers), so that nobody is ever texted by mistake. Area code 500 is that of the test credentials.
 */
export const FICTIONAL_POOLS: NumberPool[] = [
  pool('US', 'local', true, '+121255501xx', '+141555501xx', '+131255501xx', '+150055501xx'),
  pool('US', 'toll-free', true, '+180055501xx'),
  pool('CA', 'local', true, '+141655501xx', '+160455501xx'),
  pool('GB', 'local', false, '+4420794600xx'),
  pool('GB', 'mobile', false, '+4477009000xx'),
  pool('GB', 'toll-free', false, '+4480815700xx'),
];

function pool(country: string, type: PoolType, canMms: boolean, ...numbers: string[]): NumberPool {
  return { country, type, numbers, canSms: true, canMms };
}
