/**
 * A face of the API as one Fastify route: authentication comes before routing, the extension of a path is not part of it,
 * and 405 needs to know the verbs of a path. A router that matches verb and path together can do none of these.
 */
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../domain/errors.ts';
import type { Account } from '../store/directory.ts';
import { TOKENS_FACE } from './account-tokens.ts';
import { API_ROOT } from './answer.ts';
import { Doorkeeper, unauthenticated } from './auth.ts';
import { CsvBody, JsonBody } from './body.ts';
import { CONSENT_FACE } from './consents.ts';
import type { ConsoleDoor } from './console/door.ts';
import { asPrivate, CONSOLE_FACES, needOperator, registerConsole } from './console/register.ts';
import { CONTENT_FACE } from './content/routes.ts';
import type { Call, HttpContext } from './context.ts';
import type { Caller } from './credentials.ts';
import { Form, readQuery } from './form.ts';
import { addressOf } from './local-call.ts';
import { LOOKUPS_FACE } from './lookups.ts';
import { accountOfFile, isOpenFile } from './media.ts';
import { CHANNELS_FACE } from './messaging/channel-routes.ts';
import { LINK_FACE, SECOND_LINK_FACE } from './messaging/link-routes.ts';
import { MESSAGING_FACE } from './messaging/routes.ts';
import { MONITOR_FACE } from './monitor.ts';
import { originOf } from './origin.ts';
import { untilKept } from './overtaken.ts';
import { CONTENT_TYPES, renderAnswer } from './render.ts';
import {
  ACCOUNT_ROUTES,
  ACCOUNTS_ROUTE,
  API_TABLE,
  compileRoutes,
  type Face,
  type Match,
  type Verb,
} from './routes.ts';
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
  const desk = context.console && registerConsole(app, context, context.console, door, API_ROOTS);
  for (const face of FACES) registerFace(app, context, door, face, desk);
}

