/**
 * The test side, `/_test/v1/{sandbox}/…`: phones that behave as they are told, what they got, and what became of a
 * message. Registered in `dev` only. It speaks JSON both ways; refusals have the form of the API.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import { type PhoneChange, parseBehaviour } from '../domain/phone.ts';
import type { CallbackAttempt } from '../store/callback-shapes.ts';
import type { Account } from '../store/directory.ts';
import type { ConnectorRoom } from './admin/connector-shapes.ts';
import { renderPdu } from './admin/pdus.ts';
import { readQuery } from './form.ts';
import { makeLabGuard } from './lab-guard.ts';
import { registerLabMissing } from './lab-missing.ts';
import type { LabOptOutsParts } from './lab-opt-outs.ts';
import { showPhone } from './lab-phone-list.ts';
import { type LabPhonesParts, registerLabPhones } from './lab-phones.ts';
import { showAttempt, showInbox, showTrace } from './lab-render.ts';
import { pathOf, phoneOf, unreadable } from './lab-request.ts';
import { registerLabTemplates } from './lab-templates.ts';

export interface LabParts extends LabPhonesParts, LabOptOutsParts {
  /** The account of a sandbox, by its SID or `default`; `null`: there is none. */
  accountOf(sandbox: string): Promise<Account | null>;
  /** Names by which this machine calls itself, beside those of loopback. */
  hosts: readonly string[];
  /** What went over connections to carriers; without it a trace has none of it. */
  pdus?: ConnectorRoom['pdus'];
  /** A replayed callback is due. */
  ringCallbacks(): void;
}

const ROOT = '/_test/v1/:sandbox';
const MOST_LISTED = 1_000;
const LISTED = 50;
const DECISIONS: readonly CallbackAttempt['decision'][] = ['done', 'retry', 'gave_up'];
const NAME_LENGTH = 64;

type Request = FastifyRequest<{ Params: { sandbox: string; number: string; sid: string; id: string } }>;

/** Registers the rooms. Errors are answered by the handler of `app`. */
export function registerLab(app: FastifyInstance, parts: LabParts): void {
  const { handsets, store, clock } = parts;
  const guard = makeLabGuard(parts.hosts);

  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/json', { parseAs: 'string' }, async (_: FastifyRequest, text: string) =>
      readJson(text),
    );
    scope.addContentTypeParser('*', async (request: FastifyRequest) => {
      throw notJson(request.headers['content-type'] ?? '');
    });
    scope.addHook('onRequest', async (request, reply) => {
      reply.header('pidge-mode', 'dev');
      guard(request);
    });

    scope.get(`${ROOT}/clock`, async (request: Request) => {
      await sandboxOf(request);
      return { now: new Date(clock.now()).toISOString(), now_ms: clock.now() };
    });

    scope.put(`${ROOT}/phones/:number`, async (request: Request) => {
      await sandboxOf(request);
      const number = phoneOf(request.params.number);
      return showPhone(handsets.setPhone(number, changeOf(request.body, clock.now())));
    });

    scope.get(`${ROOT}/phones/:number/inbox`, async (request: Request) => {
      await sandboxOf(request);
      const number = phoneOf(request.params.number);
      const messages = handsets.inbox(number).map(showInbox);
      return { number, messages };
    });

    registerLabPhones(scope, ROOT, parts, sandboxOf);
    registerLabTemplates(scope, ROOT, parts, sandboxOf);
    registerLabMissing(scope);

    scope.get(`${ROOT}/messages/:sid/trace`, async (request: Request) => {
      const account = await sandboxOf(request);
      const { sid } = request.params;
      const message = await store.message(account.sid, sid);
      if (!message) throw refuse(20404, { path: pathOf(request) });
      const ref = { accountSid: account.sid, messageSid: sid };
      const [carried, attempts, pdus] = await Promise.all([
        store.parts(account.sid, sid),
        store.attempts({ accountSid: account.sid, messageSid: sid, limit: MOST_LISTED }),
        parts.pdus?.({ message: ref, limit: MOST_LISTED }) ?? [],
      ]);
      return { ...showTrace(account, message, carried, attempts), pdus: pdus.map(renderPdu) };
    });

    scope.get(`${ROOT}/callbacks`, async (request: Request) => {
      const account = await sandboxOf(request);
      const query = readQuery(request.raw.url ?? '');
      const attempts = await store.attempts({
        accountSid: account.sid,
        messageSid: query.one('message') || undefined,
        decision: decisionOf(query.one('decision')),
        limit: limitOf(query.one('limit')),
      });
      return { callbacks: attempts.map(showAttempt) };
    });

    scope.post(`${ROOT}/callbacks/:id/replay`, async (request: Request, reply) => {
      const account = await sandboxOf(request);
      const { id } = request.params;
      const queued = /^\d{1,15}$/.test(id) ? await store.replayCallback(account.sid, Number(id), clock.now()) : null;
      if (!queued) throw refuse(20404, { path: pathOf(request) });
      parts.ringCallbacks();
      reply.code(202);
      return { queued: true, work_id: queued.workId };
    });
  });

  async function sandboxOf(request: FastifyRequest<{ Params: { sandbox: string } }>): Promise<Account> {
    const account = await parts.accountOf(request.params.sandbox);
    if (account) return account;
    const fix = 'Use /_test/v1/default/… for the first account, or the SID of another.';
    throw refuse(20404, { path: pathOf(request) }, { received: request.params.sandbox, fix });
  }
}

