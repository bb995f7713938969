/** Passwords of the console: compared as scrypt makes them, a few at a time, and slowly where somebody guesses. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import { Failures } from '../failures.ts';
import { Turns } from '../turns.ts';
import type { ConsoleUser } from './parts.ts';

/** 32 MB and some 60 ms each: what a person does not notice and a guesser does. */
const COST: ScryptOptions = { N: 32_768, r: 8, p: 1, maxmem: 67_108_864 };
const BYTES = 32;
/** At once; the others wait. Node has four threads for this and for file access. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 20;

/**
 * From addresses where somebody guesses one password is compared at a time, and none for so long after a wrong one.
 * Nobody is shut out: behind a proxy the operator has the address of the guesser, and comes in after those who wait
 * already, which are 11 s at most.
 */
const PAUSE_MS = 500;
const MOST_WAITING_SLOWLY = 20;
const LONGEST = 1_024;

export class Passwords {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #users: readonly ConsoleUser[];
  readonly #cost: ScryptOptions;
  readonly #kept = new Map<string, { salt: Buffer; key: Buffer }>();
  readonly #turns = new Turns(MOST_AT_ONCE, MOST_WAITING);
  readonly #failures: Failures;
  readonly #slowTurns = new Turns(1, MOST_WAITING_SLOWLY);

  /** `cost`: another one, for tests that try many. */
  constructor(users: readonly ConsoleUser[], clock: Pick<Clock, 'monotonic' | 'after'>, cost = COST) {
    this.#users = users;
    this.#cost = cost;
    this.#clock = clock;
    this.#failures = new Failures(clock);
  }

  /** The user with this password, `null` for any mistake; 429/20429 when too many wait for an answer. */
  async verify(name: string, password: string, address: string): Promise<ConsoleUser | null> {
    if (!this.#failures.areTooMany(address)) return this.#match(name, password, address);
    const end = await this.#slowTurns.take();
    let user: ConsoleUser | null = null;
    try {
      user = await this.#match(name, password, address);
      return user;
    } finally {
      if (user) end();
      else this.#clock.after(PAUSE_MS, end);
    }
  }

  async #match(name: string, password: string, address: string): Promise<ConsoleUser | null> {
    const user = this.#users.find((one) => one.name === name);
    const isRight = await this.#compare(user ?? null, password);
    if (isRight && user) return user;
    this.#failures.count(address);
    return null;
  }

  /** Takes as long for a name that nobody has. */
  async #compare(user: ConsoleUser | null, password: string): Promise<boolean> {
    const name = user?.name ?? '';
    let kept = this.#kept.get(name);
    if (kept === undefined) {
      kept = await this.#keep(user?.password ?? randomBytes(BYTES).toString('hex'));
      this.#kept.set(name, kept);
    }
    const { salt, key } = kept;
    const given = await this.#derive(password.slice(0, LONGEST), salt);
    return timingSafeEqual(given, key) && user !== null && password.length <= LONGEST;
  }

  async #keep(password: string): Promise<{ salt: Buffer; key: Buffer }> {
    const salt = randomBytes(BYTES);
    return { salt, key: await this.#derive(password, salt) };
  }

  async #derive(password: string, salt: Buffer): Promise<Buffer> {
    const end = await this.#turns.take();
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize(), salt, BYTES, this.#cost, (error, key) => (error ? reject(error) : resolve(key)));
      });
    } finally {
      end();
    }
  }
}
