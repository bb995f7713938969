/**
 * Any carrier that speaks HTTP, by a mapping of the settings: how a message becomes a request, what the answer means,
 * and what its calls tell. Of connections nothing is kept: it may run on every node, and be called on any.
 */
import type { CarrierAnswer, CarrierCall } from '../../domain/carrier-call.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CarriedChannel } from '../../domain/routes.ts';
import { download } from '../../net/download.ts';
import type { Outgoing } from '../../net/outgoing.ts';
import type { Connector, Ear, Outcome, Submission, Tell } from '../connector.ts';
import { HandOver, isLate, namelessId, retryAfterOf, withoutAnswer } from '../hand-over.ts';
import { FileGone, tellMessages } from '../tell-messages.ts';
import { queryOf, strangeness } from './check.ts';
import { authorizationOf, carriesMedia, judge, type OwnUrls, requestOf } from './exchange.ts';
import { messagesOf, receiptsOf } from './hear.ts';
import type { HttpMapping, WebhookMapping } from './mapping.ts';
import { readBody } from './paths.ts';

export interface HttpParts {
  name: string;
  mapping: HttpMapping;
  clock: Clock;
  /** To the carrier's own addresses. */
  outgoing: Pick<Outgoing, 'request'>;
  /** To addresses that others wrote. */
  fenced: Pick<Outgoing, 'request'>;
  ownUrl: () => string;
  /** The carrier did what none should, or refuses our credentials (`alarm`). Never holds a secret. */
  notice?: (notice: { state: 'odd' | 'lost'; why: string; alarm?: boolean }) => void;
}

const NO_MMS = 30011;
const NO_CHANNEL = 63007;
const CONNECT_MS = 5_000;
const MOST_ANSWER_BYTES = 262_144;
const MOST_FILE_BYTES = 16_777_216;
/** How long nothing is tried with credentials that were refused. */
const UNAUTHORISED_MS = 30_000;

