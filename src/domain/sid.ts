/**
 * Ids of the wire: two capital letters and 32 hex digits. Ours are time-ordered, so a list by sid is a list by age:
 * 12 hex of epoch milliseconds, 4 hex counter, 16 hex random.
 */
import { createHash, randomFillSync } from 'node:crypto';

const SID_PREFIXES = [
  'AC',
  'SM',
  'MM',
  'MG',
  'PN',
  'SC',
  'AP',
  'ME',
  'SK',
  'RQ',
  'XE',
  'AI',
  'HX',
  'NO',
  'UT',
  'QE',
  'DN',
  'ZK',
  'CW',
  'OO',
] as const;
export type SidPrefix = (typeof SID_PREFIXES)[number];

const COUNTER_END = 0x10000;
/** The last instant 12 hex digits can tell; some 8 900 years away. */
const LAST_INSTANT = 2 ** 48 - 1;
const SHAPE = /^[A-Z]{2}[0-9a-fA-F]{32}$/;
/** Random bytes are drawn for so many sids at once, in the order in which one after the other would draw them. */
const DRAWN_AT_ONCE = 64;
const RANDOM_DIGITS = 16;

/**
 * Makes sids that strictly increase (in their 32 hex digits, whatever the prefix) within this maker, even while the
 * clock stands still or steps back: time never goes back here, and a counter that overflows carries into the time.
 */
export class SidMaker {
  readonly #clock: { now(): number };
  readonly #random: (bytes: number) => Uint8Array;
  #lastMs = 0;
  #counter = -1;
  /** `#lastMs` in hex: many sids fall into one millisecond. */
  #lastText = hex(0, 12);
  #drawn = '';
  #used = 0;

  constructor(clock: { now(): number }, random: (bytes: number) => Uint8Array = cryptoRandom) {
    this.#clock = clock;
    this.#random = random;
  }

  make(prefix: SidPrefix): string {
    const now = Math.min(LAST_INSTANT, Math.floor(this.#clock.now()));
    if (now > this.#lastMs) this.#begin(now);
    else {
      this.#counter += 1;
      if (this.#counter === COUNTER_END) this.#begin(this.#lastMs + 1);
    }
    // With a leading one the digits need no padding.
    const counter = (COUNTER_END + this.#counter).toString(16).slice(1);
    return prefix + this.#lastText + counter + this.#draw();
  }

  #begin(ms: number): void {
    this.#lastMs = ms;
    this.#lastText = hex(ms, 12);
    this.#counter = 0;
  }

  #draw(): string {
    if (this.#used === this.#drawn.length) {
      this.#drawn = Buffer.from(this.#random((DRAWN_AT_ONCE * RANDOM_DIGITS) / 2)).toString('hex');
      this.#used = 0;
    }
    this.#used += RANDOM_DIGITS;
    return this.#drawn.slice(this.#used - RANDOM_DIGITS, this.#used);
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

// One call into the generator serves 512 sids: a call for 8 bytes costs as much as a call for 4096.
const pool = new Uint8Array(4096);
let used = pool.length;

/** The sid of something that has a name and no record: the same name gives the same sid. It carries no instant. */
export function namedSid(prefix: SidPrefix, name: string): string {
  return prefix + createHash('sha256').update(name).digest('hex').slice(0, 32);
}

/** Unpredictable bytes from the operating system. */
export function cryptoRandom(bytes: number): Uint8Array {
  if (bytes > pool.length) return randomFillSync(new Uint8Array(bytes));
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.slice(used - bytes, used);
}

/** Bytes that depend on nothing but the seed and the calls before: same seed, same sids. For tests, not for secrets. */
export function seededRandom(seed: string): (bytes: number) => Uint8Array {
  let block = 0;
  let rest = new Uint8Array(0);
  return (bytes) => {
    while (rest.length < bytes) {
      const next = createHash('sha256').update(`${block}:${seed}`).digest();
      block += 1;
      const joined = new Uint8Array(rest.length + next.length);
      joined.set(rest);
      joined.set(next, rest.length);
      rest = joined;
    }
    const taken = rest.slice(0, bytes);
    rest = rest.slice(bytes);
    return taken;
  };
}

/** Whether `text` is a sid with one of `prefixes` (any known one when none is named). Hex digits in either case. */
export function isSid(text: string, ...prefixes: SidPrefix[]): boolean {
  if (!SHAPE.test(text)) return false;
  const known: readonly string[] = prefixes.length > 0 ? prefixes : SID_PREFIXES;
  return known.includes(text.slice(0, 2));
}

/** The instant a time-ordered sid carries, epoch ms; 0 for one that carries none. */
export function sidTime(sid: string): number {
  const ms = Number.parseInt(sid.slice(2, 14), 16);
  return Number.isFinite(ms) ? ms : 0;
}

/** The least sid of `prefix` that carries `at` or later: what is older sorts before it. */
export function firstSidAt(prefix: SidPrefix, at: number): string {
  return prefix + hex(Math.max(0, Math.min(LAST_INSTANT, Math.floor(at))), 12);
}

/** Of senders, by their kind. */
export const SENDER_PREFIX = { number: 'PN', 'short-code': 'SC', alphanumeric: 'AI', channel: 'XE' } as const;
