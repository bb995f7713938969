import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { HandWoundClock, realClock } from '../domain/clock.ts';
import { makeOutgoing, type Outgoing, type OutgoingOptions, type OutgoingRequest } from './outgoing.ts';

const cleanup: (() => Promise<unknown> | unknown)[] = [];
afterEach(async () => {
  for (const task of cleanup.splice(0).reverse()) await task();
});

function out(options: Partial<OutgoingOptions> = {}): Outgoing {
  const outgoing = makeOutgoing({ policy: { allow: ['127.0.0.1/32'] }, clock: realClock, ...options });
  cleanup.push(() => outgoing.close());
  return outgoing;
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  cleanup.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return listen(server);
}

/** A peer that does not speak HTTP by itself. */
async function serveTcp(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => undefined));
    onConnection(socket);
  });
  cleanup.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return listen(server);
}

function ask(url: string, more: Partial<OutgoingRequest> = {}): OutgoingRequest {
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'text/plain' },
    body: 'hello',
    connectMs: 5000,
    readMs: 5000,
    totalMs: 5000,
    maxBytes: 4096,
    follow: true,
    ...more,
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
}

function redirect(response: ServerResponse, status: number, location: string) {
  response.writeHead(status, { location }).end();
}

test('a request carries method, path, query, headers and body, and the answer comes back whole', async () => {
  const url = await serve(async (request, response) => {
    const seen = `${request.method} ${request.url} ${request.headers.host} ${await bodyOf(request)}`;
    response.writeHead(201, { 'X-Seen': encodeURIComponent(seen), 'set-cookie': ['a=1', 'b=2'] }).end('grüß dich');
  });
  const result = await out().request(ask(`${url}/cb?x=%20#frag`));
  expect(result).toMatchObject({
    kind: 'answer',
    status: 201,
    body: 'grüß dich',
    partial: false,
    ms: expect.any(Number),
  });
  if (result.kind !== 'answer') throw new Error(result.text);
  expect(decodeURIComponent(result.headers['x-seen'] ?? '')).toBe(`POST /cb?x=%20 ${url.slice(7)} hello`);
  expect(result.headers['set-cookie']).toBe('a=1, b=2');
});

test('connections are kept and bounded', async () => {
  const sockets = new Set<unknown>();
  const url = await serve((request, response) => {
    sockets.add(request.socket);
    setImmediate(() => response.end());
  });
  const outgoing = out({ connections: 3 });
  const results = await Promise.all(Array.from({ length: 30 }, () => outgoing.request(ask(url))));
  expect(results.every((result) => result.kind === 'answer')).toBe(true);
  expect(sockets.size).toBe(3);
});

test.each([
  ['a private literal', 'http://10.0.0.1/', 'not a public address'],
  ['another loopback address', 'http://127.0.0.2/', 'not a public address'],
  ['a decimal literal', 'http://2130706434/', 'not a public address'],
  ['an IPv6 literal', 'http://[::1]:3000/', 'not a public address'],
  ['a mapped literal', 'http://[::ffff:10.0.0.1]/', 'not a public address'],
  ['a dangerous port', 'http://127.0.0.1:6379/', 'port 6379'],
])('%s is denied', async (_, url, text) => {
  const result = await out().request(ask(url));
  expect(result).toMatchObject({
    kind: 'failed',
    reason: 'denied',
    errorCode: 11205,
    text: expect.stringContaining(text),
  });
});

test('a name is denied when any of its addresses is', async () => {
  let hits = 0;
  const url = await serve((_, response) => {
    hits += 1;
    response.end();
  });
  const port = new URL(url).port;
  const resolve = async () => [
    { address: '127.0.0.1', family: 4 },
    { address: '169.254.169.254', family: 4 },
  ];
  const result = await out({ resolve }).request(ask(`http://rebind.example:${port}/`));
  expect(result).toMatchObject({ reason: 'denied', text: expect.stringContaining('rebind.example') });
  expect(hits).toBe(0);
});

test('a name is resolved once, connected to what was judged, and stays the Host', async () => {
  const url = await serve((request, response) => void response.end(request.headers.host));
  const port = new URL(url).port;
  const asked: string[] = [];
  const resolve = async (name: string) => {
    asked.push(name);
    return [{ address: asked.length === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }];
  };
  const result = await out({ resolve }).request(ask(`http://app.example:${port}/`));
  expect(result).toMatchObject({ kind: 'answer', body: `app.example:${port}` });
  expect(asked).toEqual(['app.example']);
});

test('own listeners are closed, also those that open later', async () => {
  const url = await serve((_, response) => void response.end());
  const forbid: { address: string; port: number }[] = [];
  const outgoing = out({ policy: { allow: ['127.0.0.0/8'], forbid } });
  forbid.push({ address: '127.0.0.1', port: Number(new URL(url).port) });
  expect(await outgoing.request(ask(url))).toMatchObject({ reason: 'denied' });
});

