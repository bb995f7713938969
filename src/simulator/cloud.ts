/**
 * A stand-in for WhatsApp Cloud, built from its public description: the part of the Graph API that sends messages and
 * keeps media, and the webhook that tells of both. It refuses what the real one refuses, with its codes; it reports
 * every message sent and delivered, unless its script says otherwise.
 */
import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../domain/clock.ts';
import { makeOutgoing, type Outgoing } from '../net/outgoing.ts';
import { judgeMessage, type KnownTemplate } from './cloud-rules.ts';
import { readUpload } from './cloud-upload.ts';

type Fields = Record<string, unknown>;

/** What becomes of one message. Statuses are told in their order; `error` goes with `failed`. */
export interface CloudPlan {
  statuses?: ('sent' | 'delivered' | 'read' | 'failed')[];
  error?: number;
  /** Statuses are told before the answer to the request. */
  overtakes?: boolean;
  /** Instead of taking it: a status of HTTP and a code of Graph; `null`: none. */
  refuse?: { status: number; code: number | null; headers?: Record<string, string> };
  /** It is taken, and the connection breaks in place of an answer. */
  silent?: boolean;
}

export interface CloudParts {
  clock: Clock;
  accessToken: string;
  appSecret: string;
  /** `+15550783881` → id. */
  phoneNumbers: ReadonlyMap<string, string>;
  templates?: KnownTemplate[];
  /** By message, counted from 1. */
  plan?: (message: Fields, number: number) => CloudPlan;
}

/** How often a webhook that was not taken comes again. */
const RETRY_MS = 20;
const MOST_TRIES = 200;

export class Cloud {
  /** Every message it took, as it came. */
  readonly messages: Fields[] = [];
  /** Files by id: uploaded, or waiting to be fetched. */
  readonly files = new Map<string, { contentType: string; bytes: Uint8Array }>();
  /** The origin that it says files are at; `null`: its own. */
  filesAt: string | null = null;
  /** Where it calls; `null`: nowhere. */
  webhook: string | null = null;
  /** Statuses of HTTP that its calls were answered with. */
  readonly answers: number[] = [];
  plan: NonNullable<CloudParts['plan']>;
  readonly #parts: CloudParts;
  readonly #server: Server;
  readonly #outgoing: Outgoing;
  #number = 0;
  #made = 0;
  #isOpen = false;

