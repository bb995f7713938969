/** How the test side shows a message's walk and its callbacks: API spelling, ISO 8601 instants. */
import type { Message } from '../domain/message.ts';
import type { Account } from '../store/directory.ts';
import type { CallbackAttempt, Part } from '../store/store.ts';
import { renderMessage } from './render.ts';

/** Everything known about one message: the resource, its walk, its parts and its callback attempts (oldest first). */
export function showTrace(account: Account, message: Message, parts: Part[], attempts: CallbackAttempt[]) {
  return {
    message: renderMessage(message, { defaultServiceSid: account.defaultServiceSid, fresh: false }),
    history: message.history.map((entry) => ({
      at: iso(entry.at),
      status: entry.status,
      note: entry.note ?? null,
      error_code: entry.errorCode ?? null,
    })),
    parts: parts.map((part) => ({
      part: part.part,
      connector: part.connector,
      carrier_id: part.carrierId,
      state: part.state,
      error_code: part.errorCode,
    })),
    callbacks: attempts.map(showAttempt).reverse(),
  };
}

/** One attempt: what was asked, what came back. Its id is what replay takes. */
export function showAttempt(attempt: CallbackAttempt) {
  return {
    id: attempt.id,
    message_sid: attempt.messageSid,
    status: attempt.payload.status,
    attempt: attempt.attempt,
    at: iso(attempt.at),
    ms: attempt.ms,
    decision: attempt.decision,
    error_code: attempt.errorCode,
    error: attempt.error,
    request: attempt.request,
    response: attempt.response,
  };
}

function iso(at: number): string {
  return new Date(at).toISOString();
}
