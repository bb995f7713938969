/**
 * WhatsApp Cloud: the Graph API of Meta, and the webhook it calls. Graph has no stable keys, so a request that was
 * written and not answered is in doubt, until a status tells of it. Of connections nothing is kept: it may run on every node, and be called on any.
 */
import type { CarrierAnswer, CarrierCall } from '../../domain/carrier-call.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Outgoing, OutgoingResult } from '../../net/outgoing.ts';
import type { Connector, Ear, Outcome, Submission, Tell } from '../connector.ts';
import { HandOver, isLate, namelessId, retryAfterOf, withoutAnswer } from '../hand-over.ts';
import { type Fields, fieldsOf, idOf, listOf, readJson } from '../json.ts';
import { tellMessages } from '../tell-messages.ts';
import { verdictOf } from './codes.ts';
import { compose, type Ready } from './compose.ts';
import { challengeAnswer, isSigned } from './door.ts';
import { Doubts } from './doubts.ts';
import { readNews } from './hear.ts';
import { fetchMedia, graphUrl, uploadMedia } from './media.ts';
import type { WhatsAppSettings } from './settings.ts';

export interface WhatsAppParts {
  name: string;
  settings: WhatsAppSettings;
  clock: Clock;
  /** To addresses of the settings. */
  outgoing: Pick<Outgoing, 'request'>;
  /** The carrier did what none should, or refuses our token (`alarm`). Never holds a secret. */
  notice?: (notice: { state: 'odd' | 'lost'; why: string; alarm?: boolean }) => void;
}

const NO_CHANNEL = 63007;
const UNKNOWN = 30008;
const CONNECT_MS = 5_000;
const MOST_ANSWER_BYTES = 65_536;
/** Of what may go better another time; then it is refused. The oldest are forgotten. */
const MOST_TRIES = 3;
const MOST_TRIED = 1_000;
/** How long nothing is tried with a token that was refused. */
const UNAUTHORISED_MS = 30_000;

export class WhatsAppConnector implements Connector {
  readonly name: string;
  readonly honoursIdempotencyKeys = false;
  readonly shared = true;
  readonly carries = ['whatsapp'] as const;
  readonly #parts: WhatsAppParts;
  readonly #settings: WhatsAppSettings;
  readonly #handOver: HandOver;
  readonly #numbers: ReadonlyMap<string, string>;
  readonly #doubts = new Doubts();
  /** Of what may go better another time, by key. */
  readonly #tries = new Map<string, number>();