  constructor(parts: CloudParts) {
    this.#parts = parts;
    this.plan = parts.plan ?? (() => ({}));
    this.#outgoing = makeOutgoing({ clock: parts.clock, policy: { allow: ['127.0.0.1/32'] } });
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async listen(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.#isOpen = true;
    return this;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#server.closeAllConnections();
    await this.#outgoing.close();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** A person writes; resolves when the webhook has taken it. `more`: what beside the text, or in its place. */
  async say(from: string, to: string, more: Fields, id = this.#newId()): Promise<string> {
    const digits = from.replace('+', '');
    const contacts = [{ profile: { name: 'Ada' }, wa_id: digits }];
    const message = { from: digits, id, timestamp: this.#timestamp(), type: 'text', ...more };
    await this.tell(this.news(to, { contacts, messages: [message] }));
    return id;
  }

  /** The envelope of a webhook about this number of ours. */
  news(number: string, value: Fields): Fields {
    const metadata = {
      display_phone_number: number.replace('+', ''),
      phone_number_id: this.#parts.phoneNumbers.get(number) ?? '',
    };
    const change = { field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } };
    return { object: 'whatsapp_business_account', entry: [{ id: '102290129340398', changes: [change] }] };
  }

  /** Calls the webhook until it answers 200. */
  async tell(news: Fields, sign: (body: string) => string = (body) => this.sign(body)): Promise<void> {
    for (let tries = 1; this.webhook !== null && this.#isOpen && tries <= MOST_TRIES; tries += 1) {
      if ((await this.call(news, sign)) === 200) return;
      await new Promise<void>((resolve) => this.#parts.clock.after(RETRY_MS, resolve));
    }
  }

  sign(body: string): string {
    return `sha256=${createHmac('sha256', this.#parts.appSecret).update(body).digest('hex')}`;
  }

  /** Calls the webhook once: the status it answered, 0 when it did not. */
  async call(news: Fields, sign: (body: string) => string = (body) => this.sign(body)): Promise<number> {
    const body = JSON.stringify(news);
    const url = this.webhook ?? '';
    const headers = { 'content-type': 'application/json', 'x-hub-signature-256': sign(body) };
    const times = { connectMs: 5_000, readMs: 10_000, totalMs: 10_000, maxBytes: 65_536, follow: false };
    const result = await this.#outgoing.request({ method: 'POST', url, headers, body, ...times });
    const status = result.kind === 'answer' ? result.status : 0;
    this.answers.push(status);
    return status;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const path = (request.url ?? '').split('/').slice(1);
    if (request.headers.authorization !== `Bearer ${this.#parts.accessToken}`) {
      fail(response, 401, 190, 'Invalid OAuth access token');
      return;
    }
    if (request.method === 'GET') this.#serveFile(response, path);
    else if (!/^v\d+\.\d$/.test(path[0] ?? '')) fail(response, 400, 2500, 'Unknown path components');
    else if (![...this.#parts.phoneNumbers.values()].includes(path[1] ?? '')) fail(response, 400, 33, 'No such number');
    else if (path[2] === 'media') this.#takeFile(request, response, body);
    else if (path[2] === 'messages') await this.#take(response, body, path[1] ?? '');
    else fail(response, 400, 2500, 'Unknown path components');
  }

  #serveFile(response: ServerResponse, path: string[]): void {
    const [place, id = ''] = path[0] === 'files' ? ['file', path[1]] : ['about', path[1]];
    const file = this.files.get(id);
    const number = place === 'about' ? this.#numberOf(id) : undefined;
    if (number !== undefined)
      json(response, 200, { verified_name: 'Pidge', display_phone_number: number, quality_rating: 'GREEN', id });
    else if (!file) fail(response, 400, 100, `Unsupported get request. Object with ID '${id}' does not exist`);
    else if (place === 'file') response.writeHead(200, { 'content-type': file.contentType }).end(file.bytes);
    else {
      const about = {
        url: `${this.filesAt ?? this.origin}/files/${id}`,
        mime_type: file.contentType,
        file_size: file.bytes.length,
        id,
      };
      json(response, 200, { messaging_product: 'whatsapp', ...about });
    }
  }

  #takeFile(request: IncomingMessage, response: ServerResponse, body: Buffer): void {
    const upload = readUpload(request.headers['content-type'] ?? '', body);
    if (typeof upload === 'string') {
      fail(response, 400, 100, upload);
      return;
    }
    const id = String(1_000_000 + ++this.#made);
    this.files.set(id, upload);
    json(response, 200, { id });
  }

  async #take(response: ServerResponse, body: Buffer, phoneNumberId: string): Promise<void> {
    const { templates = [] } = this.#parts;
    const judged = judgeMessage(body, { templates, hasFile: (id) => this.files.has(id) });
    if (!judged.ok) {
      fail(response, 400, judged.code, judged.why);
      return;
    }
    this.#number += 1;
    const plan = this.plan(judged.message, this.#number);
    if (plan.refuse) {
      const { status, code, headers } = plan.refuse;
      if (code === null) response.writeHead(status, headers).end('<html>Bad gateway</html>');
      else fail(response, status, code, 'as the script says', headers);
      return;
    }
    this.messages.push(judged.message);
    const id = this.#newId();
    const to = String(judged.message.to);
    const number = this.#numberOf(phoneNumberId) ?? '';
    const tellAll = async () => {
      for (const status of plan.statuses ?? ['sent', 'delivered']) {
        const errors = status === 'failed' ? { errors: [{ code: plan.error ?? 131026, title: 'failed' }] } : {};
        const key = judged.message.biz_opaque_callback_data;
        const mark = key === undefined ? {} : { biz_opaque_callback_data: key };
        const told = { id, status, timestamp: this.#timestamp(), recipient_id: to, ...errors, ...mark };
        await this.tell(this.news(number, { statuses: [told] }));
      }
    };
    if (plan.overtakes) await tellAll();
    const contacts = [{ input: to, wa_id: to.replace('+', '') }];
    if (plan.silent) response.destroy();
    else json(response, 200, { messaging_product: 'whatsapp', contacts, messages: [{ id }] });
    if (!plan.overtakes) await tellAll();
  }

  #numberOf(phoneNumberId: string): string | undefined {
    return [...this.#parts.phoneNumbers].find(([, one]) => one === phoneNumberId)?.[0];
  }

  #newId(): string {
    this.#made += 1;
    return `wamid.${Buffer.from(`pidge-${this.#made}-${this.#parts.clock.now()}`).toString('base64')}`;
  }

  #timestamp(): string {
    return String(Math.floor(this.#parts.clock.now() / 1_000));
  }
}

function json(response: ServerResponse, status: number, value: Fields, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

function fail(response: ServerResponse, status: number, code: number, why: string, headers?: Record<string, string>) {
  const error = { message: `(#${code}) ${why}`, type: 'OAuthException', code, fbtrace_id: 'A1' };
  json(response, status, { error }, headers);
}
