/** Who is calling: Basic credentials, the account in the path, and the brake on guessing. */
import { hash, timingSafeEqual } from 'node:crypto';
import { refuse } from '../domain/errors.ts';
import { isSid } from '../domain/sid.ts';
import type { Account } from '../store/directory.ts';
import type { HttpContext } from './context.ts';

/** How long a verified header is believed; also the longest a replaced token or a suspension goes unnoticed. */
const BELIEVED_MS = 1000;
/** How long a header that once was right passes an address's brake, so that guessers next door lock nobody out. */
const KNOWN_MS = 600_000;
const MOST_KNOWN = 10_000;

const FAILURES_ALLOWED = 20;
const FAILURE_WINDOW_MS = 10_000;
const MOST_ADDRESSES = 10_000;

/** Looked up when the user name is no account sid, so that this takes as long as any other failure. */
const NOBODY = `AC${'0'.repeat(32)}`;

interface Known {
  account: Account;
  verifiedAt: number;
}

/** Verifies `Authorization` headers. Every failure is the same 401/20003, whatever its cause. */
export class Doorkeeper {
  readonly #context: HttpContext;
  readonly #known = new Map<string, Known>();
  readonly #failures = new Map<string, { count: number; since: number }>();
  readonly #decoy: string;

  constructor(context: HttpContext) {
    this.#context = context;
    this.#decoy = context.sealToken('0'.repeat(32));
  }

  /** The account of a header verified a moment ago; `null`: ask `verify`. */
  recall(header: string | undefined): Account | null {
    if (header === undefined) return null;
    const known = this.#known.get(digest(header));
    return known && this.#context.clock.monotonic() - known.verifiedAt < BELIEVED_MS ? known.account : null;
  }

  /** The account the credentials belong to; 401/20003, or 429/20429 once an address has failed too often. */
  async verify(header: string | undefined, address: string, pathSid: string | undefined): Promise<Account> {
    const key = digest(header ?? '');
    const now = this.#context.clock.monotonic();
    const known = this.#known.get(key);
    const wasRight = known !== undefined && now - known.verifiedAt < KNOWN_MS;
    if (!wasRight && this.#isBraked(address, now)) throw refuse(20429);
    const credentials = readBasic(header);
    const account = await this.#match(credentials);
    const admitted = account ?? (credentials && (await this.#admitLeniently(credentials, pathSid)));
    if (!admitted || admitted.status === 'closed') {
      this.#known.delete(key);
      this.#countFailure(address, now);
      throw unauthenticated();
    }
    this.#remember(key, { account: admitted, verifiedAt: now });
    return admitted;
  }

  /**
   * The account in the path as `caller` may use it: its own or a subaccount. A malformed sid is 404/20404; a foreign
   * and a missing account are both 401/20003, so that they cannot be told apart.
   */
  async open(caller: Account, pathSid: string, path: string): Promise<Account> {
    if (pathSid === caller.sid) return caller;
    if (!isSid(pathSid, 'AC')) throw refuse(20404, { path });
    const account = await this.#context.store.account(pathSid);
    if (account && account.ownerSid === caller.sid && account.status !== 'closed') return account;
    if (!this.#context.settings.lenient) throw unauthenticated();
    this.#wouldRefuse(`account ${pathSid} is not in reach of ${caller.sid}`);
    return account ?? this.#learn(pathSid, '0'.repeat(32));
  }

  async #match(credentials: Credentials | null): Promise<Account | null> {
    const { username, password } = credentials ?? { username: '', password: '' };
    const isAccount = isSid(username, 'AC');
    const account = await this.#context.store.account(isAccount ? username : NOBODY);
    const token = this.#context.openToken(account?.sealedToken ?? this.#decoy);
    const same = isSameSecret(token, password);
    return same && account && isAccount ? account : null;
  }

  async #admitLeniently(credentials: Credentials, pathSid: string | undefined): Promise<Account | null> {
    if (!this.#context.settings.lenient) return null;
    const sid = isSid(credentials.username, 'AC') ? credentials.username : pathSid;
    if (sid === undefined || !isSid(sid, 'AC')) return null;
    this.#wouldRefuse(`wrong credentials for ${sid}`);
    return (await this.#context.store.account(sid)) ?? this.#learn(sid, credentials.password);
  }

  async #learn(sid: string, token: string): Promise<Account> {
    const now = this.#context.clock.now();
    const account: Account = {
      sid,
      ownerSid: sid,
      friendlyName: 'Learned by --lenient',
      status: 'active',
      type: 'Full',
      sealedToken: this.#context.sealToken(token),
      defaultServiceSid: this.#context.sids.make('MG'),
      createdAt: now,
      updatedAt: now,
    };
    await this.#context.store.saveAccount(account);
    return account;
  }

  #wouldRefuse(text: string): void {
    this.#context.observe({ type: 'lenient', at: this.#context.clock.now(), code: 20003, text });
  }

  #remember(key: string, known: Known): void {
    this.#known.delete(key);
    if (this.#known.size >= MOST_KNOWN) forgetOldest(this.#known);
    this.#known.set(key, known);
  }

  #isBraked(address: string, now: number): boolean {
    const failures = this.#failures.get(address);
    return failures !== undefined && failures.count >= FAILURES_ALLOWED && now - failures.since < FAILURE_WINDOW_MS;
  }

  #countFailure(address: string, now: number): void {
    if (this.#context.settings.mode === 'dev' && isLoopback(address)) return;
    const failures = this.#failures.get(address);
    if (failures && now - failures.since < FAILURE_WINDOW_MS) {
      failures.count += 1;
      return;
    }
    if (this.#failures.size >= MOST_ADDRESSES) forgetOldest(this.#failures);
    this.#failures.delete(address);
    this.#failures.set(address, { count: 1, since: now });
  }
}

export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

/** Compares digests, so that neither length nor content shows in the time it takes. */
export function isSameSecret(one: string, other: string): boolean {
  return timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'));
}

interface Credentials {
  username: string;
  password: string;
}

/** RFC 7617; `null` for anything that is not a user name, a colon and a password. */
function readBasic(header: string | undefined): Credentials | null {
  const encoded = /^basic +([A-Za-z0-9+/_-]+={0,2}) *$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon === -1 ? null : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function unauthenticated(): Error {
  return refuse(20003);
}

function digest(header: string): string {
  return hash('sha256', header, 'base64');
}

function forgetOldest(map: Map<string, unknown>): void {
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
