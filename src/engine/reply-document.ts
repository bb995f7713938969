/** One run of a reply work: one document asked for, read and carried out, up to what is to be committed. */
import { type AlertDraft, levelOf } from '../domain/alert.ts';
import type { Clock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import type { TwimlWarning } from '../domain/twiml-shapes.ts';
import type { CallbackAttempt } from '../store/callback-shapes.ts';
import type { Account } from '../store/directory.ts';
import type { ReplyPayload, ReplyResult, ReplyWork } from '../store/inbound-shapes.ts';
import type { Prepared } from './prepare.ts';
import { GIVEN_UP, INTERNAL } from './quarantine.ts';
import { type Asked, type AskingParts, askDocument } from './reply-asking.ts';
import { carryOut, type OrderParts } from './reply-orders.ts';
import { openStep, type ReplyStep, stepAfter } from './reply-step.ts';

export interface DocumentParts extends Omit<AskingParts, 'store'>, Omit<OrderParts, 'store'> {
  store: AskingParts['store'] & OrderParts['store'];
  accountOf: (sid: string) => Promise<Account | null>;
  clock: Clock;
}

/** Ready to be committed, with what is told of it afterwards. */
export interface DocumentRun {
  work: ReplyWork;
  result: ReplyResult;
  /** One for each of the result's replies. */
  prepared: Prepared[];
  alerts: AlertDraft[];
  webhook: { url: string; status: number | null; ms: number } | null;
  event: (PidgeEvent & { type: 'reply.document' }) | null;
  /** Replies that are not sent. */
  dropped: { code: number; text: string }[];
}

/** What one asking came to; to be given to `settleDocument`, as often as it takes. */
export interface DocumentAnswer {
  asked: Asked | null;
  step: ReplyStep;
}

const EMPTY_ANSWER = 11770;

export async function openDocumentOf(parts: DocumentParts, work: ReplyWork): Promise<DocumentAnswer> {
  const { payload, note } = openStep(work.payload);
  if (note) {
    // Nothing more is asked for. What an action has interrupted is not lost by that.
    const step = { payload: { ...payload, rest: [] }, verbs: payload.rest, notes: [note], fault: null, instead: null };
    return { asked: null, step };
  }
  const asked = await askDocument(parts, work, payload);
  return { asked, step: stepAfter(payload, asked.read, asked.url) };
}

/** Judges what was ordered. Reads the store, and so throws when that is gone. */
export async function settleDocument(
  parts: DocumentParts,
  work: ReplyWork,
  { asked, step }: DocumentAnswer,
): Promise<DocumentRun> {
  const { message } = work;
  const { accountSid } = message;
  const account = await parts.accountOf(accountSid);
  if (account === null) return overWith(work);
  const now = parts.clock.now();
  const { replies, dropped, loops, next } = await carryOut(parts, work, account, step, now);
  const notes = [...(asked?.notes ?? []), ...step.notes];
  const { code: errorCode } = step.fault ?? {};
  const { document, session } = step.payload;
  const result: ReplyResult = {
    ...overWith(work).result,
    replies: replies.map(({ acceptance }) => acceptance),
    next,
    jar: asked?.jar ?? null,
    loops,
    record: asked?.kept ? recordOf(work, step.payload, asked.kept, step.fault !== null) : null,
  };
  const alertOf = alertsOf(work, asked, now);
  return {
    work,
    result,
    prepared: replies,
    alerts: [
      ...notes.map(({ code, why, line, column }: TwimlWarning) => alertOf(code, placed(why, line, column))),
      ...dropped.map(({ code, text }) => alertOf(code, text)),
    ],
    webhook: asked?.kept ? { url: asked.url, status: asked.status, ms: asked.ms } : null,
    event: asked && {
      type: 'reply.document',
      at: asked.kept?.at ?? now,
      sid: message.sid,
      accountSid,
      documentNumber: session.documents,
      why: document.why,
      method: document.target.method,
      url: asked.url,
      httpStatus: asked.status,
      ms: asked.ms,
      replies: replies.length,
      ...(errorCode !== undefined && { errorCode }),
    },
    dropped,
  };
}

/** Nothing asked, nothing ordered, nothing to follow. */
export function overWith(work: ReplyWork): DocumentRun {
  const { workId, attempt, message } = work;
  const whose = { workId, attempt, accountSid: message.accountSid, messageSid: message.sid };
  const result: ReplyResult = { ...whose, replies: [], next: null, jar: null, loops: [], record: null };
  return { work, result, prepared: [], alerts: [], webhook: null, event: null, dropped: [] };
}

/** The end of one that broke us too often: its message is received, and nobody is asked again. */
export function givenUp(work: ReplyWork, at: number): DocumentRun {
  return { ...overWith(work), alerts: [alertsOf(work, null, at)(INTERNAL, GIVEN_UP)] };
}

/** More than a person reads of one document. A document has room for a thousand mistakes, and each would be kept and told. */
const MOST_ALERTS = 20;

/** Of one document: the last of many says how many more there were. */
export function boundedAlerts(alerts: AlertDraft[]): AlertDraft[] {
  const last = alerts[MOST_ALERTS - 1];
  if (!last || alerts.length <= MOST_ALERTS) return alerts;
  const more = `${last.text} (and ${alerts.length - MOST_ALERTS} more alerts about it)`;
  return [...alerts.slice(0, MOST_ALERTS - 1), { ...last, text: more }];
}

/** An alert about this message and what was asked for it. */
export function alertsOf(work: ReplyWork, asked: Asked | null, at: number): (code: number, text: string) => AlertDraft {
  const { accountSid, sid: resourceSid, serviceSid } = work.message;
  const { request = null, response = null } = asked ?? {};
  return (code, text) => {
    // Of a medium that is empty it is an error; here nobody has lost anything.
    const level = code === EMPTY_ANSWER ? 'warning' : levelOf(code);
    return { accountSid, code, level, resourceSid, serviceSid, text, request, response, at };
  };
}

function placed(why: string, line: number | null, column: number | null): string {
  return line === null ? why : `${why} (line ${line}, column ${column})`;
}

function recordOf(
  { workId, attempt, message }: ReplyWork,
  { session, document }: ReplyPayload,
  kept: NonNullable<Asked['kept']>,
  isFault: boolean,
): Omit<CallbackAttempt, 'id'> {
  const { sid: messageSid, accountSid, status, from, to, serviceSid } = message;
  return {
    workId,
    messageSid,
    accountSid,
    attempt,
    decision: isFault ? 'gave_up' : 'done',
    payload: {
      url: kept.request.url,
      status,
      from,
      to,
      serviceSid,
      errorCode: null,
      doneDate: null,
      at: message.createdAt,
      inbound: { documentNumber: session.documents, why: document.why },
    },
    ...kept,
  };
}
