/**
 * The 2010 API as one Fastify route: authentication comes before routing, the extension of a path is not part of it,
 * and 405 needs to know the verbs of a path. A router that matches verb and path together can do none of these.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import type { Account } from '../store/store.ts';
import { API_ROOT } from './answer.ts';
import { Doorkeeper } from './auth.ts';
import type { Call, HttpContext } from './context.ts';
import { Form, readQuery } from './form.ts';
import { CONTENT_TYPES, renderAnswer } from './render.ts';
import { ACCOUNTS_ROUTE, findRoute, type Match, type Verb } from './routes.ts';
import { sendText } from './send.ts';

const EMPTY = new Form();

const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-headers':
    'Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, Idempotency-Key',
  'access-control-allow-methods': 'GET, POST, DELETE, OPTIONS',
  'access-control-expose-headers': 'ETag',
  'access-control-allow-credentials': 'true',
};

/** Registers everything under `/2010-04-01`; `app` reads form bodies already. */
export function registerApi(app: FastifyInstance, context: HttpContext): void {
  const door = new Doorkeeper(context);

  const gate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    reply.headers(CORS);
    if (request.method === 'OPTIONS') {
      reply.code(204).send();
      return;
    }
    const pathSid = accountSegment(request.visit.base);
    const caller = door.recall(request.headers.authorization);
    if (caller && (pathSid === undefined || pathSid === caller.sid)) {
      // The common case costs no promise.
      admit(request, caller, done);
      return;
    }
    enter(request, caller, pathSid).then((account) => admit(request, account, done), done);
  };

  async function enter(request: FastifyRequest, known: Account | null, pathSid?: string): Promise<Account> {
    const caller = known ?? (await door.verify(request.headers.authorization, request.ip, pathSid));
    return pathSid === undefined ? caller : door.open(caller, pathSid, request.visit.path);
  }

  /** Before the body is read: what cannot succeed is refused without waiting for it. */
  function admit(request: FastifyRequest, account: Account, done: (error?: Error) => void): void {
    try {
      request.visit.account = account;
      request.visit.match = route(request);
      if (!request.visit.match.route.verbs[verbOf(request.method)]) throw refuse(20004);
      if (account.status !== 'active' && !isRead(request.method)) throw refuse(20005);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { visit } = request;
    const { account, match, format } = visit;
    // `gate` has set both, or the request would not be here.
    if (!account || !match) throw new Error('a request passed the gate without an account');
    const handler = match.route.verbs[verbOf(request.method)];
    if (!handler) throw refuse(20004);
    const call: Call = {
      context,
      account,
      sids: match.sids,
      form: request.body instanceof Form ? request.body : EMPTY,
      query: readQuery(request.raw.url ?? ''),
      format,
      base: visit.base,
      meta: { requestId: visit.requestId, method: request.method, path: visit.path, remoteAddress: request.ip },
    };
    const made = await handler(call);
    const text = renderAnswer(made, format);
    if (text === null) return reply.code(204).send();
    const status = made.kind === 'resource' ? made.status : 200;
    if (status === 201) context.faults.at('answer.before-201');
    return sendText(reply, status, CONTENT_TYPES[format], text);
  }

  app.all(`${API_ROOT}/*`, { onRequest: gate }, answer);
  app.all(API_ROOT, { onRequest: gate }, answer);
}

function route(request: FastifyRequest): Match {
  const { base, path } = request.visit;
  const [root, ...rest] = base.slice(API_ROOT.length + 1).split('/');
  const match =
    root !== 'Accounts' ? null : rest.length === 0 ? { route: ACCOUNTS_ROUTE, sids: [] } : findRoute(rest.slice(1));
  if (match === null) throw refuse(20404, { path });
  return match;
}

function accountSegment(base: string): string | undefined {
  const [root, sid] = base.slice(API_ROOT.length + 1).split('/', 2);
  return root === 'Accounts' ? sid : undefined;
}

/** HEAD is answered as GET; Node leaves the body out. Any other verb finds no handler. */
function verbOf(method: string): Verb {
  return (method === 'HEAD' ? 'GET' : method) as Verb;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
