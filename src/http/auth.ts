/** Who is calling: Basic credentials, the account in the path, and the brake on guessing. */
import { hash } from 'node:crypto';
import { refuse } from '../domain/errors.ts';
import { isSid } from '../domain/sid.ts';
import { isForgotten, standingOf } from '../domain/standing.ts';
import type { Account } from '../store/directory.ts';
import type { HttpContext } from './context.ts';
import { type Caller, type Credentials, matchCredentials, readBasic } from './credentials.ts';
import { Failures } from './failures.ts';
import { isLoopback } from './local-call.ts';

/** How long a verified header is believed; also the longest a replaced token or a suspension goes unnoticed on other nodes. */
const BELIEVED_MS = 1000;
const MOST_KNOWN = 10_000;

interface Known {
  caller: Caller;
  verifiedAt: number;
}

/** Verifies `Authorization` headers. Every failure is the same 401/20003, whatever its cause. */
export class Doorkeeper {
  readonly #context: HttpContext;
  readonly #known = new Map<string, Known>();
  readonly #failures: Failures;
  readonly #decoy: string;
  /** Nothing that was verified before is believed. */
  #doubtedAt = Number.NEGATIVE_INFINITY;

  constructor(context: HttpContext) {
    this.#context = context;
    this.#failures = new Failures(context.clock);
    this.#decoy = context.sealToken('0'.repeat(32));
  }

  /** Whose header it is, verified a moment ago; `null`: ask `verify`. */
  recall(header: string | undefined): Caller | null {
    if (header === undefined) return null;
    const known = this.#known.get(digest(header));
    if (!known || known.verifiedAt <= this.#doubtedAt) return null;
    return this.#context.clock.monotonic() - known.verifiedAt < BELIEVED_MS ? known.caller : null;
  }

  /** An account, key or token has changed here: every header is verified anew. */
  doubt(): void {
    this.#doubtedAt = this.#context.clock.monotonic();
  }

  /**
   * Whom the credentials belong to; 401/20003, or 429/20429 once an address has failed too often. Right ones are let in
   * all the same, for a proxy gives the owner and strangers one address. So every guess is looked at: one read by key
   * and a few hashes (measured: 90 µs, about what its request costs in any case), the same for whatever it names.
   */
  async verify(header: string | undefined, address: string, pathSid: string | undefined): Promise<Caller> {
    const key = digest(header ?? '');
    const now = this.#context.clock.monotonic();
    const credentials = readBasic(header);
    const matched = await matchCredentials(this.#context, credentials, this.#decoy);
    const admitted = matched ?? (credentials && (await this.#admitLeniently(credentials, pathSid)));
    const standing = admitted && (await this.#standing(admitted.account));
    if (!admitted || standing === 'closed') {
      this.#known.delete(key);
      throw this.#failed(address);
    }
    const caller: Caller = { ...admitted, isActive: standing === 'active' };
    this.#remember(key, { caller, verifiedAt: now });
    return caller;
  }

  /**
   * The account in the path as `caller` may use it: its own or a subaccount, which may be closed. A malformed sid is
   * 404/20404; a foreign and a missing account are both 401/20003, so that they cannot be told apart. A key is good
   * for its own account alone.
   */
  async open(caller: Caller, pathSid: string, path: string): Promise<Account> {
    if (pathSid === caller.account.sid) return caller.account;
    if (!isSid(pathSid, 'AC')) throw refuse(20404, { path });
    const account = await this.#context.store.account(pathSid);
    const isChild = account !== null && account.ownerSid === caller.account.sid && caller.keySid === null;
    if (isChild && !isForgotten(account, this.#context.clock.now())) return account;
    if (!this.#context.settings.lenient) throw unauthenticated();
    this.#wouldRefuse(`account ${pathSid} is not in reach of ${caller.account.sid}`);
    return account ?? this.#learn(pathSid, '0'.repeat(32));
  }

  async #standing(account: Account) {
    const isMain = account.ownerSid === account.sid;
    return standingOf(account, isMain ? account : await this.#context.store.account(account.ownerSid));
  }

  async #admitLeniently(credentials: Credentials, pathSid: string | undefined) {
    if (!this.#context.settings.lenient) return null;
    const sid = isSid(credentials.username, 'AC') ? credentials.username : pathSid;
    if (sid === undefined || !isSid(sid, 'AC')) return null;
    this.#wouldRefuse(`wrong credentials for ${sid}`);
    const account = (await this.#context.store.account(sid)) ?? (await this.#learn(sid, credentials.password));
    return { account, keySid: null };
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
    if (this.#known.size >= MOST_KNOWN) this.#known.delete(this.#known.keys().next().value ?? '');
    this.#known.set(key, known);
  }

  #failed(address: string): Error {
    if (this.#failures.areTooMany(address)) return refuse(20429);
    if (this.#context.settings.mode !== 'dev' || !isLoopback(address)) this.#failures.count(address);
    return unauthenticated();
  }
}

/** One answer for every cause. */
export function unauthenticated(): Error {
  return refuse(20003);
}

function digest(header: string): string {
  return hash('sha256', header, 'base64');
}
