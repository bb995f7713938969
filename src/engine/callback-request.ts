/** The request of a callback: its words, their form, and the signature over them (behaviour sheet 2.2 and 2.7). */
import { hash } from 'node:crypto';
import type { ParsedCallbackUrl } from '../domain/callback-url.ts';
import type { WebhookMethod } from '../domain/inbound.ts';
import { signForm, signGet, signJson } from '../domain/signature.ts';
import type { CallbackAttempt, CallbackWork } from '../store/callback-shapes.ts';
import { encodeForm } from './callback-plan.ts';
import type { CallbackWords } from './callback-words.ts';

export interface CallbackRequest {
  method: WebhookMethod;
  /** What to ask, with user and password where the customer's URL has them. */
  url: string;
  headers: Record<string, string>;
  /** Of all but a GET. */
  body?: string;
  /** What may be kept of it: without user and password, and without what is kept elsewhere. */
  kept: CallbackAttempt['request'];
}

type Receiver = Pick<ParsedCallbackUrl & { ok: true }, 'url' | 'target'>;

export const USER_AGENT = 'TwilioProxy/1.1';
export const FORM = 'application/x-www-form-urlencoded; charset=utf-8';

/** A click goes as JSON, whose hash joins the URL; all else as a form. `token` is `null` where nothing can be signed. */
export function callbackRequest(
  work: CallbackWork,
  receiver: Receiver,
  token: string | null,
  words: CallbackWords,
): CallbackRequest {
  return work.payload.click
    ? clickRequest(work, receiver, token, work.payload.click.json)
    : formRequest(work, receiver, token, words);
}

function clickRequest(work: CallbackWork, { url, target }: Receiver, token: string | null, body: string) {
  const headers = headersOf(work, 'application/json');
  const request = { method: 'POST' as const, url, headers, body, kept: { method: 'POST', url: target, headers, body } };
  if (token === null) return request;
  const signed = signJson(token, target, body);
  headers['X-Twilio-Signature'] = signed.signature;
  return { ...request, url: signJson(token, url, body).url, kept: { ...request.kept, url: signed.url } };
}

function formRequest(
  work: CallbackWork,
  { url, target }: Receiver,
  token: string | null,
  { method, params, kept }: CallbackWords,
): CallbackRequest {
  const headers = headersOf(work, FORM);
  const body = encodeForm(params);
  if (method === 'GET') {
    const { 'Content-Type': _, ...rest } = headers;
    const signed = withQuery(target, body);
    if (token !== null) rest['X-Twilio-Signature'] = signGet(token, signed);
    return { method, url: withQuery(url, body), headers: rest, kept: { method, url: signed, headers: rest, body: '' } };
  }
  if (token !== null) headers['X-Twilio-Signature'] = signForm(token, target, params);
  const shown = kept === params ? body : encodeForm(kept);
  return { method, url, headers, body, kept: { method, url: target, headers, body: shown } };
}

function withQuery(url: string, query: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}

function headersOf(work: CallbackWork, contentType: string): Record<string, string> {
  return {
    'Content-Type': contentType,
    'I-Twilio-Idempotency-Token': idempotencyToken(work),
    'User-Agent': USER_AGENT,
    Accept: '*/*',
  };
}

/** The same for every attempt of one event, another one for each event. */
function idempotencyToken({ workId, messageSid }: CallbackWork): string {
  return uuidOf(`${messageSid}/${workId}`);
}

/** A UUID (version 8) made from a name: the same for the same name. */
export function uuidOf(name: string): string {
  const hex = hash('sha256', name, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