function readJson(text: string): unknown {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own words change with the runtime and quote the body; ours say what to do.
    throw refuse(20001, {}, { parameter: 'body', received: text, allowed: 'JSON', fix: 'Send {"behave": "deliver"}.' });
  }
}

function notJson(received: string): Error {
  const fix = 'Send JSON with the header Content-Type: application/json.';
  return refuse(20422, {}, { parameter: 'Content-Type', received, allowed: 'application/json', fix, status: 415 });
}

function changeOf(body: unknown, now: number): PhoneChange {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw unreadable('body', body, 'an object with behave, name, rcs', 'Send {"behave": "deliver"}.');
  }
  const { behave, name, rcs, ...rest } = body as Record<string, unknown>;
  const stray = Object.keys(rest)[0];
  if (stray !== undefined) throw unreadable(stray, rest[stray], 'behave, name, rcs', `Leave ${stray} out.`);
  if (behave === undefined && name === undefined && rcs === undefined) {
    throw unreadable(
      'behave',
      undefined,
      'behave, name, rcs',
      'Say how the phone shall behave: {"behave": "deliver"}.',
    );
  }
  const change: PhoneChange = {};
  if (behave !== undefined) {
    const parsed = parseBehaviour(behave, now);
    if (!parsed.ok) throw refuse(20001, {}, parsed);
    change.behaviour = parsed.behaviour;
  }
  if (name !== undefined) {
    if (name !== null && (typeof name !== 'string' || name.length > NAME_LENGTH)) {
      throw unreadable('name', name, `up to ${NAME_LENGTH} characters, or null`, 'Shorten it.');
    }
    change.name = name;
  }
  if (rcs !== undefined) {
    if (typeof rcs !== 'boolean') throw unreadable('rcs', rcs, 'true, false', 'Say whether the phone has RCS.');
    change.rcs = rcs;
  }
  return change;
}

function decisionOf(text: string | undefined): CallbackAttempt['decision'] | undefined {
  if (text === undefined || text === '') return undefined;
  const decision = DECISIONS.find((one) => one === text);
  if (decision) return decision;
  throw unreadable('decision', text, DECISIONS.join(', '), 'Use one of these, or leave it out.');
}

function limitOf(text: string | undefined): number {
  if (text === undefined || text === '') return LISTED;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw unreadable('limit', text, `1 to ${MOST_LISTED}`, 'Give a number.');
  return Math.min(limit, MOST_LISTED);
}
