/** The request of a webhook that is asked how to answer a message (behaviour sheet 2.6, 2.7 and 3.2). */
import { parseTo } from '../domain/address.ts';
import type { ParsedCallbackUrl } from '../domain/callback-url.ts';
import { type CookieJar, cookieHeader } from '../domain/cookies.ts';
import { actionParams, fallbackParams, inboundParams, type Params, type WebhookMethod } from '../domain/inbound.ts';
import type { Message } from '../domain/message.ts';
import type { OutgoingRequest } from '../net/outgoing.ts';
import type { ReplyWork } from '../store/inbound-shapes.ts';
import type { Media } from '../store/media.ts';
import { encodeForm } from './callback-plan.ts';
import { FORM, signing, USER_AGENT, uuidOf, withQuery } from './callback-request.ts';

export interface ReplyRequest {
  method: WebhookMethod;
  /** What to ask, with user and password where the customer's URL has them. */
  url: string;
  /** The same without them: what is signed. */
  target: string;
  headers: Record<string, string>;
  headersAt: OutgoingRequest['headersAt'];
  body?: string;
}

export interface ReplyAsking {
  work: Pick<ReplyWork, 'workId' | 'message'>;
  /** Which document of the session it is, from 1. */
  documentNumber: number;
  receiver: Pick<ParsedCallbackUrl & { ok: true }, 'url' | 'target'>;
  method: WebhookMethod;
  params: Params;
  jar: CookieJar | null;
  now: number;
}

/** What the webhook is told. `reply`: that the document is the `action` of; `mediaUrl`: of the Media resource. */
export function paramsOf(
  { payload, message, media }: ReplyWork,
  more: { reply: Message | null; mediaUrl: (medium: Media) => string; shortCodeCountry: string | null },
): Params {
  const { document, optOutType } = payload;
  // It is asked because the reply was queued, however far that has come since.
  if (more.reply) return actionParams({ ...more.reply, status: 'queued' });
  const { sid, accountSid, serviceSid, from, to, body, numSegments, options } = message;
  const params = inboundParams({
    sid,
    accountSid,
    serviceSid,
    from: from ?? '',
    to,
    body,
    numSegments,
    media: media.map((medium) => ({ url: more.mediaUrl(medium), contentType: medium.contentType })),
    optOutType,
    shortCodeCountry: parseTo(to)?.kind === 'short-code' ? more.shortCodeCountry : null,
    channel: options.channel ?? null,
  });
  const error = document.why === 'action' ? undefined : document.error;
  return error ? fallbackParams(params, error.code, error.url) : params;
}

/** The same request, with the same token, whenever the same document is asked for. */
export function replyRequest(asking: ReplyAsking, token: string): ReplyRequest {
  const { work, documentNumber, receiver, method, params, jar, now } = asking;
  const { url, target, body } = wireOf(receiver, method, params);
  const cookies = jar && cookieHeader(jar, target, now);
  const headersAt = signing(token, params);
  const headers: Record<string, string> = {
    ...(method !== 'GET' && { 'Content-Type': FORM }),
    ...headersAt(target, method),
    'I-Twilio-Idempotency-Token': uuidOf(`${work.message.sid}/${work.workId}/${documentNumber}`),
    'User-Agent': USER_AGENT,
    Accept: '*/*',
    'Accept-Encoding': 'gzip',
    ...(cookies && { Cookie: cookies }),
  };
  return { method, url, target, headers, headersAt, ...(body !== null && { body }) };
}

/** Where the parameters go: into the query of a GET, else into the body. */
export function wireOf(
  { url, target }: ReplyAsking['receiver'],
  method: WebhookMethod,
  params: Params,
): { url: string; target: string; body: string | null } {
  const form = encodeForm(params);
  if (method !== 'GET') return { url, target, body: form };
  return { url: withQuery(url, form), target: withQuery(target, form), body: null };
}
