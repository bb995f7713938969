/**
 * The console's part of the door: every path below `/_admin/v1`, behind one guard. Rooms of the console come in by a
 * line in `modules.ts`. A request with `Authorization` is judged by its credentials alone, as anywhere in the API.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import { CONNECTORS_FACE } from '../admin/connector-routes.ts';
import { ADMIN_FACE } from '../admin/routes.ts';
import type { Doorkeeper } from '../auth.ts';
import type { HttpContext } from '../context.ts';
import { addressOf } from '../local-call.ts';
import { compileRoutes, type Face, type Match, type Route, under } from '../routes.ts';
import { ACCOUNTS_DOCS, listEveryAccount } from './accounts.ts';
import { AUDIT_DOCS, listAudit } from './audit.ts';
import { ConsoleDoor } from './door.ts';
import { answer, type Docs } from './module.ts';
import { MODULES } from './modules.ts';
import { openApi } from './openapi.ts';
import { ADMIN_DOCS } from './openapi-admin.ts';
import type { ConsoleParts } from './parts.ts';
import { PASS_DOCS, registerPassThrough } from './pass-through.ts';
import { registerSignIn, SESSION_DOCS } from './sign-in.ts';

const ADMIN_ROOT = '/_admin/v1';
const ACCOUNTS_ROOT = `${ADMIN_ROOT}/accounts`;

const accountRoutes: Route[] = MODULES.flatMap(({ account = [] }) => account);
const operatorRoutes: Route[] = [
  { path: 'accounts', verbs: { GET: listEveryAccount } },
  { path: 'audit', verbs: { GET: listAudit } },
  { path: 'openapi.json', verbs: { GET: ({ context }) => answer(openApi(DOCS, context.console?.version ?? '')) } },
  ...MODULES.flatMap(({ operator = [] }) => operator),
];
const findBelowAccount = compileRoutes(accountRoutes);
const findOperators = compileRoutes(operatorRoutes);

/** Below `/_admin/v1/accounts/{AC}`: what there was, and what the console adds. */
const ACCOUNTS_FACE: Face = {
  ...ADMIN_FACE,
  paths: [`${ACCOUNTS_ROOT}/*`],
  table: [...ADMIN_FACE.table, ...under(`${ACCOUNTS_ROOT}/{AC}`, accountRoutes)],
  lendsCredentials: true,
  find(base): Match | null {
    const [account, ...rest] = base.slice(ACCOUNTS_ROOT.length + 1).split('/');
    return ADMIN_FACE.find(base) ?? (account ? findBelowAccount(rest) : null);
  },
};

/** Everything else below `/_admin/v1`: of the machine, so its operator's. */
const OPERATOR_FACE: Face = {
  paths: [ADMIN_ROOT, `${ADMIN_ROOT}/*`],
  table: under(ADMIN_ROOT, operatorRoutes),
  methods: 'GET, POST, PUT, DELETE, OPTIONS',
  lendsCredentials: true,
  isOperators: true,
  accountSegment: () => undefined,
  find: (base) => findOperators(base.slice(ADMIN_ROOT.length + 1).split('/')),
  shownPath: (path) => path,
};

export const CONSOLE_FACES: readonly Face[] = [
  ACCOUNTS_FACE,
  { ...CONNECTORS_FACE, lendsCredentials: true },
  OPERATOR_FACE,
];

type Request = FastifyRequest<{ Params: { account?: string } }>;

/** What is said of everything below `/_admin/v1`. */
export const DOCS: Docs = Object.assign(
  { 'GET openapi.json': { summary: 'This document' } },
  SESSION_DOCS,
  ACCOUNTS_DOCS,
  AUDIT_DOCS,
  PASS_DOCS,
  ADMIN_DOCS,
  ...MODULES.map(({ docs }) => docs),
);

/**
 * Registers what is no row of a face: sign-in, streams, and what is handed on to the API, whose paths begin with
 * `apiRoots`. Answers who is at the door.
 */
export function registerConsole(
  app: FastifyInstance,
  context: HttpContext,
  parts: ConsoleParts,
  keeper: Doorkeeper,
  apiRoots: ReadonlySet<string>,
): ConsoleDoor {
  const door = new ConsoleDoor(context, parts);
  const { audit } = door;

  app.addHook('onResponse', (request, reply, done) => {
    // By route: a path can be written in other ways.
    if (request.routeOptions.url?.startsWith(ADMIN_ROOT)) audit.hear(request, reply.statusCode);
    done();
  });
  app.addHook('onClose', () => audit.settled());
  app.register(
    async (scope) => {
      // What is handed on is not read on its way.
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_, body, done) => done(null, body));
      scope.register(async (open) => {
        open.addHook('onRequest', async (request, reply) => {
          asPrivate(reply);
          request.visit.isConsole = true;
        });
        registerSignIn(open, context, parts, door, audit);
      });
      scope.register(async (guarded) => {
        guarded.addHook('onRequest', (request, reply) => guard(request as Request, reply));
        registerPassThrough(guarded, context, apiRoots);
        for (const { plain } of MODULES) plain?.(guarded, context);
      });
    },
    { prefix: ADMIN_ROOT },
  );
  return door;

  async function guard(request: Request, reply: FastifyReply): Promise<void> {
    const { visit } = request;
    const { authorization } = request.headers;
    const { account: sid } = request.params;
    asPrivate(reply);
    if (authorization === undefined) {
      visit.isConsole = true;
      visit.who = await door.enter(request);
      visit.open = async (wanted) => (await door.lend(wanted, visit.path)).account;
      visit.mayStay = async () => (await door.look(request)) !== null;
      const { account, caller } = await door.lend(sid, visit.path);
      visit.account = account;
      visit.caller = caller;
      return;
    }
    const caller = await keeper.verify(authorization, addressOf(request), sid);
    visit.mayStay = async () =>
      (await keeper.verify(authorization, addressOf(request), sid)).account.sid === caller.account.sid;
    if (sid === undefined) needOperator(context, caller.account.sid, visit.path);
    visit.open = (wanted) => keeper.open(caller, wanted, visit.path);
    visit.account = sid === undefined ? caller.account : await visit.open(sid);
    visit.caller = caller;
  }
}

/** 404 for other accounts than the operator's, as if the path were not there. */
export function needOperator(context: HttpContext, accountSid: string, path: string): void {
  const operatorSid = context.console?.operatorSid ?? context.connectors?.operatorSid;
  if (accountSid !== operatorSid) throw refuse(20404, { path });
}

/** What a session has reached is for its page alone: no CORS, no caches, no guesses at the type. */
export function asPrivate(reply: FastifyReply): void {
  reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', vary: 'Cookie, Origin' });
}
