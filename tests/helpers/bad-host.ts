/** A web server on loopback whose files are wrong in every way that one can think of; its paths say how. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Socket, type Server as TcpServer } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { PNG } from './media-host.ts';

const MB = 1_048_576;

/** A picture of this many bytes: what follows its end is not looked at. */
function picture(sizeBytes: number): Buffer {
  return Buffer.concat([PNG, Buffer.alloc(sizeBytes - PNG.length)]);
}

export const PDF = Buffer.from('%PDF-1.7\n%\u00e2\u00e3\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
export const CSV = Buffer.from('name,number\nAda,1\n');
const HTML = Buffer.from('<!doctype html><script>alert(1)</script>');

type Act = (request: IncomingMessage, response: ServerResponse) => void;

const file =
  (type: string, bytes: Buffer, headers: Record<string, string> = {}): Act =>
  (_, response) =>
    void response.writeHead(200, { 'content-type': type, ...headers }).end(bytes);
const status =
  (code: number, headers: Record<string, string> = {}): Act =>
  (_, response) =>
    void response.writeHead(code, headers).end('no');

const ACTS: Record<string, Act> = {
  'cat.png': file('image/png', PNG),
  'cat-2.png': file('image/png', Buffer.concat([PNG, Buffer.from('2')])),
  'as-octets': file('application/octet-stream', PNG),
  'as-html': file('text/html', PNG),
  'file.pdf': file('application/pdf', PDF),
  'list.csv': file('text/csv; charset=utf-8', CSV),
  'packed.csv': file('text/csv', gzipSync(CSV), { 'content-encoding': 'gzip' }),
  'large.png': file('image/png', picture(4 * MB)),
  'redirect-ok': status(302, { location: '/cat.png' }),
  'behind-login.png': (request, response) => {
    const isIn = request.headers.authorization === `Basic ${Buffer.from('ada:secret').toString('base64')}`;
    (isIn ? file('image/png', PNG) : status(401, { 'www-authenticate': 'Basic realm="x"' }))(request, response);
  },

  '401': status(401),
  '403': status(403),
  '404': status(404),
  '410': status(410),
  '500': status(500),
  '503': status(503),
  '429': status(429),
  '304': status(304),
  html: file('text/html', HTML),
  'html-as-png': file('image/png', HTML),
  'html-as-nothing': (_, response) => void response.writeHead(200).end(HTML),
  svg: file('image/svg+xml', Buffer.from('<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>')),
  exe: file('image/jpeg', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])),
  zip: file('application/zip', Buffer.from('504b0506000000000000000000000000000000000000', 'hex')),
  'noise-as-csv': file('text/csv', Buffer.from([1, 2, 3, 0, 255])),
  webp: file('image/webp', Buffer.from('RIFF\x1a\0\0\0WEBPVP8L\r\0\0\0\x2f\0\0\0', 'latin1')),
  empty: file('image/png', Buffer.alloc(0)),
  '204': (_, response) => void response.writeHead(204).end(),
  'too-large': file('image/png', picture(6 * MB)),
  'too-large-head': (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': String(10 * MB) });
    response.write(PNG);
  },
  'too-large-stream': (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    response.write(PNG);
    response.end(Buffer.alloc(6 * MB));
  },
  endless: (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png' });
    const more = () => {
      while (response.write(Buffer.alloc(65_536)));
    };
    response.on('drain', more);
    more();
  },
  'pdf-too-large': file('application/pdf', Buffer.concat([PDF, Buffer.alloc(600 * 1_024, 32)])),
  bomb: file('image/png', gzipSync(Buffer.concat([PNG, Buffer.alloc(50 * MB)])), { 'content-encoding': 'gzip' }),
  'bomb-br': file('image/png', brotliCompressSync(Buffer.concat([PNG, Buffer.alloc(50 * MB)])), {
    'content-encoding': 'br',
  }),
  'twice-packed': file('image/png', gzipSync(gzipSync(PNG)), { 'content-encoding': 'gzip, gzip' }),
  'unknown-packing': file('image/png', PNG, { 'content-encoding': 'rot13' }),
  'not-packed': file('image/png', PNG, { 'content-encoding': 'gzip' }),
  loop: status(302, { location: '/loop' }),
  'to-private': status(302, { location: 'http://10.0.0.1/cat.png' }),
  'to-metadata': status(307, { location: 'http://169.254.169.254/latest/meta-data' }),
  'to-nowhere': status(302),
  'to-ftp': status(301, { location: 'ftp://127.0.0.1/cat.png' }),
  hang: () => undefined,
  'hang-after-head': (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': '1000' });
    response.flushHeaders();
  },
  torn: (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'content-length': '1000' });
    response.write(PNG, () => response.destroy());
  },
  'hang-up': (request) => void request.socket.destroy(),
  'long-head': (_, response) => {
    response.writeHead(200, { 'content-type': 'image/png', 'x-long': 'x'.repeat(20_000) }).end(PNG);
  },
};

