import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { StoreUnavailable } from '../../src/store/store.ts';
import { basic, type Door, openDoor, ROOT, SID, TOKEN } from './door.ts';

const messages = `${ROOT}/Messages.json`;
let open: Door | undefined;

afterEach(async () => {
  await open?.app.close();
  open = undefined;
});

test.each([
  ['JSON', '{}', { 'content-type': 'application/json' }, 415, 20422],
  ['multipart', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 415, 20422],
  ['a content type that is none', 'a=b', { 'content-type': '///' }, 415, 20422],
  ['a compressed form', 'Body=x', { 'content-encoding': 'gzip' }, 415, 20422],
  ['a body of 1 MB', `Body=${'x'.repeat(1_000_000)}`, {}, 413, 20413],
  ['300 parameters', Array.from({ length: 300 }, (_, index) => `P${index}=1`).join('&'), {}, 413, 20413],
  ['Body twice', 'Body=1&Body=2', {}, 400, 20001],
  ['NUL', 'Body=a%00b', {}, 400, 20001],
  ['a lone surrogate', 'Body=%ED%A0%80', {}, 400, 20001],
  ['invalid UTF-8', 'Body=%FF', {}, 400, 20001],
  ['raw invalid UTF-8', Buffer.from([...Buffer.from('Body='), 0xff]), {}, 400, 20001],
  ['a broken escape', 'Body=100%', {}, 400, 20001],
])('%s is refused in the form of the API', async (_name, form, headers, status, code) => {
  const answer = await openDoor().call('POST', messages, { form, headers: headers as Record<string, string> });
  expect([answer.status, answer.json.code, answer.json.status]).toEqual([status, code, status]);
  if (code === 20001) expect(answer.json.details.parameter).toBe('Body');
});

test('a POST without a body, and one without a content type, are forms', async () => {
  const door = openDoor();
  expect((await door.call('POST', messages)).status).toBe(201);
  const answer = await door.app.inject({
    method: 'POST',
    url: messages,
    headers: { authorization: basic(SID, TOKEN) },
    payload: Buffer.from('Body=hello'),
  });
  expect(answer.json().body).toBe('hello');
});

test('a known path with another verb is 405 and says which it has', async () => {
  const door = openDoor();
  for (const method of ['PUT', 'PATCH', 'DELETE', 'TRACE']) {
    const answer = await door.call(method, messages);
    expect([method, answer.status, answer.json.code, answer.headers.allow]).toEqual([
      method,
      405,
      20004,
      'GET, POST, OPTIONS',
    ]);
  }
});

test('unknown paths, wrong capitals and undecodable ones are 404', async () => {
  const door = openDoor();
  for (const path of [
    `${ROOT}/messages.json`,
    `${ROOT}/Messages/`,
    '/2010-04-01/%zz.json',
    '/2010-04-01.json',
    '/nothing',
    '/%zz',
  ]) {
    const { status, text } = await door.call('GET', path);
    expect([path, status, text.includes('20404')]).toEqual([path, 404, true]);
  }
});

test('a target of more than 8 KB is 414', async () => {
  const { status, json } = await openDoor().call('GET', `${messages}?x=${'y'.repeat(9000)}`);
  expect([status, json.status]).toEqual([414, 414]);
});

test('requests that ended, however they ended, are no longer counted as concurrent', async () => {
  const door = openDoor();
  for (const path of ['/%zz', '/nothing', `${messages}?x=${'y'.repeat(9000)}`, messages]) await door.call('GET', path);
  expect((await door.call('GET', messages)).headers['twilio-concurrent-requests']).toBe('1');
});

test('every answer carries the headers of the original', async () => {
  const door = openDoor();
  const { headers } = await door.call('GET', messages, { headers: { host: 'api.twilio.com' } });
  expect(headers).toMatchObject({
    'twilio-request-id': expect.stringMatching(/^RQ[0-9a-f]{32}$/),
    'twilio-request-duration': '0.000',
    'twilio-concurrent-requests': '1',
    'x-home-region': 'us1',
    'x-api-domain': 'api.twilio.com',
    'access-control-allow-origin': '*',
    'pidge-mode': 'dev',
  });
  expect((await openDoor({ mode: 'serve' }).call('GET', messages)).headers['pidge-mode']).toBeUndefined();
});

test('OPTIONS needs no credentials and HEAD has no body', async () => {
  const door = openDoor();
  const options = await door.call('OPTIONS', messages, { headers: { authorization: '' } });
  expect([options.status, options.headers['access-control-allow-methods']]).toEqual([
    204,
    'GET, POST, DELETE, OPTIONS',
  ]);
  const head = await door.call('HEAD', messages);
  expect([head.status, head.text]).toEqual([200, '']);
});

test('a fault is 500 with a request id, shows nothing of itself, and is observed', async () => {
  const door = openDoor({}, { create: () => Promise.reject(new Error('select * from secrets')) });
  const { status, json, text, headers } = await door.call('POST', messages);
  expect([status, json.code, json.details.request]).toEqual([500, 20500, headers['twilio-request-id']]);
  expect(text).not.toContain('secrets');
  expect(door.events).toContainEqual(expect.objectContaining({ type: 'fault' }));
  expect(door.events).toContainEqual(expect.objectContaining({ type: 'request', status: 500, errorCode: 20500 }));
});

