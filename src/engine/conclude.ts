/** What a claimed send becomes: why it is not sent at all, what the connector is handed, what follows from its answer. */
import type { Connector, Outcome, Submission, SubmissionMedia } from '../connectors/connector.ts';
import { parseTo } from '../domain/address.ts';
import type { Message } from '../domain/message.ts';
import { hasMms, leavesAsMms, partsOf } from '../domain/mms.ts';
import { priceOf } from '../domain/money.ts';
import { parseAction } from '../domain/persistent-action.ts';
import type { ChargeOf } from '../domain/prices.ts';
import { LONGEST_VALIDITY_SECONDS } from '../domain/service.ts';
import type { SendPast, SendSettlement, SendWork } from '../store/store.ts';
import { moved } from './aside.ts';
import { concludeDoubt, type DoubtRule, type InDoubt, isInDoubt, NO_ANSWER } from './doubt.ts';
import { CONSENT_TAKEN, OPTED_OUT } from './opt-outs.ts';
import type { Routed } from './router.ts';

export interface ConcludeSettings {
  chargeOf: ChargeOf;
  /** Countries that get MMS (30011 elsewhere). */
  mmsCountries: readonly string[];
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
  /** What is done with submissions in doubt; left out: they are sent once more. */
  inDoubtOf?: (connector: string) => InDoubt;
  /** How long a connector may be out of reach before others take over; left out: for ever. */
  failoverAfterMs?: (connector: string) => number;
}

/** The first wait after a busy or unreachable carrier, and the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A scheduled message may be released so much after its hour. */
const SCHEDULE_SLACK_MS = 60_000;

/** The code with which a message fails before it is sent, or `null`. `isActive`: its account may send. */
export function unsendable(
  work: SendWork,
  isActive: boolean,
  { chargeOf, mmsCountries }: ConcludeSettings,
): number | null {
  if (!isActive) return 30002;
  if (work.optedOut) return work.consentTaken ? CONSENT_TAKEN : OPTED_OUT;
  // It may have been delivered: that its time was up would be a guess.
  if (work.expired) return isInDoubt(work) ? NO_ANSWER : 30036;
  const { maxPriceMicros, to } = work.message;
  if (leavesAsMms(work.message)) {
    const address = parseTo(to);
    if (address && !hasMms(address, mmsCountries)) return 30011;
  }
  if (maxPriceMicros !== null && chargeOf(work.message) > maxPriceMicros) return 30010;
  return null;
}

/** `media`: those of the message, whichever way they leave. */
export function submissionOf(
  work: SendWork,
  media: SubmissionMedia[],
  { now, writeBy }: { now: number; writeBy: number },
): Submission {
  const { message } = work;
  const { parts, encoding } = partsOf(
    message,
    media.map(({ url }) => url),
  );
  // Of other actions nothing comes.
  const actions = (message.options.actions ?? []).filter((action) => parseAction(action) !== null);
  // WhatsApp shows a text beside pictures alone: beside no other file, and no place.
  const isMute =
    message.to.startsWith('whatsapp:') &&
    (media.some(({ contentType }) => !contentType.startsWith('image/')) || actions.length > 0);
  return {
    messageSid: message.sid,
    accountSid: message.accountSid,
    from: message.from ?? '',
    to: message.to,
    parts: isMute ? [''] : parts,
    encoding,
    media: message.options.mediaAsLinks ? [] : media,
    actions,
    ...(message.options.buttons && { buttons: message.options.buttons }),
    ...(message.options.content && { content: message.options.content }),
    attempt: work.attempt,
    idempotencyKey: message.sid,
    writeBy,
    ...validityOf(message, now),
  };
}

