import { Agent, request } from 'undici';

/** What the server answered, decoded when it is JSON. */
export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look at arbitrary answers
  json: any;
}

/** A plain client for tests that want to say exactly what goes over the wire. */
export class Client {
  #agent = new Agent({ connections: 64, pipelining: 1 });

  readonly origin: string;
  readonly account: { sid: string; token: string };

  constructor(origin: string, account: { sid: string; token: string }) {
    this.origin = origin;
    this.account = account;
  }

  get base(): string {
    return `/2010-04-01/Accounts/${this.account.sid}`;
  }

  async call(
    method: string,
    path: string,
    options: {
      form?: [string, string][] | Record<string, string>;
      headers?: Record<string, string>;
      body?: string;
      auth?: string | null;
    } = {},
  ): Promise<Answer> {
    const basic = `Basic ${Buffer.from(`${this.account.sid}:${this.account.token}`).toString('base64')}`;
    const auth = options.auth === undefined ? basic : options.auth;
    const headers: Record<string, string> = { ...options.headers };
    if (auth !== null) headers.authorization = auth;
    let body = options.body;
    if (options.form) {
      body = new URLSearchParams(options.form).toString();
      headers['content-type'] ??= 'application/x-www-form-urlencoded';
    }
    const response = await request(this.origin + path, {
      method: method as 'GET',
      headers,
      body,
      dispatcher: this.#agent,
    });
    const text = await response.body.text();
    const isJson = /\bjson\b/.test(String(response.headers['content-type'] ?? ''));
    return {
      status: response.statusCode,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined,
    };
  }

  /** Creates a message; the defaults make it a valid one. */
  send(form: Record<string, string> | [string, string][] = {}): Promise<Answer> {
    const given = Array.isArray(form)
      ? form
      : Object.entries({ To: '+12025550101', From: '+12025550100', Body: 'Hello', ...form });
    return this.call('POST', `${this.base}/Messages.json`, { form: given });
  }

  close(): Promise<void> {
    return this.#agent.close();
  }
}