test('a store that cannot write is 503 with Retry-After', async () => {
  const door = openDoor({}, { create: () => Promise.reject(new StoreUnavailable('disk full')) });
  const { status, json, headers } = await door.call('POST', messages);
  expect([status, json.code, headers['retry-after']]).toEqual([503, 20503, '5']);
});

test('health answers, readiness tells why not, and metrics want loopback or the token', async () => {
  const door = openDoor({ metricsToken: 'm' }, { ready: () => ({ ok: false, why: 'starting' }) });
  expect((await door.call('GET', '/healthz')).json).toEqual({ status: 'ok' });
  const ready = await door.call('GET', '/readyz');
  expect([ready.status, ready.json.why]).toEqual([503, 'starting']);
  const from = (remoteAddress: string, authorization = '') =>
    door.app.inject({ url: '/metrics', remoteAddress, headers: { authorization } });
  expect((await from('127.0.0.1')).body).toBe('pidge_up 1\n');
  expect((await from('192.0.2.1')).statusCode).toBe(403);
  expect((await from('192.0.2.1', 'Bearer m')).statusCode).toBe(200);
});

test('an error code has a page, for programs and for people', async () => {
  const door = openDoor();
  expect((await door.call('GET', '/errors/21211')).json).toMatchObject({ code: 21211, status: 400 });
  const page = await door.call('GET', '/errors/21211', { headers: { accept: 'text/html' } });
  expect(page.text).toContain('<h1>21211');
  expect((await door.call('GET', '/errors/99999')).status).toBe(404);
});

test('the test side reads JSON, in its own scope only', async () => {
  const lab = (app: { post: (path: string, handler: (request: { body: unknown }) => unknown) => void }) =>
    app.post('/_test/v1/echo', (request) => request.body);
  const door = openDoor({}, { lab: lab as never });
  const headers = { 'content-type': 'application/json' };
  expect((await door.call('POST', '/_test/v1/echo', { form: '{"a":1}', headers })).json).toEqual({ a: 1 });
  expect((await door.call('POST', messages, { form: '{"a":1}', headers })).status).toBe(415);
});

test.each([
  ['two Hosts', 'Host: a\r\nHost: b\r\n', 400],
  ['two Authorizations', `Host: a\r\nAuthorization: ${basic(SID, TOKEN)}\r\nAuthorization: Basic eDp5\r\n`, 400],
  ['headers beyond 16 KB', `Host: a\r\nX: ${'x'.repeat(20_000)}\r\n`, 431],
  ['a line that is no HTTP', 'nonsense\r\n', 400],
])('%s is refused on the wire in the form of the API', async (_name, headers, status) => {
  open = openDoor();
  await open.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = open.app.server.address() as AddressInfo;
  const text = await new Promise<string>((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${messages} HTTP/1.1\r\n${headers}Connection: close\r\n\r\n`),
    );
    socket.on('data', (chunk) => (received += chunk));
    socket.on('close', () => resolve(received));
    socket.on('error', (error) => (received ? undefined : reject(error)));
  });
  expect(text.split('\r\n')[0]).toContain(` ${status} `);
  expect(text).toContain(`"status":${status}`);
});

/** Connections to a door, each with a request of its own. */
async function manySockets(door: Door) {
  await door.app.listen({ port: 0, host: '127.0.0.1' });
  const { port } = door.app.server.address() as AddressInfo;
  const sockets: Socket[] = [];
  /** The status line of an answer; empty: the connection was closed without one. */
  const ask = () =>
    new Promise<string>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      sockets.push(socket);
      socket.write('GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n');
      socket.once('data', (chunk) => resolve(String(chunk).split('\r\n')[0] ?? ''));
      // One that is closed while it still writes is reset.
      socket.on('error', () => resolve(''));
      socket.once('close', () => resolve(''));
    });
  return { sockets, ask };
}

test('an address has so many connections and no more, and a place back for each that ends', async () => {
  open = openDoor({ socketsPerAddress: 3 });
  const { sockets, ask } = await manySockets(open);
  const held = [await ask(), await ask(), await ask()];
  expect(held).toEqual(Array(3).fill('HTTP/1.1 200 OK'));
  expect(await ask()).toBe('');
  sockets[0]?.destroy();
  await expect.poll(() => ask()).toBe('HTTP/1.1 200 OK');
  expect(await ask()).toBe('');
  for (const socket of sockets) socket.destroy();
});

test('a proxy that is trusted has as many connections as it opens', async () => {
  open = openDoor({ socketsPerAddress: 3, isTrustedProxy: (address) => address === '127.0.0.1' });
  const { sockets, ask } = await manySockets(open);
  for (let nth = 0; nth < 10; nth += 1) expect(await ask()).toBe('HTTP/1.1 200 OK');
  for (const socket of sockets) socket.destroy();
});

test('a connection without use is kept for longer than Go clients keep theirs, which repeat no POST', async () => {
  open = openDoor();
  const origin = await open.app.listen({ port: 0, host: '127.0.0.1' });
  const { headers } = await fetch(`${origin}/healthz`);
  expect(headers.get('keep-alive')).toBe('timeout=95');
});
