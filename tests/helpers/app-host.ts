import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request that the app got; `params` of its form, or of its query when it was a GET. */
export interface AppRequest {
  method: string;
  /** Path with query. */
  url: string;
  path: string;
  headers: IncomingHttpHeaders;
  params: Record<string, string>;
}

export interface AppAnswer {
  status?: number;
  headers?: Record<string, string | string[]>;
  body?: string;
  /** Never answers. */
  hangs?: boolean;
}

/** Documents by path: what a customer's app says to the messages that come in. */
export class AppHost {
  readonly asked: AppRequest[] = [];
  readonly pages = new Map<string, AppAnswer | ((request: AppRequest) => AppAnswer)>();
  #server: Server;
  #port = 0;

  constructor() {
    this.#server = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () => {
        const url = request.url ?? '/';
        const { pathname: path, search } = new URL(url, this.origin);
        const { method = 'GET', headers } = request;
        const params = Object.fromEntries(new URLSearchParams(method === 'POST' ? body : search));
        const asked = { method, url, path, headers, params };
        this.asked.push(asked);
        const page = this.pages.get(path) ?? { status: 404, body: 'no such page' };
        this.#answer(response, typeof page === 'function' ? page(asked) : page);
      });
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** TwiML at a path; the elements of its `<Response>`. */
  twiml(path: string, inner: string, headers: AppAnswer['headers'] = {}): void {
    this.pages.set(path, twiml(inner, headers));
  }

  requests(path: string): AppRequest[] {
    return this.asked.filter((one) => one.path === path);
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.#port = (this.#server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #answer(response: ServerResponse, { status = 200, headers = {}, body = '', hangs }: AppAnswer): void {
    if (!hangs) response.writeHead(status, headers).end(body);
  }
}

export function twiml(inner: string, headers: AppAnswer['headers'] = {}): AppAnswer {
  const body = `<?xml version="1.0" encoding="UTF-8"?><Response>${inner}</Response>`;
  return { headers: { 'content-type': 'text/xml', ...headers }, body };
}
