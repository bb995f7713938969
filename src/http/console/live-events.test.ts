import { connect } from 'node:net';
import fastify from 'fastify';
import { afterEach, expect, it } from 'vitest';
import { realClock } from '../../domain/clock.ts';
import type { HttpContext } from '../context.ts';
import { LIVE } from './live-events.ts';
import { LiveFeed, MOST_READERS } from './live-feed.ts';

const AC = `AC${'1'.repeat(32)}`;

let closing: (() => Promise<unknown>) | null = null;
afterEach(async () => {
  await closing?.();
  closing = null;
});

/** The route alone, with somebody whom the guard has let in. */
async function start() {
  const feed = new LiveFeed(realClock, 'e1');
  const app = fastify();
  app.decorateRequest('visit');
  app.addHook('onRequest', async (request) => {
    request.visit = { who: null, account: { sid: AC }, path: '/events' } as typeof request.visit;
  });
  LIVE.plain?.(app, { console: { live: feed } } as HttpContext);
  await app.listen({ port: 0, host: '127.0.0.1' });
  closing = () => app.close();
  const address = app.server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { feed, app, port };
}

it('a page that reads nothing is cut off, and nothing is kept for it', async () => {
  const { feed, port, app } = await start();
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.pause();
  socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
  const connections = () => new Promise<number>((resolve) => app.server.getConnections((_, count) => resolve(count)));
  while ((await connections()) === 0 || !feed.isRead) await new Promise((resolve) => setTimeout(resolve, 5));
  const text = 'x'.repeat(100_000);
  // 5 MB a frame: more than the sockets of any system hold before long.
  for (let frames = 0; feed.isRead && frames < 100; frames += 1) {
    for (let count = 0; count < 50; count += 1) {
      feed.observe({ type: 'alert', at: 0, accountSid: AC, resourceSid: null, code: 11200, level: 'error', text });
    }
    await new Promise((resolve) => setTimeout(resolve, 210));
  }
  expect(feed.isRead).toBe(false);
  while ((await connections()) > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  socket.destroy();
});

it('one page too many is told so', async () => {
  const { feed, app } = await start();
  const reader = { write: () => undefined, bufferedBytes: () => 0, mayRead: async () => true, end: () => undefined };
  for (let count = 0; count < MOST_READERS; count += 1) {
    feed.subscribe({ accountSid: AC, seesConnectors: false, reader });
  }
  const answer = await app.inject('/events');
  expect(answer.statusCode).toBe(503);
  expect(answer.json().message).toContain(`${MOST_READERS} pages`);
});
