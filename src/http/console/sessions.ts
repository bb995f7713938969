/**
 * Sessions of the console. The browser holds a random token in a cookie; the store holds its hash, so that any node
 * knows it, a log-out ends it everywhere at once, and nobody who reads the store can use it.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { HttpContext } from '../context.ts';
import { hashSecret } from '../credentials.ts';
import type { ConsoleParts, ConsoleUser, Who } from './parts.ts';

/** `__Host-`: browsers take it only over TLS or on this machine, for this host alone and for all of its paths. */
const COOKIE = '__Host-pidge';
export const ATTRIBUTES = 'Path=/; HttpOnly; Secure; SameSite=Strict';
/** Without a request for so long a session ends. */
const IDLE_MS = 12 * 3_600_000;
/** However busy it is. */
const LONGEST_MS = 7 * 86_400_000;
/** The end is not moved for less than this: not every request should write. */
const STEP_MS = 300_000;

export interface FoundSession {
  hash: string;
  who: Who;
}

export class Sessions {
  readonly #context: Pick<HttpContext, 'store' | 'clock'>;
  readonly #parts: Pick<ConsoleParts, 'key' | 'users'>;

  constructor(context: Pick<HttpContext, 'store' | 'clock'>, parts: Pick<ConsoleParts, 'key' | 'users'>) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Answers the `Set-Cookie` of a new session. */
  async open(user: ConsoleUser): Promise<string> {
    const { store, clock } = this.#context;
    const now = clock.now();
    const token = randomBytes(32).toString('base64url');
    const session = {
      hash: hashSecret(token),
      user: user.name,
      stamp: this.#stampOf(user),
      createdAt: now,
      expiresAt: now + IDLE_MS,
    };
    await store.changeConsole({ kind: 'open', session }, now);
    return `${COOKIE}=${token}; ${ATTRIBUTES}; Max-Age=${LONGEST_MS / 1_000}`;
  }

  /** By the `Cookie` header. `null`: none, over, or its user is gone or has another password. */
  async find(header: string | undefined): Promise<FoundSession | null> {
    const token = tokenIn(header);
    if (token === null) return null;
    const { store, clock } = this.#context;
    const hash = hashSecret(token);
    const session = await store.consoleSession(hash);
    const now = clock.now();
    if (session === null || session.expiresAt <= now) return null;
    const user = this.#parts.users.find(({ name }) => name === session.user);
    if (user === undefined || this.#stampOf(user) !== session.stamp) return null;
    const expiresAt = Math.min(now + IDLE_MS, session.createdAt + LONGEST_MS);
    if (expiresAt - session.expiresAt >= STEP_MS) await store.changeConsole({ kind: 'extend', hash, expiresAt }, now);
    return { hash, who: { name: user.name, role: user.role } };
  }

  /** Ends the session of the header on every node; answers the `Set-Cookie` that takes the cookie away. */
  async close(header: string | undefined): Promise<string> {
    const token = tokenIn(header);
    const { store, clock } = this.#context;
    if (token !== null) await store.changeConsole({ kind: 'close', hash: hashSecret(token) }, clock.now());
    return `${COOKIE}=; ${ATTRIBUTES}; Max-Age=0`;
  }

  /** Changes with the password, so that a new one ends what the old one opened. */
  #stampOf({ name, password }: ConsoleUser): string {
    const said = JSON.stringify(['user', name, password]);
    return createHmac('sha256', this.#parts.key).update(said).digest('base64url');
  }
}

function tokenIn(header: string | undefined): string | null {
  return cookieIn(header, COOKIE);
}

/** A cookie of 43 characters of base64url, as all of ours are; `null`: there is none. */
export function cookieIn(header: string | undefined, cookie: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [name, value = ''] = pair.trim().split('=', 2);
    if (name === cookie && /^[\w-]{43}$/.test(value)) return value;
  }
  return null;
}