/** Only a limit that somebody has set is the carrier's concern: what has none may wait for its recipient there. */
function validityOf({ validUntil, createdAt, history }: Message, now: number): { validityMs?: number } {
  // Validity begins when a message enters the queue, which is later than its creation for a scheduled one.
  const queuedAt = history.find(({ status }) => status === 'queued')?.at ?? createdAt;
  const isLimited = validUntil - queuedAt < LONGEST_VALIDITY_SECONDS * 1_000 - SCHEDULE_SLACK_MS;
  return isLimited ? { validityMs: Math.max(0, validUntil - now) } : {};
}

/** Its media could not be read now. */
export function unreadable(work: SendWork, now: number): SendSettlement {
  const dueAt = Math.max(work.startAt, now + retryMs(work.attempt));
  return settlement(work, { kind: 'again', dueAt, note: 'its media could not be read' });
}

export function settlement(work: SendWork, result: SendSettlement['result']): SendSettlement {
  const { sid: messageSid, accountSid } = work.message;
  return { workId: work.workId, attempt: work.attempt, accountSid, messageSid, result };
}

/** A carrier that is away for hours says the same each time: the walk of the message tells it once. */
export function withoutEcho(one: SendSettlement, work: SendWork | undefined): SendSettlement {
  const { result } = one;
  if (result.kind !== 'again' || result.note === undefined) return one;
  if (work?.message.history.at(-1)?.note !== result.note) return one;
  const { note: _, ...quiet } = result;
  return { ...one, result: quiet };
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
  elsewhere: (work: SendWork, past: SendPast) => Routed | null = () => null,
): SendSettlement['result'] {
  const { awaySince = now, ...past } = work.past ?? {};
  // Once it may have left, no other carrier is to send it too.
  const other = (more: SendPast): Routed | null => (isInDoubt(work) ? null : elsewhere(work, { ...past, ...more }));
  const retryAt = now + retryMs(work.attempt);
  switch (outcome.kind) {
    case 'accepted':
      return {
        kind: 'sent',
        connector: work.connector,
        carrierIds: outcome.carrierIds,
        priceMicros: priceOf(settings.chargeOf(work.message)),
      };
    case 'refused': {
      const refusedBy = [...(past.refusedBy ?? []), work.connector];
      const to = outcome.class === 'route' ? other({ refusedBy }) : null;
      if (to === null) return { kind: 'failed', errorCode: outcome.errorCode, note: outcome.note };
      const why = `${work.connector} does not take it (${outcome.note ?? outcome.errorCode})`;
      return moved(work, to, why, { ...past, refusedBy });
    }
    case 'busy': {
      // At once is no time to come again: it would be claimed, refused and due in a circle.
      const dueAt = outcome.retryAfterMs ? now + outcome.retryAfterMs : retryAt;
      return { kind: 'again', dueAt, note: outcome.note ?? 'carrier busy', ...(work.past?.awaySince && { past }) };
    }
    case 'unreachable': {
      const failoverAt = awaySince + (settings.failoverAfterMs?.(work.connector) ?? Number.POSITIVE_INFINITY);
      const note = outcome.note ?? 'carrier unreachable';
      const to = failoverAt > now ? null : other({});
      if (to !== null) return moved(work, to, `${work.connector} is away (${note})`, past);
      const dueAt = failoverAt > now ? Math.min(retryAt, failoverAt) : retryAt;
      return { kind: 'again', dueAt, note, past: { ...past, awaySince } };
    }
    case 'unsure': {
      const why = outcome.note ?? 'no answer';
      if (!connector?.honoursIdempotencyKeys) return concludeDoubt(work, why, ruleOf(work.connector, settings), now);
      // Its carrier tells copies apart. Another one would not.
      return { kind: 'again', dueAt: retryAt, note: why, past: { ...past, doubts: (past.doubts ?? 0) + 1 } };
    }
  }
}

export function ruleOf(connector: string, { inDoubtOf, inDoubtHoldMs }: ConcludeSettings): DoubtRule {
  return { policy: inDoubtOf?.(connector) ?? 'resend', holdMs: inDoubtHoldMs };
}

function retryMs(attempt: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
}
