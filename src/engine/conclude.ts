/** What a claimed send becomes: why it is not sent at all, what the connector is handed, what follows from its answer. */
import type { Connector, Outcome, Submission } from '../connectors/connector.ts';
import { priceOf } from '../domain/money.ts';
import { segment } from '../domain/segments.ts';
import { smartEncode } from '../domain/smart-encoding.ts';
import type { SendSettlement, SendWork } from '../store/store.ts';

export interface ConcludeSettings {
  /** Charge per segment in micro-units. */
  segmentPriceMicros: number;
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
}

/** The first wait after a busy or unreachable carrier, and the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** The code with which a message fails before it is sent, or `null`. */
export function unsendable(work: SendWork, settings: ConcludeSettings): number | null {
  if (work.expired) return 30036;
  const { maxPriceMicros, numSegments } = work.message;
  if (maxPriceMicros !== null && numSegments * settings.segmentPriceMicros > maxPriceMicros) return 30010;
  return null;
}

export function submissionOf(work: SendWork): Submission {
  const { message } = work;
  const { parts, encoding } = segment(message.smartEncoded ? smartEncode(message.body) : message.body);
  return {
    messageSid: message.sid,
    accountSid: message.accountSid,
    from: message.from ?? '',
    to: message.to,
    parts: message.to.includes(':') ? [message.body] : parts,
    encoding,
    attempt: work.attempt,
    idempotencyKey: message.sid,
  };
}

export function settlement(work: SendWork, result: SendSettlement['result']): SendSettlement {
  const { sid: messageSid, accountSid } = work.message;
  return { workId: work.workId, attempt: work.attempt, accountSid, messageSid, result };
}

/** Back into the queue at its old place, ahead of what was accepted after it. */
export function putBack(work: SendWork): SendSettlement {
  return settlement(work, { kind: 'again', dueAt: work.message.createdAt });
}

export function conclude(
  work: SendWork,
  outcome: Outcome,
  connector: Connector | undefined,
  settings: ConcludeSettings,
  now: number,
): SendSettlement['result'] {
  switch (outcome.kind) {
    case 'accepted':
      return {
        kind: 'sent',
        connector: work.connector,
        carrierIds: outcome.carrierIds,
        priceMicros: priceOf(work.message.numSegments, settings.segmentPriceMicros),
      };
    case 'refused':
      return { kind: 'failed', errorCode: outcome.errorCode, note: outcome.note };
    case 'busy':
      return { kind: 'again', dueAt: now + (outcome.retryAfterMs ?? retryMs(work.attempt)), note: 'carrier busy' };
    case 'unreachable':
      return { kind: 'again', dueAt: now + retryMs(work.attempt), note: outcome.note ?? 'carrier unreachable' };
    case 'unsure':
      if (connector?.honoursIdempotencyKeys) {
        return { kind: 'again', dueAt: now + retryMs(work.attempt), note: outcome.note ?? 'no answer' };
      }
      // Repeated once, then given up: a second silence says more about the carrier than a third try would.
      return work.attempt > 1
        ? { kind: 'failed', errorCode: 30410, note: outcome.note ?? 'no answer, twice' }
        : { kind: 'again', dueAt: now + settings.inDoubtHoldMs, note: outcome.note ?? 'no answer, held' };
  }
}

function retryMs(attempt: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
}
