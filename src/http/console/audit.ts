/**
 * What was done at the console, and by whom: sign-ins, good and bad, every request that would change something, and
 * every file that was taken away.
 * Written behind the answer: an audit that cannot be written is told as a fault and keeps nobody from working.
 */
import type { FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import type { AuditEntry, KeptAuditEntry } from '../../store/store.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call, HttpContext } from '../context.ts';
import { askedFor } from './asked-for.ts';
import { answer, type Docs } from './module.ts';
import type { ConsoleParts } from './parts.ts';

const LISTED = 50;
const MOST_LISTED = 1_000;
const LONGEST_PATH = 500;
/** What the store could not take so far; beyond it the newest are lost rather than the memory. */
const MOST_WAITING = 10_000;
const FORGET_EVERY_MS = 3_600_000;
const SAFE = ['GET', 'HEAD', 'OPTIONS'];
/** To look at a phone makes its messages read, and is nothing that somebody has done. */
const LOOKED_AT = /\/phones\/[^/]+\/seen$/;

export class Audit {
  readonly #context: HttpContext;
  readonly #keptMs: number;
  #waiting: AuditEntry[] = [];
  #writing: Promise<void> | null = null;
  #forgotAt = Number.NEGATIVE_INFINITY;

  constructor(context: HttpContext, parts: Pick<ConsoleParts, 'auditMs'>) {
    this.#context = context;
    this.#keptMs = parts.auditMs;
  }

  /** After an answer below `/_admin/v1`: of those who came in, and wanted to change something. */
  hear(request: FastifyRequest, status: number): void {
    if (!SAFE.includes(request.method) && !LOOKED_AT.test(request.visit.path)) this.#note(request, { status });
  }

  /** After a file of messages, PDUs or the like was written, or as much of it as was wanted. */
  took(request: FastifyRequest, count: number): void {
    if (request.method !== 'GET') return;
    this.#note(request, { status: 200, taken: { query: askedFor(request.raw.url ?? '/'), count } });
  }

  #note(request: FastifyRequest, of: Pick<AuditEntry, 'status' | 'taken'>): void {
    const { who, caller, account, path } = request.visit;
    const accountSid = path.includes('/accounts/') ? (account?.sid ?? null) : null;
    if (who) this.record(request, { user: who.name, role: who.role, accountSid, ...of });
    else if (caller) this.record(request, { user: callerName(caller), role: 'account', accountSid, ...of });
  }

  record(request: FastifyRequest, of: Pick<AuditEntry, 'user' | 'role' | 'accountSid' | 'status' | 'taken'>): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    const { path } = request.visit;
    const at = this.#context.clock.now();
    this.#waiting.push({ at, ...of, address: request.ip, verb: request.method, path: path.slice(0, LONGEST_PATH) });
    this.#writing ??= this.#write().finally(() => {
      this.#writing = null;
    });
  }

  /** Resolves when what was heard so far is written. */
  async settled(): Promise<void> {
    while (this.#writing) await this.#writing;
  }

  async #write(): Promise<void> {
    const { store, clock } = this.#context;
    try {
      while (this.#waiting.length > 0) {
        const entries = this.#waiting;
        this.#waiting = [];
        await store.changeConsole({ kind: 'audit', entries }, clock.now());
      }
      if (clock.monotonic() - this.#forgotAt < FORGET_EVERY_MS) return;
      this.#forgotAt = clock.monotonic();
      await store.changeConsole({ kind: 'forget', auditBefore: clock.now() - this.#keptMs }, clock.now());
    } catch (error) {
      this.#context.observe({ type: 'fault', at: clock.now(), where: 'console: audit', error });
    }
  }
}

function callerName({ account, keySid }: NonNullable<FastifyRequest['visit']['caller']>): string {
  return keySid === null ? account.sid : `${account.sid} ${keySid}`;
}

/** Newest first. */
export async function listAudit(call: Call): Promise<Answer> {
  const { store, clock, console } = call.context;
  const { query } = call;
  const limit = numberIn(call, 'limit', MOST_LISTED) ?? LISTED;
  const found = await store.audit({
    since: clock.now() - (console?.auditMs ?? 0),
    before: numberIn(call, 'before', Number.MAX_SAFE_INTEGER),
    accountSid: query.one('account') || undefined,
    user: query.one('user') || undefined,
    limit: limit + 1,
  });
  const shown = found.slice(0, limit);
  return answer({ audit: shown.map(render), next_before: found.length > limit ? shown.at(-1)?.id : null });
}

function render({ at, accountSid, ...rest }: KeptAuditEntry): Resource {
  const { id, user, role, address, verb, path, status, taken = null } = rest;
  const when = new Date(at).toISOString();
  return { id, at: when, user, role, address, verb, path, account_sid: accountSid, status, taken };
}

function numberIn(call: Call, name: string, most: number): number | undefined {
  const text = call.query.one(name);
  if (text === undefined || text === '') return undefined;
  const number = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw refuse(20001, {}, { parameter: name, received: text, allowed: `1 to ${most}`, fix: 'Give a whole number.' });
}

export const AUDIT_DOCS: Docs = {
  'GET audit': {
    summary: 'Sign-ins, every request that would change something, and files that were taken (`taken`), newest first',
    query: {
      limit: `1 to ${MOST_LISTED}, ${LISTED} when left out`,
      before: 'next_before of the page before',
      account: 'acted on this account',
      user: 'done by this user',
    },
  },
};
