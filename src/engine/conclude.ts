/** What a claimed send becomes: why it is not sent at all, what the connector is handed, what follows from its answer. */
import type { Connector, Outcome, Submission, SubmissionMedia } from '../connectors/connector.ts';
import { parseTo } from '../domain/address.ts';
import { hasMms, leavesAsMms, partsOf } from '../domain/mms.ts';
import { priceOf } from '../domain/money.ts';
import type { ChargeOf } from '../domain/prices.ts';
import type { SendSettlement, SendWork } from '../store/store.ts';
import { OPTED_OUT } from './opt-outs.ts';

export interface ConcludeSettings {
  chargeOf: ChargeOf;
  /** Countries that get MMS (30011 elsewhere). */
  mmsCountries: readonly string[];
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
}

/** The first wait after a busy or unreachable carrier, and the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

/** The code with which a message fails before it is sent, or `null`. `isActive`: its account may send. */
export function unsendable(
  work: SendWork,
  isActive: boolean,
  { chargeOf, mmsCountries }: ConcludeSettings,
): number | null {
  if (!isActive) return 30002;
  if (work.optedOut) return OPTED_OUT;
  if (work.expired) return 30036;
  const { maxPriceMicros, to } = work.message;
  if (leavesAsMms(work.message)) {
    const address = parseTo(to);
    if (address && !hasMms(address, mmsCountries)) return 30011;
  }
  if (maxPriceMicros !== null && chargeOf(work.message) > maxPriceMicros) return 30010;
  return null;
}

/** `media`: those of the message, whichever way they leave. */
export function submissionOf(work: SendWork, media: SubmissionMedia[]): Submission {
  const { message } = work;
  const { parts, encoding } = partsOf(
    message,
    media.map(({ url }) => url),
  );
  // WhatsApp shows a text beside pictures alone.
  const isMute =
    message.to.startsWith('whatsapp:') && media.some(({ contentType }) => !contentType.startsWith('image/'));
  return {
    messageSid: message.sid,
    accountSid: message.accountSid,
    from: message.from ?? '',
    to: message.to,
    parts: isMute ? [''] : parts,
    encoding,
    media: message.options.mediaAsLinks ? [] : media,
    actions: message.options.actions ?? [],
    ...(message.options.buttons && { buttons: message.options.buttons }),
    ...(message.options.content && { content: message.options.content }),
    attempt: work.attempt,
    idempotencyKey: message.sid,
  };
}

/** Its media could not be read now. */
export function unreadable(work: SendWork, now: number): SendSettlement {
  return settlement(work, { kind: 'again', dueAt: now + retryMs(work.attempt), note: 'its media could not be read' });
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
        priceMicros: priceOf(settings.chargeOf(work.message)),
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