  constructor(parts: WhatsAppParts) {
    this.name = parts.name;
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#handOver = new HandOver(parts.clock, parts.settings.window);
    this.#numbers = new Map([...parts.settings.phoneNumbers].map(([number, id]) => [id, number]));
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

  /** By what statuses have told since it was written. */
  recall(idempotencyKey: string): Outcome | null {
    const id = this.#doubts.idOf(idempotencyKey);
    return id === null ? null : { kind: 'accepted', carrierIds: [id] };
  }

  stop(): Promise<void> {
    return this.#handOver.close();
  }

  async called(call: CarrierCall, ear: Ear): Promise<CarrierAnswer> {
    if (call.path !== '') return { kind: 'unknown' };
    if (call.method === 'GET') return challengeAnswer(call, this.#settings.verifyToken);
    if (!isSigned(call, this.#settings.appSecret)) return { kind: 'stranger', why: 'a webhook without our signature' };
    const told = readJson(call.body);
    if (told === undefined) return { kind: 'answer', status: 400 };
    await this.#tell(told, ear);
    return { kind: 'answer', status: 200 };
  }

  /** All receipts in one commit, all messages in another: what of it comes again is known. */
  async #tell(told: unknown, ear: Ear): Promise<void> {
    const odd = (why: string) => this.#odd(why);
    const fetch = (id: string) => fetchMedia(this.#parts.outgoing, this.#settings, id);
    const settle = (key: string, id: string) => this.#doubts.told(key, id);
    const parts = { connector: this.name, numbers: this.#numbers, fetchMedia: fetch, odd, told: settle };
    const news = readNews(told, parts);
    if (news.receipts.length > 0) await ear.receipts(news.receipts);
    await tellMessages(ear, news.messages, odd);
  }

  async #send(submission: Submission): Promise<Outcome> {
    const { clock } = this.#parts;
    const startedAt = clock.monotonic();
    const key = submission.idempotencyKey;
    const known = this.recall(key);
    if (known) return known;
    const from = submission.from.replace(/^whatsapp:/, '');
    const phoneNumberId = this.#settings.phoneNumbers.get(from);
    if (phoneNumberId === undefined || !submission.to.startsWith('whatsapp:')) {
      const note = phoneNumberId === undefined ? 'its sender is not among phone_numbers' : 'it is not for WhatsApp';
      return { kind: 'refused', errorCode: NO_CHANNEL, class: 'route', note };
    }
    const media = await this.#prepareMedia(submission, phoneNumberId);
    if (media !== null && 'kind' in media) return media;
    const composed = compose({ submission, media, template: this.#templateOf(submission) });
    if (!composed.ok) return { kind: 'refused', errorCode: composed.errorCode, note: composed.note };
    if (isLate(submission, clock)) return { kind: 'busy', note: 'its file took too long' };
    const spentMs = clock.monotonic() - startedAt;
    this.#doubts.open(key);
    const result = await this.#parts.outgoing.request({
      method: 'POST',
      url: graphUrl(this.#settings, `${phoneNumberId}/messages`),
      headers: { authorization: `Bearer ${this.#settings.accessToken}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: submission.to.replace(/^whatsapp:\+?/, ''),
        // Statuses bring it back.
        biz_opaque_callback_data: key,
        ...composed.message,
      }),
      ...this.#times(Math.max(CONNECT_MS, this.#settings.responseMs - spentMs)),
    });
    const outcome = this.#judge(result, submission);
    if (outcome.kind !== 'unsure') this.#doubts.close(key);
    return outcome;
  }

  #times(totalMs: number) {
    return { connectMs: CONNECT_MS, readMs: totalMs, totalMs, maxBytes: MOST_ANSWER_BYTES, follow: false };
  }

  /** The first file, by link or by an id of its own; an outcome when it cannot be handed over. */
  async #prepareMedia(
    { media: [first], idempotencyKey: key }: Submission,
    phoneNumberId: string,
  ): Promise<Ready['media'] | Outcome> {
    if (!first) return null;
    const { media: way, responseMs } = this.#settings;
    if (way === 'link' || (way === 'auto' && first.url.startsWith('https:'))) {
      return { contentType: first.contentType, reference: { link: first.url } };
    }
    let upload: Awaited<ReturnType<typeof uploadMedia>>;
    try {
      upload = await uploadMedia(this.#parts.outgoing, this.#settings, phoneNumberId, first, responseMs / 2);
    } catch {
      return { kind: 'busy', note: 'its file could not be read' };
    }
    if (upload.kind === 'id') return { contentType: first.contentType, reference: { id: upload.id } };
    const { result } = upload;
    // A file that arrived and is not used does no harm: nothing of the message was sent.
    if (result.kind === 'failed') return { kind: 'unreachable', note: result.text };
    const { code } = errorOf(result.body);
    if (result.status >= 500 && code === null) return { kind: 'busy', note: `answered ${result.status} to a file` };
    return this.#refusal(code, result, key);
  }

  #templateOf({ content }: Submission): Ready['template'] {
    const template = content?.template;
    if (!template) return null;
    const named = this.#settings.templates.get(content.sid);
    if (named) return { ...template, ...named };
    return template.name === '' ? null : template;
  }

  #judge(result: OutgoingResult, submission: Submission): Outcome {
    if (result.kind === 'failed') return withoutAnswer(result);
    const { status, body } = result;
    if (status >= 200 && status <= 299) {
      this.#handOver.ease();
      const id = idOf(fieldsOf(listOf(fieldsOf(readJson(body)).messages)[0]).id);
      if (id === undefined) this.#odd('it took a message without giving an id');
      return { kind: 'accepted', carrierIds: [id ?? namelessId(submission)] };
    }
    const { code } = errorOf(body);
    // Something on the way answered in its place, and may have handed it on.
    if (code === null && status >= 500) return { kind: 'unsure', note: `answered ${status}` };
    return this.#refusal(code, result, submission.idempotencyKey);
  }

  #refusal(code: number | null, { status, headers }: OutgoingResult & { kind: 'answer' }, key: string): Outcome {
    const note = `answered ${status}${code === null ? '' : ` with code ${code}`}`;
    const verdict = status === 429 ? ({ kind: 'pause' } as const) : code === null ? null : verdictOf(code);
    if (status === 401 || verdict?.kind === 'unauthorised') {
      this.#parts.notice?.({ state: 'lost', why: `the access token is refused: ${note}`, alarm: true });
      this.#handOver.pause(UNAUTHORISED_MS);
      return { kind: 'unreachable', note };
    }
    if (verdict === null) {
      this.#odd(`a refusal that is not known: ${note}`);
      return { kind: 'refused', errorCode: UNKNOWN, note };
    }
    if (verdict.kind === 'pause') return this.#handOver.pause(retryAfterOf(headers), note);
    if (verdict.kind !== 'again') return { ...verdict, note };
    return this.#again(verdict.errorCode, key, note);
  }

  #again(errorCode: number, key: string, note: string): Outcome {
    const tries = (this.#tries.get(key) ?? 0) + 1;
    this.#tries.delete(key);
    if (tries >= MOST_TRIES) return { kind: 'refused', errorCode, class: 'route', note };
    if (this.#tries.size >= MOST_TRIED) this.#tries.delete(this.#tries.keys().next().value ?? '');
    this.#tries.set(key, tries);
    return { kind: 'busy', note };
  }

  #odd(why: string): void {
    this.#parts.notice?.({ state: 'odd', why });
  }
}

function errorOf(body: string): { code: number | null } {
  const error: Fields = fieldsOf(fieldsOf(readJson(body)).error);
  return { code: typeof error.code === 'number' ? error.code : null };
}