test('a name without an address is a DNS failure', async () => {
  const resolve = async () => Promise.reject(new Error('ENOTFOUND'));
  expect(await out({ resolve }).request(ask('http://nobody.example/'))).toMatchObject({
    reason: 'dns',
    errorCode: 11210,
  });
});

test('a closed port is refused', async () => {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  expect(await out().request(ask(url))).toMatchObject({ reason: 'refused', errorCode: 11202 });
});

test('TLS to a port that speaks plain HTTP fails as TLS', async () => {
  const url = await serve((_, response) => void response.end());
  const result = await out().request(ask(url.replace('http:', 'https:')));
  expect(result).toMatchObject({ reason: 'tls', errorCode: 11220, text: 'no TLS: wrong version number' });
});

test('garbage is no HTTP, and a connection closed in our face is a reset', async () => {
  const garbage = await serveTcp((socket) => void socket.end('220 mail.example ESMTP\r\n'));
  expect(await out().request(ask(garbage))).toMatchObject({ reason: 'protocol', errorCode: 11206 });
  const closing = await serveTcp((socket) => void socket.once('data', () => socket.destroy()));
  expect(await out().request(ask(closing))).toMatchObject({ reason: 'reset', errorCode: 11200 });
});

test('silence ends by the read time-out of the clock it was handed', async () => {
  const clock = new HandWoundClock();
  let arrived: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const url = await serve(() => arrived());
  const pending = out({ clock }).request(ask(url, { readMs: 1000 }));
  await heard;
  clock.advance(1000);
  expect(await pending).toMatchObject({ reason: 'read-timeout', errorCode: 11200, ms: 1000 });
  expect(clock.untilNext()).toBeNull();
});

test('a drip that never pauses long enough ends by the total time-out', async () => {
  const url = await serve((_, response) => {
    response.writeHead(200);
    const drip = setInterval(() => response.write('.'), 10);
    response.on('close', () => clearInterval(drip));
  });
  const outgoing = out();
  expect(await outgoing.request(ask(url, { readMs: 1000, totalMs: 120 }))).toMatchObject({
    reason: 'total-timeout',
    errorCode: 11203,
  });
  const cut = await outgoing.request(ask(url, { readMs: 1000, totalMs: 120, cut: true }));
  expect(cut).toMatchObject({ kind: 'answer', status: 200, partial: true });
});

test('a name that never resolves ends by the connect time-out and nothing leaves later', async () => {
  let hits = 0;
  const url = await serve((_, response) => {
    hits += 1;
    response.end();
  });
  const clock = new HandWoundClock();
  let answer: (addresses: { address: string; family: number }[]) => void = () => undefined;
  const resolve = () =>
    new Promise<{ address: string; family: number }[]>((done) => {
      answer = done;
    });
  const outgoing = out({ clock, resolve });
  const pending = outgoing.request(ask(`http://slow.example:${new URL(url).port}/`, { connectMs: 500 }));
  clock.advance(500);
  expect(await pending).toMatchObject({ reason: 'connect-timeout', errorCode: 11201, ms: 500 });
  answer([{ address: '127.0.0.1', family: 4 }]);
  expect(await outgoing.request(ask(url))).toMatchObject({ kind: 'answer' });
  expect(hits).toBe(1);
});

test('an endless body is too large, or cut where only the status matters', async () => {
  const url = await serve((_, response) => {
    const more = () => {
      while (response.write('x'.repeat(1000)));
    };
    response.on('drain', more);
    more();
  });
  const outgoing = out();
  expect(await outgoing.request(ask(url))).toMatchObject({ reason: 'too-large', errorCode: 11750 });
  const cut = await outgoing.request(ask(url, { cut: true }));
  expect(cut).toMatchObject({ kind: 'answer', status: 200, body: 'x'.repeat(4096) });
});

test('301 turns a POST into a GET without a body, 307 repeats it', async () => {
  const url = await serve(async (request, response) => {
    if (request.url === '/301') return redirect(response, 301, '/end');
    if (request.url === '/307') return redirect(response, 307, '/end');
    response.end(`${request.method} ${request.headers['content-type'] ?? '-'} ${await bodyOf(request)}`);
  });
  const outgoing = out();
  expect(await outgoing.request(ask(`${url}/301`))).toMatchObject({ status: 200, body: 'GET - ' });
  expect(await outgoing.request(ask(`${url}/307`))).toMatchObject({ status: 200, body: 'POST text/plain hello' });
  expect(await outgoing.request(ask(`${url}/301`, { follow: false }))).toMatchObject({ kind: 'answer', status: 301 });
});

