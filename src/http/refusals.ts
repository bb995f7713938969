/** The one place where what went wrong becomes an answer: refusals, Fastify's own errors, faults, broken requests. */
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiError, errorBody, refuse } from '../domain/errors.ts';
import { StoreUnavailable } from '../store/store.ts';
import { API_ROOT } from './answer.ts';
import type { HttpContext } from './context.ts';
import { withoutVersion } from './product-path.ts';
import { CONTENT_TYPES, renderError } from './render.ts';
import { sendText } from './send.ts';

/** Seconds after which asking again makes sense: a full disk or a lost database does not mend in less. */
const RETRY_AFTER_UNAVAILABLE = 5;
const RETRY_AFTER_LIMIT = 10;
/** What is full, of two refusals that are 429: too many requests, or a sender with hours of messages before this one. */
const LIMITS = new Map([
  [20429, 'requests'],
  [21611, 'queue'],
]);

/** What to tell the client. Anything that is neither refusal nor known limit is a fault: 500/20500, nothing of it shown. */
export function toRefusal(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof StoreUnavailable) return refuse(20503);
  switch (statusOf(error)) {
    case 400:
      return refuse(20001, { text: 'Bad Request' }, { fix: 'Send a well-formed HTTP request.' });
    case 404:
      return refuse(20404);
    case 408:
      return refuse(
        20001,
        { text: 'Request Timeout' },
        { status: 408, fix: 'Send the whole request within 30 seconds.' },
      );
    case 413:
      return refuse(20413);
    case 414:
    case 431:
      return refuse(20413, {}, { status: statusOf(error), fix: 'Send a shorter path, query or header.' });
    case 415:
      return refuse(20422, {}, { status: 415, parameter: 'Content-Type', fix: 'Send the parameters as a form.' });
    case 503:
      return refuse(20503);
    default:
      return refuse(20500);
  }
}

function statusOf(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? error.statusCode : 500;
  return typeof status === 'number' ? status : 500;
}

/** Answers a refusal or fault in the format the request asked for. */
export function answerError(context: HttpContext, error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const { visit } = request;
  // A path that cannot be decoded names nothing we have.
  const isBadPath = typeof error === 'object' && error !== null && 'code' in error && error.code === 'FST_ERR_BAD_URL';
  const refusal = isBadPath ? refuse(20404, { path: visit.path }) : toRefusal(error);
  if (refusal.code === 20500) {
    context.observe({ type: 'fault', at: context.clock.now(), where: `${request.method} ${visit.path}`, error });
  }
  visit.errorCode = refusal.code;
  if (refusal.status === 401 && !visit.isConsole) reply.header('www-authenticate', 'Basic realm="Twilio API"');
  if (refusal.status === 503) reply.header('retry-after', String(RETRY_AFTER_UNAVAILABLE));
  const limit = LIMITS.get(refusal.code);
  if (limit) reply.header('retry-after', String(RETRY_AFTER_LIMIT)).header('pidge-limit', limit);
  if (refusal.code === 20004 && visit.match) {
    reply.header('allow', [...Object.keys(visit.match.route.verbs), 'OPTIONS'].join(', '));
  }
  sendText(reply, refusal.status, CONTENT_TYPES[visit.format], renderError(refusal, visit.requestId, visit.format));
}

/** A path that nobody registered. A known path of ours with a verb it lacks is answered by its own room. */
export function answerUnknown(context: HttpContext, request: FastifyRequest, reply: FastifyReply): void {
  const isApi = request.visit.path === API_ROOT || request.visit.path.startsWith(`${API_ROOT}/`);
  const path = withoutVersion(request.visit.path);
  answerError(context, isApi ? refuse(20004) : refuse(20404, { path }), request, reply);
}

/** What Node's parser could not read: there is no request to answer, so the bytes are written by hand. */
export function answerBrokenRequest(error: Error & { code?: string }, socket: Socket, requestId: string): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const statusCode = error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const refusal = toRefusal({ statusCode });
  const body = JSON.stringify(errorBody(refusal, requestId));
  const lines = [
    `HTTP/1.1 ${refusal.status} ${PHRASES[refusal.status] ?? 'Bad Request'}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Twilio-Request-Id: ${requestId}`,
    'Connection: close',
  ];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const PHRASES: Record<number, string> = { 408: 'Request Timeout', 431: 'Request Header Fields Too Large' };
