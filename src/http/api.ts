/**
 * A face of the API as one Fastify route: authentication comes before routing, the extension of a path is not part of it,
 * and 405 needs to know the verbs of a path. A router that matches verb and path together can do none of these.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import type { Account } from '../store/directory.ts';
import { API_ROOT } from './answer.ts';
import { Doorkeeper } from './auth.ts';
import { JsonBody } from './body.ts';
import { CONTENT_FACE } from './content/routes.ts';
import type { Call, HttpContext } from './context.ts';
import { Form, readQuery } from './form.ts';
import { MESSAGING_FACE } from './messaging/routes.ts';
import { originOf } from './origin.ts';
import { CONTENT_TYPES, renderAnswer } from './render.ts';
import { ACCOUNT_ROUTES, ACCOUNTS_ROUTE, compileRoutes, type Face, type Match, type Verb } from './routes.ts';
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

/** Registers the 2010 API and the product hosts; `app` reads form bodies already. */
export function registerApi(app: FastifyInstance, context: HttpContext): void {
  // One for all faces: what guesses at one is braked at the others.
  const door = new Doorkeeper(context);
  for (const face of [API_FACE, MESSAGING_FACE, CONTENT_FACE]) registerFace(app, context, door, face);
}

/** Registers one face behind the gate that all of them share. */
export function registerFace(app: FastifyInstance, context: HttpContext, door: Doorkeeper, face: Face): void {
  const headers = face.methods === undefined ? CORS : { ...CORS, 'access-control-allow-methods': face.methods };
  const gate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    reply.headers(headers);
    if (request.method === 'OPTIONS') {
      reply.code(204).send();
      return;
    }
    const pathSid = face.accountSegment(request.visit.base);
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
      const { base, path } = request.visit;
      request.visit.match = face.find(base);
      if (!request.visit.match) throw refuse(20404, { path: face.shownPath(path) });
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
      json: request.body instanceof JsonBody ? request.body.value : undefined,
      query: readQuery(request.raw.url ?? ''),
      format,
      base: visit.base,
      origin: () => originOf(request, context.settings.publicUrl),
      meta: {
        requestId: visit.requestId,
        method: request.method,
        path: visit.path,
        remoteAddress: request.ip,
        idempotencyKey: request.headers['idempotency-key'] as string | undefined,
      },
    };
    const made = await handler(call);
    const text = renderAnswer(made, format);
    if (text === null) return reply.code(204).send();
    const status = made.kind === 'resource' ? made.status : 200;
    if (status === 201) context.faults.at('answer.before-201');
    if (made.kind === 'resource' && made.isReplayed) reply.header('idempotent-replayed', 'true');
    return sendText(reply, status, CONTENT_TYPES[format], text);
  }

  for (const path of face.paths) app.all(path, { onRequest: gate }, answer);
}

const findBelowAccount = compileRoutes(ACCOUNT_ROUTES);

const API_FACE: Face = {
  paths: [`${API_ROOT}/*`, API_ROOT],
  accountSegment(base) {
    const [root, sid] = base.slice(API_ROOT.length + 1).split('/', 2);
    return root === 'Accounts' ? sid : undefined;
  },
  find(base): Match | null {
    const [root, ...rest] = base.slice(API_ROOT.length + 1).split('/');
    if (root !== 'Accounts') return null;
    return rest.length === 0 ? { route: ACCOUNTS_ROUTE, sids: [] } : findBelowAccount(rest.slice(1));
  },
  shownPath: (path) => path,
};

/** HEAD is answered as GET; Node leaves the body out. Any other verb finds no handler. */
function verbOf(method: string): Verb {
  return (method === 'HEAD' ? 'GET' : method) as Verb;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
