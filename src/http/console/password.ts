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
 * Behind a proxy the operator has the address of the guesser, and comes in after those who wait already, which are 11 s
 * at most. When too many wait the next is refused, whoever it is: guessers who come again at once can keep a line full,
 * and would push others out of it if the new ones took their places. So who has signed in with this browser before
 * stands in a line where no guesser is.
 */
const PAUSE_MS = 500;
const LONGEST = 1_024;

interface Line {
  /** Who is compared. */
  turns: Turns;
  /** Who comes from where somebody guesses. */
  slow: Turns;
}

export interface SignInAttempt {
  name: string;
  password: string;
  address: string;
  /** That user signed in with this browser before. */
  isKnown: boolean;
}

export class Passwords {
  readonly #clock: Pick<Clock, 'monotonic' | 'after'>;
  readonly #users: readonly ConsoleUser[];
  readonly #cost: ScryptOptions;
  readonly #kept = new Map<string, { salt: Buffer; key: Buffer }>();
  readonly #failures: Failures;
  readonly #strangers: Line = { turns: new Turns(MOST_AT_ONCE, MOST_WAITING), slow: new Turns(1, MOST_WAITING) };
  readonly #known: Line = { turns: new Turns(1, MOST_WAITING), slow: new Turns(1, MOST_WAITING) };

  /** `cost`: another one, for tests that try many. */
  constructor(users: readonly ConsoleUser[], clock: Pick<Clock, 'monotonic' | 'after'>, cost = COST) {
    this.#users = users;
    this.#cost = cost;
    this.#clock = clock;
    this.#failures = new Failures(clock);
  }

  /** The user with this password, `null` for any mistake; 429/20429 when too many wait in its line. */
  async verify(attempt: SignInAttempt): Promise<ConsoleUser | null> {
    const { turns, slow } = attempt.isKnown ? this.#known : this.#strangers;
    if (!this.#failures.areTooMany(attempt.address)) return this.#match(attempt, turns);
    const end = await slow.take();
    let user: ConsoleUser | null = null;
    try {
      user = await this.#match(attempt, turns);
      return user;
    } finally {
      if (user) end();
      else this.#clock.after(PAUSE_MS, end);
    }
  }

  async #match({ name, password, address }: SignInAttempt, turns: Turns): Promise<ConsoleUser | null> {
    const user = this.#users.find((one) => one.name === name);
    const isRight = await this.#compare(user ?? null, password, turns);
    if (isRight && user) return user;
    this.#failures.count(address);
    return null;
  }

  /** Takes as long for a name that nobody has. */
  async #compare(user: ConsoleUser | null, password: string, turns: Turns): Promise<boolean> {
    const name = user?.name ?? '';
    let kept = this.#kept.get(name);
    if (kept === undefined) {
      kept = await this.#keep(user?.password ?? randomBytes(BYTES).toString('hex'), turns);
      this.#kept.set(name, kept);
    }
    const { salt, key } = kept;
    const given = await this.#derive(password.slice(0, LONGEST), salt, turns);
    return timingSafeEqual(given, key) && user !== null && password.length <= LONGEST;
  }

  async #keep(password: string, turns: Turns): Promise<{ salt: Buffer; key: Buffer }> {
    const salt = randomBytes(BYTES);
    return { salt, key: await this.#derive(password, salt, turns) };
  }

  async #derive(password: string, salt: Buffer, turns: Turns): Promise<Buffer> {
    const end = await turns.take();
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize(), salt, BYTES, this.#cost, (error, key) => (error ? reject(error) : resolve(key)));
      });
    } finally {
      end();
    }
  }
}