test('redirects are judged, counted, and refused where they lead nowhere', async () => {
  const places: Record<string, [number, Record<string, string>]> = {
    '/loop': [302, { location: '/loop' }],
    '/inside': [302, { location: 'http://169.254.169.254/latest/meta-data' }],
    '/none': [302, {}],
    '/308': [308, { location: '/x' }],
    '/file': [302, { location: 'file:///etc/passwd' }],
  };
  let hits = 0;
  const url = await serve((request, response) => {
    hits += 1;
    const [status, headers] = places[request.url ?? ''] ?? [200, {}];
    response.writeHead(status, headers).end();
  });
  const outgoing = out();
  expect(await outgoing.request(ask(`${url}/loop`))).toMatchObject({ reason: 'redirect', errorCode: 11215 });
  expect(hits).toBe(6);
  expect(await outgoing.request(ask(`${url}/inside`))).toMatchObject({ reason: 'denied' });
  for (const path of ['/none', '/308', '/file']) {
    expect(await outgoing.request(ask(url + path))).toMatchObject({ reason: 'redirect', errorCode: 11216 });
  }
});

test('user and password are held back until a 401 asks for them, and never follow to another origin', async () => {
  const seen: string[] = [];
  const other = await serve((request, response) => {
    seen.push(`other ${request.headers.authorization ?? '-'}`);
    response.end();
  });
  const url = await serve((request, response) => {
    const { authorization } = request.headers;
    seen.push(authorization ?? '-');
    if (!authorization) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    redirect(response, 307, other);
  });
  const result = await out().request(ask(url.replace('//', '//me:p%40ss@')));
  expect(result).toMatchObject({ status: 200 });
  expect(seen).toEqual(['-', `Basic ${Buffer.from('me:p@ss').toString('base64')}`, 'other -']);
});

test('a digest is of one path: where that leads, it is asked for again', async () => {
  const paths: (string | undefined)[] = [];
  const url = await serve((request, response) => {
    const path = /uri="([^"]+)"/.exec(request.headers.authorization ?? '')?.[1];
    paths.push(path);
    if (path !== request.url) response.writeHead(401, { 'www-authenticate': 'Digest realm="r", nonce="n"' }).end();
    else if (path === '/start') redirect(response, 307, '/end');
    else response.end();
  });
  expect(await out().request(ask(`${url.replace('//', '//me:secret@')}/start`))).toMatchObject({ status: 200 });
  expect(paths).toEqual([undefined, '/start', undefined, '/end']);
});

test.each(['', 'not a url', 'ftp://127.0.0.1/'])('%j is refused as a value, not thrown', async (url) => {
  expect(await out().request(ask(url))).toMatchObject({ kind: 'failed', reason: 'protocol', errorCode: 11100 });
});

test('a header that HTTP cannot carry is refused as a value, not thrown', async () => {
  const url = await serve((_, response) => void response.end());
  expect(await out().request(ask(url, { headers: { x: 'a\r\nb' } }))).toMatchObject({
    kind: 'failed',
    reason: 'protocol',
  });
});

test('an allow-list that holds no network is a fault at once', () => {
  expect(() => makeOutgoing({ policy: { allow: ['localhost'] }, clock: realClock })).toThrow(
    '"localhost" is not a network',
  );
});

test('cookies come one by one, with the place they came from', async () => {
  const cookies = ['a=1; Expires=Wed, 21 Oct 2037 07:28:00 GMT', 'b=2'];
  const url = await serve((request, response) => {
    if (request.url === '/start') {
      return void response.writeHead(302, { location: '/end?x=1', 'set-cookie': 'c=3' }).end();
    }
    response.writeHead(200, { 'set-cookie': cookies }).end();
  });
  const answer = await out().request(ask(`${url.replace('//', '//me:secret@')}/start#rc=1`, { method: 'GET' }));
  const end = `${url}/end?x=1`;
  const setCookies = [
    { url: `${url}/start`, headers: ['c=3'] },
    { url: end, headers: cookies },
  ];
  expect(answer).toMatchObject({ setCookies, url: end });
});

test('what holds for one URL alone is made anew for every hop, credentials stay where they belong', async () => {
  const seen: (string | undefined)[][] = [];
  const hear = ({ method, url, headers }: IncomingMessage) =>
    seen.push([method, url, headers.sign as string, headers.cookie]);
  const other = await serve((request, response) => {
    hear(request);
    response.end();
  });
  const url = await serve((request, response) => {
    hear(request);
    redirect(response, request.url === '/start' ? 307 : 302, request.url === '/start' ? '/next?x=1#y' : `${other}/end`);
  });
  const headers = { sign: 'first', cookie: 'a=1' };
  const headersAt = (place: string, method: string) => ({ sign: `${method} ${place}` });
  await out().request(ask(`${url.replace('//', '//me:secret@')}/start`, { headers, headersAt }));
  expect(seen).toEqual([
    ['POST', '/start', 'first', 'a=1'],
    ['POST', '/next?x=1', `POST ${url}/next?x=1`, 'a=1'],
    ['GET', '/end', `GET ${other}/end`, undefined],
  ]);
});

test('a raw body comes as bytes, whatever the status', async () => {
  const url = await serve((_, response) => void response.writeHead(500).end(Buffer.from([0xff, 0xfe])));
  const answer = await out().request(ask(url, { raw: true }));
  expect(answer).toMatchObject({ status: 500, body: '', bytes: Buffer.from([0xff, 0xfe]) });
});