/** Registers one face behind the gate that all of them share. */
function registerFace(
  app: FastifyInstance,
  context: HttpContext,
  door: Doorkeeper,
  face: Face,
  desk: ConsoleDoor | undefined,
): void {
  const headers = face.methods === undefined ? CORS : { ...CORS, 'access-control-allow-methods': face.methods };
  const gate = (request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void): void => {
    const { authorization } = request.headers;
    if (desk && face.lendsCredentials && authorization === undefined && request.method !== 'OPTIONS') {
      asPrivate(reply);
      lend(request, desk).then(({ caller, account }) => admit(request, caller, account, done), done);
      return;
    }
    reply.headers(headers);
    if (request.method === 'OPTIONS') {
      reply.code(204).send();
      return;
    }
    if (authorization === undefined && isOpenFile(context, request.method, request.visit.path)) {
      openFile(request).then((caller) => admit(request, caller, caller.account, done), done);
      return;
    }
    const pathSid = face.accountSegment(request.visit.base);
    const caller = door.recall(authorization);
    if (caller && (pathSid === undefined || pathSid === caller.account.sid)) {
      // The common case costs no promise.
      admit(request, caller, caller.account, done);
      return;
    }
    enter(request, caller, pathSid).then((entry) => admit(request, entry.caller, entry.account, done), done);
  };

  async function lend(request: FastifyRequest, desk: ConsoleDoor) {
    const { visit } = request;
    visit.isConsole = true;
    visit.who = await desk.enter(request);
    return desk.lend(face.accountSegment(visit.base), visit.path);
  }

  async function enter(request: FastifyRequest, known: Caller | null, pathSid?: string) {
    const caller = known ?? (await door.verify(request.headers.authorization, addressOf(request), pathSid));
    const account = pathSid === undefined ? caller.account : await door.open(caller, pathSid, request.visit.path);
    return { caller, account };
  }

  /** Nobody has to log in for it; it is as if its account did. */
  async function openFile(request: FastifyRequest): Promise<Caller> {
    const { path } = request.visit;
    const account = await context.store.account(accountOfFile(path) ?? '');
    if (account === null || account.status === 'closed') throw refuse(20404, { path });
    return { account, isActive: true, keySid: null };
  }

  /** Before the body is read: what cannot succeed is refused without waiting for it. */
  function admit(request: FastifyRequest, caller: Caller, account: Account, done: (error?: Error) => void): void {
    try {
      request.visit.account = account;
      request.visit.caller = caller;
      const { base, path } = request.visit;
      const match = face.find(base);
      request.visit.match = match;
      if (account.status === 'closed' && !match?.route.anyStanding) throw unauthenticated();
      if (face.isOperators) needOperator(context, account.sid, path);
      if (!match) throw refuse(20404, { path: face.shownPath(path) });
      if (!match.route.verbs[verbOf(request.method)]) throw refuse(20004);
      if (caller.keySid !== null && match.route.needsToken) throw keysStayOut();
      const isActive = caller.isActive && account.status === 'active';
      // What is the machine's own does not hang on the standing of its first account.
      const isMachines = face.isOperators && request.visit.who !== null;
      if (!isActive && !isMachines && !match.route.anyStanding && !isRead(request.method)) throw refuse(20005);
    } catch (error) {
      done(error as Error);
      return;
    }
    done();
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { visit } = request;
    const { account, caller, match, format } = visit;
    // `gate` has set them, or the request would not be here.
    if (!account || !caller || !match) throw new Error('a request passed the gate without an account');
    const handler = match.route.verbs[verbOf(request.method)];
    if (!handler) throw refuse(20004);
    const call: Call = {
      context,
      account,
      caller,
      who: visit.who,
      sids: match.sids,
      form: request.body instanceof Form ? request.body : EMPTY,
      json: request.body instanceof JsonBody ? request.body.value : undefined,
      csv: request.body instanceof CsvBody ? request.body.text : '',
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
    const made = await untilKept(() => handler(call));
    if (match.route.needsToken && !isRead(request.method)) door.doubt();
    if (made.kind === 'redirect') {
      // The address is of the moment, and opens without credentials.
      return reply.code(302).headers({ location: made.location, 'cache-control': 'no-store' }).send();
    }
    if (made.kind === 'download') {
      const { contentType, name, chunks, taken } = made;
      // Also when whoever takes it has gone before its end.
      if (taken) reply.raw.once('close', () => desk?.audit.took(request, taken.count));
      const headers = { 'content-type': contentType, 'content-disposition': `attachment; filename="${name}"` };
      return reply.code(200).headers(headers).send(Readable.from(chunks));
    }
    const text = renderAnswer(made, format);
    if (text === null) return reply.code(204).send();
    const status = made.kind === 'resource' ? made.status : 200;
    if (status === 201) context.faults.at('answer.before-201');
    if (made.kind === 'resource' && made.isReplayed) reply.header('idempotent-replayed', 'true');
    return sendText(reply, status, CONTENT_TYPES[format], text);
  }

  const { bodyLimit } = face;
  for (const path of face.paths) app.all(path, { onRequest: gate, ...(bodyLimit && { bodyLimit }) }, answer);
}

const findBelowAccount = compileRoutes(ACCOUNT_ROUTES);
const BELOW_ACCOUNTS = `${API_ROOT}/Accounts/`;

const API_FACE: Face = {
  paths: [`${API_ROOT}/*`, API_ROOT],
  table: API_TABLE,
  accountSegment(base) {
    if (!base.startsWith(BELOW_ACCOUNTS)) return undefined;
    const end = base.indexOf('/', BELOW_ACCOUNTS.length);
    return base.slice(BELOW_ACCOUNTS.length, end === -1 ? undefined : end);
  },
  find(base): Match | null {
    const [root, ...rest] = base.slice(API_ROOT.length + 1).split('/');
    if (root !== 'Accounts') return null;
    return rest.length === 0 ? { route: ACCOUNTS_ROUTE, sids: [] } : findBelowAccount(rest.slice(1));
  },
  shownPath: (path) => path,
};

/** What standard API keys may not touch: accounts, keys and tokens. */
function keysStayOut(): Error {
  const fix = 'Use the account SID and its auth token.';
  return refuse(20003, { text: 'Permission Denied' }, { status: 403, fix });
}

/** Every face there is: the access matrix walks over their tables, so what is answered behind the gate stands here. */
export const FACES: readonly Face[] = [
  API_FACE,
  MESSAGING_FACE,
  LINK_FACE,
  SECOND_LINK_FACE,
  CHANNELS_FACE,
  CONTENT_FACE,
  TOKENS_FACE,
  CONSENT_FACE,
  LOOKUPS_FACE,
  MONITOR_FACE,
  ...CONSOLE_FACES,
];

/** What paths of the API begin with: the console hands on nothing else. */
const API_ROOTS: ReadonlySet<string> = new Set(
  FACES.filter((face) => !CONSOLE_FACES.includes(face)).flatMap(({ paths }) =>
    paths.map((path) => path.split('/')[1] ?? ''),
  ),
);

/** HEAD is answered as GET; Node leaves the body out. Any other verb finds no handler. */
function verbOf(method: string): Verb {
  return (method === 'HEAD' ? 'GET' : method) as Verb;
}

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}
