/**
 * Browsers with which somebody has signed in before. Their cookie opens nothing: it only lets the user's password wait
 * in another line than the guesses of strangers, so it outlives sessions and sign-outs, and ends with the password.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ConsoleParts, ConsoleUser } from './parts.ts';
import { ATTRIBUTES, cookieIn } from './sessions.ts';

const COOKIE = '__Host-pidge-known';
/** Browsers keep none for longer than 400 days. */
const LASTS_S = 400 * 86_400;

export class KnownBrowsers {
  readonly #parts: Pick<ConsoleParts, 'key' | 'users'>;

  constructor(parts: Pick<ConsoleParts, 'key' | 'users'>) {
    this.#parts = parts;
  }

  /** The `Set-Cookie` of a browser in which this user has signed in. */
  remember(user: ConsoleUser): string {
    return `${COOKIE}=${this.#stampOf(user)}; ${ATTRIBUTES}; Max-Age=${LASTS_S}`;
  }

  /** Whether the user of this name signed in with the browser of this `Cookie` header. */
  knows(name: string, header: string | undefined): boolean {
    const user = this.#parts.users.find((one) => one.name === name);
    const stamp = cookieIn(header, COOKIE);
    return (
      user !== undefined && stamp !== null && timingSafeEqual(Buffer.from(stamp), Buffer.from(this.#stampOf(user)))
    );
  }

  #stampOf({ name, password }: ConsoleUser): string {
    const said = JSON.stringify(['known browser', name, password]);
    return createHmac('sha256', this.#parts.key).update(said).digest('base64url');
  }
}
