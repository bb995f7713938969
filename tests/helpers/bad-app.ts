/** Webhooks that answer in every wrong way that one can think of; the path says how. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { CERTIFICATE, KEY } from '../data/certificates.ts';

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const xml =
  (body: string | Buffer, headers: Record<string, string> = {}): Act =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': 'text/xml', ...headers }).end(body);
const status =
  (code: number, headers: Record<string, string> = {}): Act =>
  (_, response) =>
    void response.writeHead(code, headers).end('no');

const DOCUMENT = '<Response/>';

/** Beyond every time that a test gives. */
const LATE_MS = 20_000;
/** Each entity ten times the one before. */
const LAUGHS = [...'bcdefghi'].map((name) => {
  const before = String.fromCharCode(name.charCodeAt(0) - 1);
  return `<!ENTITY ${name} "${`&${before};`.repeat(10)}">`;
});

const ACTS: Record<string, Act> = {
  'hangs-before-head': () => undefined,
  'hangs-after-head': (_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' }).flushHeaders();
  },
  drips: (_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' });
    const timer = setInterval(() => response.write(' '), 50);
    response.on('close', () => clearInterval(timer));
  },
  'closes-at-once': (request) => void request.socket.destroy(),
  'closes-in-the-middle': (request, response) => {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '1000' });
    response.write('<Response>', () => request.socket.destroy());
  },
  endless: (_, response) => {
    response.writeHead(200, { 'content-type': 'text/xml' });
    const more = (): void => {
      while (response.write('x'.repeat(8_192)));
    };
    response.on('drain', more);
    more();
  },
  'too-large': xml(`<Response><Message>${'x'.repeat(80_000)}</Message></Response>`),
  'gzip-bomb': xml(gzipSync(Buffer.alloc(20_000_000)), { 'content-encoding': 'gzip' }),
  'broken-gzip': xml('no gzip at all', { 'content-encoding': 'gzip' }),
  'unknown-encoding': xml(DOCUMENT, { 'content-encoding': 'zstd-9' }),
  'huge-head': status(200, { 'x-much': 'x'.repeat(20_000) }),
  'drips-head': ({ socket }) => {
    socket.write('HTTP/1.1 200 OK\r\nx-');
    const timer = setInterval(() => socket.write('x'), 50);
    socket.on('close', () => clearInterval(timer));
  },
  'hints-without-end': (_, response) => {
    const timer = setInterval(() => response.writeEarlyHints({ link: '</x>; rel=preload' }), 50);
    response.on('close', () => clearInterval(timer));
  },
  'answers-late': (_, response) => {
    setTimeout(() => response.writeHead(200, { 'content-type': 'text/xml' }).end(DOCUMENT), LATE_MS);
  },
  resets: ({ socket }, response) => {
    response.writeHead(200, { 'content-type': 'text/xml', 'content-length': '1000' });
    response.write('<Response>', () => socket.resetAndDestroy());
  },
  'wrong-length': ({ socket }) => void socket.end('HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nx'),
  '500': status(500),
  '429': status(429, { 'retry-after': '3600' }),
  '404': status(404),
  '401': status(401, { 'www-authenticate': 'Digest realm="x"' }),
  '304': status(304),
  'redirect-loop': status(302, { location: '/redirect-loop' }),
  'redirect-nowhere': status(302),
  'redirect-to-file': status(302, { location: 'file:///etc/passwd' }),
  'redirect-inside': status(302, { location: 'http://169.254.169.254/latest' }),
  'not-well-formed': xml('<Response><Message>R&D</Response>'),
  doctype: xml('<!DOCTYPE r [<!ENTITY a "b">]><Response/>'),
  'billion-laughs': xml(`<!DOCTYPE r [<!ENTITY a "ha">${LAUGHS.join('')}]><Response><Message>&i;</Message></Response>`),
  'too-deep': xml(`${'<Response>'.repeat(10_000)}`),
  'too-many': xml(`<Response>${'<M/>'.repeat(15_000)}</Response>`),
  'utf-16': xml(Buffer.from('<Response/>', 'utf16le'), { 'content-type': 'text/xml; charset=utf-16' }),
  html: status(200, { 'content-type': 'text/html' }),
  json: status(200, { 'content-type': 'application/json' }),
  'no-type': status(200),
  'itself-again': xml('<Response><Redirect/></Response>'),
};

export const WAYS = [...Object.keys(ACTS), 'no-http', 'nobody', 'no-name', 'tls', 'untrusted'];

export class BadApp {
  #server: Server;
  #garbage: TcpServer;
  /** Its certificate is of an authority that nobody knows, and of another name. */
  #untrusted = createTlsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => void response.end());
  readonly #sockets = new Set<Socket>();

  constructor() {
    this.#server = createServer({ maxHeaderSize: 32_768 }, (request, response) => {
      request.resume();
      const act = ACTS[request.url?.slice(1) ?? ''] ?? status(404);
      act(request, response);
    });
    this.#garbage = createTcpServer((socket) => {
      this.#sockets.add(socket.on('error', () => undefined));
      socket.end('220 mail.example ESMTP\r\n');
    });
  }

  url(way: string): string {
    const port = portOf(this.#server);
    if (way === 'no-http') return `http://127.0.0.1:${portOf(this.#garbage)}/`;
    if (way === 'untrusted') return `https://127.0.0.1:${portOf(this.#untrusted)}/`;
    if (way === 'nobody') return 'http://127.0.0.1:1/';
    if (way === 'no-name') return 'http://nobody.invalid/';
    return way === 'tls' ? `https://127.0.0.1:${port}/` : `http://127.0.0.1:${port}/${way}`;
  }

  async start(): Promise<this> {
    for (const server of [this.#server, this.#garbage, this.#untrusted]) {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    }
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#untrusted.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    for (const server of [this.#server, this.#garbage, this.#untrusted]) {
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }
}

function portOf(server: TcpServer): number {
  return (server.address() as AddressInfo).port;
}
