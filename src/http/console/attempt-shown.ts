/** How the console shows webhook attempts. */
import { isoMs } from '../../domain/dates.ts';
import { kindOf } from '../../engine/callback-words.ts';
import { attemptKind } from '../../store/attempt-shapes.ts';
import type { CallbackAttempt } from '../../store/callback-shapes.ts';
import type { Resource } from '../answer.ts';

/** A line of the list: what was asked and what followed, without headers and bodies. */
export function attemptRow(attempt: CallbackAttempt): Resource {
  const { id, messageSid, payload, request, response, at, ms, decision, errorCode, error } = attempt;
  return {
    id,
    message_sid: messageSid,
    kind: attemptKind(payload),
    status: kindOf(payload),
    attempt: attempt.attempt,
    at: isoMs(at),
    ended_at: isoMs(at + ms),
    ms,
    decision,
    error_code: errorCode,
    error,
    method: request.method,
    url: request.url,
    http_status: response?.status ?? null,
    replay_of: payload.replayOf ?? null,
    from: payload.from,
    to: payload.to === '' ? null : payload.to,
  };
}

/** The whole of it. `retryAt`: when its work is tried again. */
export function attemptWhole(attempt: CallbackAttempt, retryAt: number | null): Resource {
  const { request, response, payload } = attempt;
  return {
    ...attemptRow(attempt),
    request,
    params: paramsOf(attempt),
    signature: headerOf(attempt, 'X-Twilio-Signature'),
    response,
    event_at: isoMs(payload.at),
    retry_at: retryAt === null ? null : isoMs(retryAt),
  };
}

/** What was told, in the order in which it was: of a form, or of the query of a GET. JSON has none. */
export function paramsOf({ request, payload }: Pick<CallbackAttempt, 'request' | 'payload'>): [string, string][] {
  if (payload.click) return [];
  if (request.method !== 'GET') return [...new URLSearchParams(request.body)];
  // The receiver's own query stands in front and is no part of what was told.
  const [own, all] = [queryOf(payload.url), queryOf(request.url)];
  const isBehind = own.every(([name], at) => all[at]?.[0] === name);
  return isBehind ? all.slice(own.length) : all;
}

function queryOf(url: string): [string, string][] {
  return URL.canParse(url) ? [...new URL(url).searchParams] : [];
}

export function headerOf({ request }: CallbackAttempt, name: string): string | null {
  const found = Object.entries(request.headers).find(([one]) => one.toLowerCase() === name.toLowerCase());
  return found?.[1] ?? null;
}
