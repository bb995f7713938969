import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request a callback receiver got, with its form decoded. */
export interface Heard {
  url: string;
  headers: IncomingHttpHeaders;
  params: Record<string, string>;
  /** As it came. */
  body: string;
  at: number;
}

/** A callback receiver on loopback. `answer` decides the status of each request; the default is 204. */
export class Sink {
  readonly heard: Heard[] = [];
  answer: (heard: Heard) => number = () => 204;
  #server: Server;
  #port = 0;
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        const heard: Heard = {
          url: `${this.origin}${request.url}`,
          headers: request.headers,
          params: Object.fromEntries(new URLSearchParams(body)),
          body,
          at: performance.now(),
        };
        this.heard.push(heard);
        response.writeHead(this.answer(heard)).end();
        for (const wake of this.#waiting.splice(0)) wake();
      });
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  async start(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  /** Statuses heard of one message, in order of arrival. */
  statuses(sid: string): (string | undefined)[] {
    return this.heard.filter((one) => one.params.MessageSid === sid).map((one) => one.params.MessageStatus);
  }

  /** Resolves as soon as `done` holds; it is asked after every request. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
