/** Builds the HTTP server out of its rooms. It does not listen: the caller does, tests inject. */
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import { API_ROOT } from './answer.ts';
import { registerApi } from './api.ts';
import { readBody } from './body.ts';
import { registerCarrierDoor } from './carrier-door.ts';
import { isHandedInByConsole } from './console/pass-through.ts';
import { registerPages } from './console/static.ts';
import type { HttpContext } from './context.ts';
import { registerErrorsPage } from './errors-page.ts';
import { registerHealth } from './health.ts';
import { registerLinkVisits } from './link-visit.ts';
import { registerMediaFiles } from './media-files.ts';
import { withoutProduct } from './product-path.ts';
import { answerBrokenRequest, answerError, answerUnknown, toRefusal } from './refusals.ts';
import { splitFormat } from './render.ts';
import { limitSockets } from './sockets.ts';
import type { Visit } from './visit.ts';

/** Longer request targets are 414. Headers as a whole may have 16 KB, else 431. */
const LONGEST_TARGET = 8192;
const MAX_HEADER_BYTES = 16_384;
/** Node checks for late requests at this interval; its default of 30 s would make both limits late. */
const LIMITS = { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 2_000 };
/** Clients shall be the ones who close: Go leaves a connection unused for 90 s, and repeats no POST that met our close. */
const UNUSED_CONNECTION_MS = 95_000;

export function buildServer(context: HttpContext): FastifyInstance {
  const { clock, settings, sids } = context;
  const app = fastify({
    logger: false,
    // From then on `request.ip` is the client's.
    trustProxy: settings.isTrustedProxy ?? false,
    bodyLimit: settings.bodyLimit,
    exposeHeadRoutes: true,
    requestTimeout: LIMITS.requestTimeout,
    keepAliveTimeout: UNUSED_CONNECTION_MS,
    http: { ...LIMITS, maxHeaderSize: MAX_HEADER_BYTES },
    routerOptions: {
      maxParamLength: LONGEST_TARGET * 2,
      // Our own reader is stricter and reads it only where it is wanted.
      querystringParser: () => ({}),
    },
    rewriteUrl: ({ url = '/' }) => withoutProduct(url),
    frameworkErrors: (error, request, reply) => {
      const { requestId } = visit(request.raw.url ?? '/', request);
      reply.header('twilio-request-id', requestId);
      answerError(context, error, request, reply);
    },
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, sids.make('RQ')),
  });
  if (settings.socketsPerAddress !== undefined) {
    limitSockets(app.server, settings.socketsPerAddress, settings.isTrustedProxy);
  }
  let inFlight = 0;

  app.decorateRequest('visit');

  function visit(target: string, request: { visit: Visit }): Visit {
    const mark = target.indexOf('?');
    const path = mark === -1 ? target : target.slice(0, mark);
    const { base, format } = path.startsWith(API_ROOT) ? splitFormat(path) : { base: path, format: 'json' as const };
    const made: Visit = {
      requestId: sids.make('RQ'),
      startedAt: clock.monotonic(),
      path,
      base,
      format,
      account: null,
      caller: null,
      match: null,
      who: null,
      isConsole: false,
      ...(isHandedInByConsole() && { isFromConsole: true }),
    };
    request.visit = made;
    return made;
  }

  app.addHook('onRequest', (request, reply, done) => {
    const { requestId } = visit(request.raw.url ?? '/', request);
    inFlight += 1;
    reply.header('twilio-request-id', requestId);
    reply.header('twilio-concurrent-requests', String(inFlight));
    reply.header('x-home-region', 'us1');
    reply.header('x-api-domain', request.headers.host ?? 'localhost');
    if (settings.mode === 'dev') reply.header('pidge-mode', 'dev');
    done(faultOfHeaders(request.raw.url ?? '/', request.raw.rawHeaders));
  });

  app.addHook('onSend', (request, reply, _payload, done) => {
    const seconds = (clock.monotonic() - request.visit.startedAt) / 1000;
    reply.header('twilio-request-duration', seconds.toFixed(3));
    done();
  });

  app.addHook('onResponse', (request, reply, done) => {
    inFlight -= 1;
    const { path, requestId, startedAt, errorCode, account, isFromConsole } = request.visit;
    const status = reply.statusCode;
    const ms = clock.monotonic() - startedAt;
    const { method } = request;
    const accountSid = account?.sid;
    if (!request.visit.isHandedOn)
      context.observe({ type: 'request', method, path, status, ms, requestId, errorCode, accountSid, isFromConsole });
    if (status === 201) context.faults.at('answer.after-201');
    done();
  });

  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, readBody);
  app.setErrorHandler((error, request, reply) => answerError(context, error, request, reply));

  registerHealth(app, context);
  if (settings.api === false) {
    app.setNotFoundHandler((request, reply) => answerError(context, withoutApi(), request, reply));
    return app;
  }
  const servePage = registerPages(app, context);
  const unknown = (request: FastifyRequest, reply: FastifyReply): void => {
    if (!servePage(request, reply)) answerUnknown(context, request, reply);
  };
  app.setNotFoundHandler(unknown);
  registerApi(app, context);
  registerErrorsPage(app);
  if (context.media) registerMediaFiles(app, context, context.media);
  registerLinkVisits(app, context, unknown);
  registerCarrierDoor(app, context);
  const { lab } = context;
  if (lab) {
    // JSON is read in there alone: the 2010 API refuses it.
    app.register(async (scope) => {
      scope.addContentTypeParser(
        'application/json',
        { parseAs: 'string' },
        scope.getDefaultJsonParser('error', 'error'),
      );
      await lab(scope);
    });
  }
  return app;
}

/** A node that only sends, or only calls back. */
function withoutApi(): Error {
  return refuse(
    20503,
    { text: 'This node does not serve the API' },
    { fix: 'Ask a node whose node.roles has "api", or give it to this one.' },
  );
}

/** Node would take the first of two; a proxy in front may have judged by the second. */
function faultOfHeaders(target: string, rawHeaders: string[]): Error | undefined {
  if (target.length > LONGEST_TARGET) return toRefusal({ statusCode: 414 });
  let hosts = 0;
  let authorizations = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? '';
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 13 && name.toLowerCase() === 'authorization') authorizations += 1;
  }
  if (hosts <= 1 && authorizations <= 1) return undefined;
  const parameter = hosts > 1 ? 'Host' : 'Authorization';
  return refuse(20001, {}, { parameter, received: 'the header twice', allowed: 'once', fix: 'Send it once.' });
}

const SWEEP_MS = 50;

/**
 * Stops listening and resolves when every request under way is answered. A connection whose last answer left after
 * the stop began is idle and would otherwise stay until its keep-alive ends, so idle ones are swept meanwhile.
 */
export async function closeServer(app: FastifyInstance, clock: Clock): Promise<void> {
  let cancel = (): void => undefined;
  const sweep = (): void => {
    app.server.closeIdleConnections();
    cancel = clock.after(SWEEP_MS, sweep);
  };
  cancel = clock.after(SWEEP_MS, sweep);
  await app.close();
  cancel();
}
