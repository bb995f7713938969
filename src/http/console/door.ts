/**
 * Who sits at the console: a session (a cookie of the browser), or in `dev` whoever works at this very machine. It
 * stands in for the credentials of every account, so it is checked here, once, for everything below `/_admin/v1`.
 */
import { createHmac } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import { isSid } from '../../domain/sid.ts';
import { isForgotten, standingOf } from '../../domain/standing.ts';
import type { Account } from '../../store/directory.ts';
import { unauthenticated } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import type { Caller } from '../credentials.ts';
import { forbidden, isLocalCall } from '../local-call.ts';
import { isSameSecret } from '../same-secret.ts';
import { Audit } from './audit.ts';
import { needOrigin, type OwnNames, refuseForeign } from './own-origin.ts';
import type { ConsoleParts, Who } from './parts.ts';
import { Sessions } from './sessions.ts';

/** Nobody has to give it a name. */
const LOCAL: Who = { name: 'local', role: 'operator' };
const SAFE = ['GET', 'HEAD'];

export interface Entry {
  who: Who;
  /** What unsafe verbs have to repeat in `X-CSRF-Token`. */
  csrf: string;
}

export class ConsoleDoor {
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly names: OwnNames;
  readonly #context: HttpContext;
  readonly #parts: ConsoleParts;

  constructor(context: HttpContext, parts: ConsoleParts) {
    this.#context = context;
    this.#parts = parts;
    this.names = { publicUrl: context.settings.publicUrl, allowHosts: parts.allowHosts };
    this.sessions = new Sessions(context, parts);
    this.audit = new Audit(context, parts);
  }

  /** Whose page it is; `null`: nobody has signed in. Throws 403 for pages of other origins. */
  async look(request: FastifyRequest): Promise<Entry | null> {
    refuseForeign(request, this.names);
    if (this.isLocal(request)) return { who: LOCAL, csrf: this.#csrf('local') };
    const session = await this.sessions.find(request.headers.cookie);
    return session && { who: session.who, csrf: this.#csrf(session.hash) };
  }

  /** The same for a request that needs somebody: 401/20003 for nobody, 403/20403 for a viewer who would change something. */
  async enter(request: FastifyRequest): Promise<Who> {
    const entry = await this.look(request);
    if (entry === null) throw unauthenticated();
    request.visit.who = entry.who;
    if (SAFE.includes(request.method)) return entry.who;
    this.needToken(request, entry);
    if (entry.who.role === 'viewer') {
      const fix = `Sign in as an operator: ${entry.who.name} may look and not change.`;
      throw refuse(20403, { text: 'A viewer changes nothing' }, { fix });
    }
    return entry.who;
  }

  /** A page that can read the token is one of ours. */
  needToken(request: FastifyRequest, { csrf }: Entry): void {
    needOrigin(request);
    const given = request.headers['x-csrf-token'];
    if (typeof given === 'string' && isSameSecret(given, csrf)) return;
    const fix = 'Send what GET /_admin/v1/session says as csrf in the header X-CSRF-Token; reload the page.';
    throw forbidden('X-CSRF-Token', given === undefined ? 'nothing' : 'another one', 'the token of the session', fix);
  }

  isLocal(request: FastifyRequest): boolean {
    return this.#context.settings.mode === 'dev' && isLocalCall(request, this.names.allowHosts);
  }

  /** An account with its own rights; left out: the operator's. 404 when there is none, 403 for a closed one. */
  async lend(sid: string | undefined, path: string): Promise<{ account: Account; caller: Caller }> {
    const wanted = sid ?? this.#parts.operatorSid;
    const { store, clock } = this.#context;
    const account = isSid(wanted, 'AC') ? await store.account(wanted) : null;
    if (account === null || isForgotten(account, clock.now())) throw refuse(20404, { path });
    const isMain = account.ownerSid === account.sid;
    const standing = standingOf(account, isMain ? account : await store.account(account.ownerSid));
    if (standing === 'closed') {
      const fix = `${wanted} is closed: nothing can be read or changed with it any more.`;
      throw refuse(20005, { text: 'Account is closed' }, { received: wanted, fix });
    }
    return { account, caller: { account, isActive: sid === undefined || standing === 'active', keySid: null } };
  }

  #csrf(of: string): string {
    return createHmac('sha256', this.#parts.key).update(`csrf ${of}`).digest('base64url');
  }
}