/** Answers with these bytes, whatever is asked. */
const RAW: Record<string, string> = {
  garbage: 'SSH-2.0-OpenSSH_9.6\r\n',
  'bad-head': 'HTTP/1.1 200 OK\r\ncontent type\u0000: image/png\r\n\r\n',
  'bad-length': 'HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\nx',
};

export class BadHost {
  /** Paths asked for, without their slash. */
  readonly asked: string[] = [];
  #server: Server;
  #tls: ReturnType<typeof createTlsServer>;
  #raw = new Map<string, TcpServer>();
  #sockets = new Set<Socket>();
  #instead = new Map<string, string>();

  constructor() {
    const act = (request: IncomingMessage, response: ServerResponse): void => {
      const path = (request.url ?? '').slice(1).split('?', 1)[0] ?? '';
      this.asked.push(path);
      const instead = this.#instead.get(path);
      this.#instead.delete(path);
      (ACTS[instead ?? path] ?? status(404))(request, response);
    };
    this.#server = createServer(act);
    this.#tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, act);
    for (const [name, text] of Object.entries(RAW)) {
      const server = createTcpServer((socket) => {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('data', () => socket.write(text));
      });
      this.#raw.set(name, server);
    }
  }

  /** The address of a file by the name of what is wrong with it. */
  url(name: string): string {
    const raw = this.#raw.get(name);
    return raw ? `http://127.0.0.1:${portOf(raw)}/` : `http://127.0.0.1:${this.port}/${name}`;
  }

  /** The next who asks for `name` gets `instead`. */
  once(name: string, instead: string): void {
    this.#instead.set(name, instead);
  }

  get port(): number {
    return portOf(this.#server);
  }

  get tlsPort(): number {
    return portOf(this.#tls);
  }

  /** How often a file was asked for. */
  times(name: string): number {
    return this.asked.filter((path) => path === name).length;
  }

  async start(): Promise<this> {
    const servers = [this.#server, this.#tls, ...this.#raw.values()];
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#tls.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    const servers = [this.#server, this.#tls, ...this.#raw.values()];
    await Promise.all(servers.map((server) => new Promise<void>((resolve) => void server.close(() => resolve()))));
  }
}

function portOf(server: TcpServer): number {
  return (server.address() as AddressInfo).port;
}

/** Of `localhost`, signed by nobody but itself; until 2126. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgMBPZXILTXcmaoiXH
8mfQqK6ObOQwBrhjgDFkreuEEZKhRANCAAQi+fCOs+OOSIX3GBhYlD7v+HaexT4E
0YZqZwLohaGaduiHZvcIM34T6FQUInzJbmgnaGheRdEE0hnjB62d7ZQN
-----END PRIVATE KEY-----`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBmzCCAUGgAwIBAgIUWeHPcijCXfYzy3qHVRbD74Tog8swCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE5Mjk0MloYDzIxMjYxMDI4
MTkyOTQyWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAAQi+fCOs+OOSIX3GBhYlD7v+HaexT4E0YZqZwLohaGaduiHZvcIM34T
6FQUInzJbmgnaGheRdEE0hnjB62d7ZQNo28wbTAdBgNVHQ4EFgQUFGeCmvof0HSy
3pqXm9zJQd1GHPgwHwYDVR0jBBgwFoAUFGeCmvof0HSy3pqXm9zJQd1GHPgwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDSAAwRQIgRGS0Eow4x7vmLn7LAdCSRZS3nxg5VQHuDL69kIuPm8ECIQDT
mMsR8Gj0W2zmRHvJ2uSLpApQ04DAoLc3elsMaZr+Aw==
-----END CERTIFICATE-----`;
