/**
 * The Twilio API for whoever sits at the console: `/_admin/v1/accounts/{AC}/api/{path}` goes to `/{path}` of this very
 * server with the credentials of that account, and `/_admin/v1/test/{path}` to the test side. The pages thereby need no
 * second API, and can do what an app can and nothing else (docs/decisions/console-door.md).
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import type { HttpContext } from '../context.ts';
import { originOf } from '../origin.ts';
import { withoutSecrets } from './mask.ts';
import type { Docs } from './module.ts';

/** The largest body that a route of the API takes; each judges its own. */
const MOST_BYTES = 1_048_576;

/** What goes in with a request. `Host` decides of absolute URLs in answers. */
const IN = [
  'accept',
  'accept-language',
  'content-encoding',
  'content-type',
  'host',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'user-agent',
  'x-forwarded-host',
  'x-forwarded-proto',
];
/** What comes out with an answer: no cookies, no CORS, nothing of the connection, no `WWW-Authenticate`. */
const OUT = [
  'allow',
  'content-disposition',
  'content-type',
  'etag',
  'idempotent-replayed',
  'last-modified',
  'pidge-mode',
  'retry-after',
  'twilio-request-id',
];

/** What is handed on comes in as any request does, and nothing that a request can say must pass for it: hence not a header. */
const handingOn = new AsyncLocalStorage<true>();

/** Whether the request that is coming in is one of these. */
export const isHandedInByConsole = (): boolean => handingOn.getStore() === true;

type Request = FastifyRequest<{ Params: { '*': string } }>;

/** `apiRoots`: first segments of the paths that may be asked, such as `2010-04-01`. */
export function registerPassThrough(app: FastifyInstance, context: HttpContext, apiRoots: ReadonlySet<string>): void {
  const options = { bodyLimit: MOST_BYTES };

  app.all('/accounts/:account/api/*', options, async (request, reply) => {
    const { account } = request.visit;
    if (!account) throw new Error('a request passed the guard without an account');
    const target = targetOf(request as Request, '/api/');
    if (!apiRoots.has(target.path.split('/', 1)[0] ?? '')) throw refuse(20404, { path: request.visit.path });
    // Whoever came with credentials goes on with them: nothing is lent to a key that may do less.
    const authorization = request.headers.authorization ?? basic(account.sid, context.openToken(account.sealedToken));
    return hand(request, reply, target.whole, { ...givenIn(request), authorization }, request.ip);
  });

  app.all('/test/*', options, async (request, reply) => {
    const target = targetOf(request as Request, '/test/');
    if (!context.lab) throw refuse(20404, { path: request.visit.path });
    // The guard of the test side wants this machine, and no proxy; whoever is here has passed ours, which is stricter.
    const { 'x-forwarded-host': _, ...given } = givenIn(request);
    return hand(request, reply, `_test/v1/${target.whole}`, { ...given, host: 'localhost' }, '127.0.0.1');
  });

  async function hand(
    request: FastifyRequest,
    reply: FastifyReply,
    target: string,
    headers: Record<string, string>,
    remoteAddress: string,
  ): Promise<FastifyReply> {
    request.visit.isHandedOn = true;
    const whole = {
      method: request.method as 'GET',
      url: `/${target}`,
      headers,
      remoteAddress,
      ...(Buffer.isBuffer(request.body) && { payload: request.body }),
    };
    const answer = await handingOn.run(true, () => app.inject(whole));
    for (const name of OUT) {
      const value = answer.headers[name];
      if (value !== undefined) reply.header(name, value);
    }
    const { location } = answer.headers;
    if (typeof location === 'string') reply.header('location', nearby(location, request));
    const isViewer = request.visit.who?.role === 'viewer';
    const type = String(answer.headers['content-type'] ?? '');
    const body = isViewer ? withoutSecrets(answer.rawPayload, type) : answer.rawPayload;
    return reply.code(answer.statusCode).send(answer.statusCode === 204 ? undefined : body);
  }

  /** Files of our own are fetched from where the page came from: under another name its policy would forbid them. */
  function nearby(location: string, request: FastifyRequest): string {
    const origin = originOf(request, context.settings.publicUrl);
    return location.startsWith(`${origin}/`) ? location.slice(origin.length) : location;
  }
}

/** Those headers of a request that go in. */
function givenIn(request: FastifyRequest): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of IN) {
    const value = request.headers[name];
    if (typeof value === 'string') given[name] = value;
  }
  return given;
}

/**
 * What stands behind the mark, as it came. It will be read as a URL once more, so nothing is taken that would then be
 * another path: no dots, empty segments or encoded slashes.
 */
function targetOf(request: Request, mark: string): { path: string; whole: string } {
  const url = request.raw.url ?? '';
  const at = url.indexOf(mark);
  const whole = at === -1 ? '' : url.slice(at + mark.length);
  const [path = '', ...query] = whole.split('?');
  const isPlain = /^[\w.~!$&'()*+,;=:@%/-]+$/.test(path) && !query.join('?').includes('#');
  const isStraight = path.split('/').every((segment) => segment !== '' && !/^(\.|%2e){1,2}$/i.test(segment));
  if (isPlain && isStraight && !/%(2f|5c|00|0a|0d|09)/i.test(path)) return { path, whole };
  const fix = 'Write the path as the API has it, without dots, empty segments and encoded slashes.';
  throw refuse(20404, { path: request.visit.path }, { received: path, fix });
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

export const PASS_DOCS: Docs = {
  'ANY accounts/{AC}/api/{path}': {
    summary: 'The Twilio API itself, with the rights of this account: its forms in, its answers and errors out',
  },
  'ANY test/{path}': { summary: 'The test side, /_test/v1/{path}; in dev alone' },
};