export class HttpConnector implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys: boolean;
  readonly shared = true;
  readonly carries: readonly CarriedChannel[];
  readonly #parts: HttpParts;
  readonly #mapping: HttpMapping;
  readonly #handOver: HandOver;

  constructor(parts: HttpParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#mapping = parts.mapping;
    this.honoursIdempotencyKeys = parts.mapping.honoursIdempotency;
    this.carries = parts.mapping.carries;
    this.#handOver = new HandOver(parts.clock, parts.mapping.window);
  }

  async start(): Promise<void> {
    this.#handOver.open();
  }

  get window(): number {
    return this.#handOver.window;
  }

  send(batch: Submission[], tell?: Tell): Promise<Outcome[]> {
    return this.#handOver.run(batch, (submission) => this.#send(submission), tell);
  }

  stop(): Promise<void> {
    return this.#handOver.close();
  }

  async called(call: CarrierCall, ear: Ear): Promise<CarrierAnswer> {
    const { webhooks } = this.#mapping;
    const told = webhooks && WHAT_IS_TOLD[call.path];
    if (!webhooks || !told) return { kind: 'unknown' };
    const why = strangeness(call, webhooks.check, this.#parts.clock.now());
    if (why !== null) return { kind: 'stranger', why };
    const value =
      call.method === 'GET' ? Object.fromEntries(queryOf(call)) : readBody(call.headers['content-type'], call.body);
    const { receipts, messages } = this.#read(value, webhooks, told);
    if (receipts.length > 0) await ear.receipts(receipts);
    await tellMessages(ear, messages, (why) => this.#odd(why));
    const { answer } = webhooks;
    return { kind: 'answer', status: 200, ...(answer ?? { body: '' }) };
  }

  #read(value: unknown, { receipt, inbound }: WebhookMapping, told: 'receipts' | 'inbound' | 'either') {
    // Where both come to one address, what is not told is not odd.
    const odd = told === 'either' ? () => undefined : (why: string) => this.#odd(why);
    const parts = { connector: this.name, odd, fetch: (url: string) => this.#fetch(url) };
    const receipts = receipt && told !== 'inbound' ? receiptsOf(value, receipt, parts) : [];
    const isInbound = inbound !== null && (told === 'inbound' || (told === 'either' && receipts.length === 0));
    return { receipts, messages: isInbound ? messagesOf(value, inbound, parts) : [] };
  }

  async #send(submission: Submission): Promise<Outcome> {
    const { request, responseMs } = this.#mapping;
    const refusal = this.#refusalOf(submission);
    if (refusal) return refusal;
    if (isLate(submission, this.#parts.clock)) return { kind: 'busy', note: 'it waited too long for its turn' };
    const result = await this.#parts.outgoing.request({
      ...requestOf(submission, request, this.#ownUrls()),
      connectMs: CONNECT_MS,
      readMs: responseMs,
      totalMs: responseMs,
      maxBytes: MOST_ANSWER_BYTES,
      follow: false,
    });
    if (result.kind === 'failed') return withoutAnswer(result);
    const judged = judge(result, submission, this.#mapping);
    const note = `answered ${result.status}`;
    switch (judged) {
      case 'pause':
        return this.#handOver.pause(retryAfterOf(result.headers), note);
      case 'unauthorised':
        this.#parts.notice?.({ state: 'lost', why: `the credentials are refused: ${note}`, alarm: true });
        this.#handOver.pause(UNAUTHORISED_MS);
        return { kind: 'unreachable', note };
      case 'nameless':
        this.#odd('it took a message without giving an id');
        this.#handOver.ease();
        return { kind: 'accepted', carrierIds: [namelessId(submission)] };
      default:
        if (judged.unknown !== undefined) this.#odd(`a refusal that is not known: ${judged.unknown}`);
        if (judged.outcome.kind === 'accepted') this.#handOver.ease();
        return judged.outcome;
    }
  }

  #refusalOf({ to, media }: Submission): Outcome | null {
    const [channel] = to.includes(':') ? to.split(':') : [media.length > 0 ? 'mms' : 'sms'];
    const isCarried = this.carries.some((one) => one === channel);
    if (isCarried && (media.length === 0 || carriesMedia(this.#mapping.request))) return null;
    const errorCode = channel === 'sms' || channel === 'mms' ? NO_MMS : NO_CHANNEL;
    return { kind: 'refused', errorCode, class: 'route', note: `${this.name} does not carry ${channel}` };
  }

  #ownUrls(): OwnUrls {
    const base = `${this.#parts.ownUrl().replace(/(?<!\/)\/+$/, '')}/carriers/${encodeURIComponent(this.name)}`;
    const check = this.#mapping.webhooks?.check;
    const isInQuery = check?.kind === 'secret' && check.in === 'query';
    const query = isInQuery ? `?${new URLSearchParams({ [check.name]: check.secret })}` : '';
    return { receipts: `${base}/receipts${query}`, inbound: `${base}/inbound${query}` };
  }

  /** With our credentials only where they belong; elsewhere it is an address that somebody else wrote. */
  async #fetch(url: string): Promise<Uint8Array> {
    const { request } = this.#mapping;
    const isTheirs = URL.canParse(request.baseUrl) && new URL(url).origin === new URL(request.baseUrl).origin;
    const authorization = isTheirs ? authorizationOf(request) : null;
    const through = isTheirs ? this.#parts.outgoing : this.#parts.fenced;
    const got = await download(
      {
        request: (one) => through.request(authorization ? { ...one, headers: { ...one.headers, authorization } } : one),
      },
      { url, maxBytes: MOST_FILE_BYTES },
    );
    if (got.kind === 'file') return got.bytes;
    const why = `a file of ${this.name} cannot be had: ${got.text}`;
    throw got.isPassing || /answered 40[13]/.test(got.text) ? new Error(why) : new FileGone(why);
  }

  #odd(why: string): void {
    this.#parts.notice?.({ state: 'odd', why });
  }
}

const WHAT_IS_TOLD: Record<string, 'receipts' | 'inbound' | 'either'> = {
  '': 'either',
  '/receipts': 'receipts',
  '/inbound': 'inbound',
};
