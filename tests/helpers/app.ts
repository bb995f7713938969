import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that a customer's app got. */
export interface Asked {
  method: string;
  /** With the query. */
  path: string;
  headers: IncomingHttpHeaders;
  /** Of the form, or of the query of a GET. */
  params: Record<string, string>;
}

export type AppAnswer =
  | string
  | { status?: number; type?: string | null; headers?: Record<string, string>; body?: string };

/** A customer's app on loopback that answers messages. `answer` decides; by default it says nothing. */
export class TestApp {
  readonly asked: Asked[] = [];
  answer: (asked: Asked) => AppAnswer | Promise<AppAnswer> = () => '<Response/>';
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      let text = '';
      for await (const chunk of request) text += chunk;
      const path = request.url ?? '';
      const query = path.split('?')[1] ?? '';
      const method = request.method ?? '';
      const params = Object.fromEntries(new URLSearchParams(method === 'GET' ? query : text));
      const asked = { method, path, headers: request.headers, params };
      this.asked.push(asked);
      const answer = await this.answer(asked);
      const {
        status = 200,
        type = 'text/xml',
        headers = {},
        body = '',
      } = typeof answer === 'string' ? { body: answer } : answer;
      response.writeHead(status, { ...(type !== null && { 'content-type': type }), ...headers }).end(body);
    });
  }

  /** The address of a webhook. */
  url(path = '/sms'): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
