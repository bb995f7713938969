/** How the test side shows a message's walk and its callbacks: API spelling, ISO 8601 instants. */

import { isoMs } from '../domain/dates.ts';
import type { KeywordDecision } from '../domain/keywords.ts';
import type { Message } from '../domain/message.ts';
import type { InboxMessage } from '../domain/phone.ts';
import type { SentMessage } from '../domain/phone-talk.ts';
import { kindOf } from '../engine/callback-words.ts';
import type { ReplySummary } from '../engine/reply-summaries.ts';
import type { CallbackAttempt } from '../store/callback-shapes.ts';
import type { Account } from '../store/directory.ts';
import type { Part } from '../store/store.ts';
import { renderMessage } from './render.ts';

/** Everything known about one message: the resource, its walk, its parts and its callback attempts (oldest first). */
export function showTrace(account: Account, message: Message, parts: Part[], attempts: CallbackAttempt[]) {
  return {
    message: renderMessage(message, { defaultServiceSid: account.defaultServiceSid, fresh: false }),
    history: message.history.map((entry) => ({
      at: isoMs(entry.at),
      status: entry.status,
      note: entry.note ?? null,
      error_code: entry.errorCode ?? null,
    })),
    hints: message.options.hints ?? {},
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
    status: kindOf(attempt.payload),
    attempt: attempt.attempt,
    at: isoMs(attempt.at),
    ms: attempt.ms,
    decision: attempt.decision,
    error_code: attempt.errorCode,
    error: attempt.error,
    request: attempt.request,
    response: attempt.response,
  };
}

/** What a phone shows of a message. */
export function showInbox({ at, media, ...message }: InboxMessage) {
  return {
    ...message,
    at: isoMs(at),
    media: media.map(({ contentType, url }) => ({ content_type: contentType, url })),
  };
}

/** What a phone shows of what it said. */
export function showSaid({ at, media, sid, ...message }: SentMessage) {
  return {
    direction: 'sent',
    sid: sid ?? null,
    ...message,
    at: isoMs(at),
    media: media.map(({ contentType, sizeBytes }) => ({ content_type: contentType, size: sizeBytes })),
  };
}

/** What came of a message that a phone sent; `summary`: `null` while the app has not answered. */
export function showTaken(
  { defaultServiceSid }: Account,
  message: Message,
  keyword: KeywordDecision | null,
  summary: ReplySummary | null,
) {
  return {
    sid: message.sid,
    status: message.status,
    pending: summary === null,
    webhook: summary?.webhook ?? null,
    replies: (summary?.replies ?? []).map((reply) => renderMessage(reply, { defaultServiceSid, fresh: true })),
    keyword: keyword && { type: keyword.type, change: keyword.change, reply: keyword.reply },
    alerts: (summary?.alerts ?? []).map(({ code, level, text }) => ({ code, level, why: text })),
  };
}
