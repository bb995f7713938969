/** The request of a callback: its words, their form, and the signature over them (behaviour sheet 2.2 and 2.7). */
import { hash } from 'node:crypto';
import type { ParsedCallbackUrl } from '../domain/callback-url.ts';
import type { WebhookMethod } from '../domain/inbound.ts';
import { signForm, signGet, signJson } from '../domain/signature.ts';
import type { OutgoingRequest } from '../net/outgoing.ts';
import type { CallbackAttempt, CallbackWork } from '../store/callback-shapes.ts';
import { encodeForm } from './callback-plan.ts';
import type { CallbackWords } from './callback-words.ts';

export interface CallbackRequest {
  method: WebhookMethod;
  /** What to ask, with user and password where the customer's URL has them. */
  url: string;
  headers: Record<string, string>;
  headersAt?: OutgoingRequest['headersAt'];
  /** Of all but a GET. */
  body?: string;
  /** What may be kept of it: without user and password, and without what is kept elsewhere. */
  kept: CallbackAttempt['request'];
}

type Receiver = Pick<ParsedCallbackUrl & { ok: true }, 'url' | 'target'>;

export const USER_AGENT = 'TwilioProxy/1.1';
export const FORM = 'application/x-www-form-urlencoded; charset=utf-8';
const SIGNATURE = 'X-Twilio-Signature';

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
  headers[SIGNATURE] = signed.signature;
  const headersAt = (place: string) => ({ [SIGNATURE]: signGet(token, place) });
  return { ...request, headersAt, url: signJson(token, url, body).url, kept: { ...request.kept, url: signed.url } };
}

function formRequest(
  work: CallbackWork,
  { url, target }: Receiver,
  token: string | null,
  { method, params, kept }: CallbackWords,
): CallbackRequest {
  const headers = headersOf(work, FORM);
  const body = encodeForm(params);
  const headersAt = token === null ? undefined : signing(token, params);
  if (method === 'GET') {
    const { 'Content-Type': _, ...rest } = headers;
    const signed = withQuery(target, body);
    Object.assign(rest, headersAt?.(signed, method));
    const request = { method, url: withQuery(url, body), headers: rest, headersAt };
    return { ...request, kept: { method, url: signed, headers: rest, body: '' } };
  }
  Object.assign(headers, headersAt?.(target, method));
  const shown = kept === params ? body : encodeForm(kept);
  return { method, url, headers, headersAt, body, kept: { method, url: target, headers, body: shown } };
}

/** The signature of a form, wherever it goes: a redirect leads to another URL, and may make a GET without form of it. */
export function signing(token: string, params: [name: string, value: string][]) {
  return (url: string, method: WebhookMethod): Record<string, string> => ({
    [SIGNATURE]: method === 'GET' ? signGet(token, url) : signForm(token, url, params),
  });
}

/**
 * Behind a query that is there already, which stays as it is. A question mark is left as it is too: a query may hold
 * one, and the SDK's middleware would take an escaped one for another address and refuse the signature.
 */
export function withQuery(url: string, form: string): string {
  return `${url}${url.includes('?') ? '&' : '?'}${form.replaceAll('%3F', '?')}`;
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
