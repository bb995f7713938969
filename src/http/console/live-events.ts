/**
 * `GET /_admin/v1/events?account=AC`: the live feed of an account as server-sent events. Written to the bare response:
 * a stream of the framework's would buffer without bound for who reads slowly.
 */
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { refuse } from '../../domain/errors.ts';
import type { HttpContext } from '../context.ts';
import { readQuery } from '../form.ts';
import { canonicalSid } from '../sids.ts';
import { type LiveFeed, type LiveReader, MOST_READERS } from './live-feed.ts';
import type { ConsoleModule } from './module.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // For proxies that would gather an answer before they hand it on.
  'x-accel-buffering': 'no',
};
const LONGEST_ID = 64;

async function streamEvents(
  request: FastifyRequest,
  reply: FastifyReply,
  context: HttpContext,
  feed: LiveFeed,
): Promise<FastifyReply> {
  const { visit } = request;
  const query = readQuery(request.raw.url ?? '');
  const wanted = query.one('account');
  const account = wanted ? await visit.open?.(canonicalSid(wanted)) : visit.account;
  if (!account) throw refuse(20404, { path: visit.path });
  const header = request.headers['last-event-id'];
  const lastEventId = (typeof header === 'string' ? header : query.one('last_event_id')) || undefined;
  if (feed.isFull) {
    const fix = 'Close other pages of the console, or look at it without live events.';
    throw refuse(20503, { text: `${MOST_READERS} pages are listening already` }, { fix });
  }
  const response = reply.raw;
  reply.hijack();
  // A page that goes while it is written to is no fault.
  response.on('error', () => undefined);
  response.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), ...HEADERS });
  const leave = feed.subscribe({
    accountSid: account.sid,
    seesConnectors: visit.who !== null || account.sid === context.connectors?.operatorSid,
    lastEventId: lastEventId?.slice(0, LONGEST_ID),
    reader: readerOf(response, () => visit.mayStay?.() ?? Promise.resolve(true)),
  });
  response.once('close', () => {
    leave();
    // The framework takes a request for over when its answer has finished, which one that was cut never does.
    if (!response.writableFinished) response.emit('finish');
  });
  return reply;
}

function readerOf(response: ServerResponse, mayRead: () => Promise<boolean>): LiveReader {
  return {
    write: (text) => void response.write(text),
    bufferedBytes: () => response.writableLength,
    // One that had gone before it began was told to nobody.
    mayRead: async () => !response.destroyed && (await mayRead()),
    end: (how) => void (how === 'cut' ? response.destroy() : response.end()),
  };
}

export const LIVE: ConsoleModule = {
  plain(app, context) {
    const feed = context.console?.live;
    if (!feed) return;
    // HEAD would hold a stream open in which nothing may be said.
    app.get('/events', { exposeHeadRoute: false }, (request, reply) => streamEvents(request, reply, context, feed));
    // Open streams would keep the server from closing.
    app.addHook('preClose', async () => feed.stop());
  },
  docs: {
    'GET events': {
      summary:
        'Server-sent events of an account: `hello`, `changes` (at most five a second), `reset` (ask for everything anew), `stale` (other nodes may have changed something). Goes on after `Last-Event-ID`.',
      query: { account: 'the account; the first one unless given', last_event_id: 'instead of the header' },
      answer: { type: 'text/event-stream' },
    },
  },
};
