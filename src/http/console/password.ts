/** Passwords of the console: compared as scrypt makes them, a few at a time, and not for those who guess. */
import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../domain/clock.ts';
import { refuse } from '../../domain/errors.ts';
import type { ConsoleUser } from './parts.ts';

/** 32 MB and some 60 ms each: what a person does not notice and a guesser does. */
const COST: ScryptOptions = { N: 32_768, r: 8, p: 1, maxmem: 67_108_864 };
const BYTES = 32;
/** At once; the others wait. Node has four threads for this and for file access. */
const MOST_AT_ONCE = 2;
const MOST_WAITING = 20;

const FAILURES_ALLOWED = 20;
const FAILURE_WINDOW_MS = 10_000;
const MOST_ADDRESSES = 10_000;
const LONGEST = 1_024;

export class Passwords {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #users: readonly ConsoleUser[];
  readonly #cost: ScryptOptions;
  readonly #kept = new Map<string, { salt: Buffer; key: Buffer }>();
  readonly #failures = new Map<string, { count: number; since: number }>();
  readonly #waiting: (() => void)[] = [];
  #busy = 0;

  /** `cost`: another one, for tests that try many. */
  constructor(users: readonly ConsoleUser[], clock: Pick<Clock, 'monotonic'>, cost = COST) {
    this.#users = users;
    this.#cost = cost;
    this.#clock = clock;
  }

  /** The user with this password, `null` for any mistake; 429/20429 for an address that was wrong too often. */
  async verify(name: string, password: string, address: string): Promise<ConsoleUser | null> {
    if (this.#isBraked(address)) throw refuse(20429);
    const user = this.#users.find((one) => one.name === name);
    const isRight = await this.#compare(user ?? null, password);
    if (isRight && user) return user;
    this.#countFailure(address);
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
    if (this.#busy >= MOST_AT_ONCE) {
      if (this.#waiting.length >= MOST_WAITING) throw refuse(20429);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    } else {
      this.#busy += 1;
    }
    try {
      return await new Promise((resolve, reject) => {
        scrypt(password.normalize(), salt, BYTES, this.#cost, (error, key) => (error ? reject(error) : resolve(key)));
      });
    } finally {
      // The place is handed on, so nobody can slip in between.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#busy -= 1;
    }
  }

  #isBraked(address: string): boolean {
    const failures = this.#failures.get(address);
    if (failures === undefined || failures.count < FAILURES_ALLOWED) return false;
    return this.#clock.monotonic() - failures.since < FAILURE_WINDOW_MS;
  }

  #countFailure(address: string): void {
    const now = this.#clock.monotonic();
    const failures = this.#failures.get(address);
    if (failures && now - failures.since < FAILURE_WINDOW_MS) {
      failures.count += 1;
      return;
    }
    if (this.#failures.size >= MOST_ADDRESSES) this.#failures.delete(this.#failures.keys().next().value ?? '');
    this.#failures.delete(address);
    this.#failures.set(address, { count: 1, since: now });
  }
}
