/**
 * What follows from a document that answers an inbound message (behaviour sheet 3.1, 3.3 and 3.4): the rules of the
 * replies room, without its machinery. Values in, values out.
 */
import { openDocument, takeVerbs } from '../domain/reply-session.ts';
import type { MessageVerb, Method, ReadTwiml, TwimlFault, TwimlWarning, Verb } from '../domain/twiml-shapes.ts';
import type { NextDocument, ReplyPayload } from '../store/inbound-shapes.ts';

/**
 * What becomes of the `action` of a `<Message>`: it is asked for TwiML once the message is queued (`document`), it is
 * told of the message's statuses (`callback`), or `both`.
 */
export type ActionUse = 'both' | 'callback' | 'document';

export interface ReplyStep {
  /** As it goes on: with the document counted, and what is not to be asked twice left out. */
  payload: ReplyPayload;
  /** To be carried out in order. */
  verbs: Verb[];
  /** For the owner of the app. */
  notes: TwimlWarning[];
  /** Why the document could not be used. */
  fault: TwimlFault | null;
  /** The document to ask for instead. */
  instead: NextDocument | null;
}

/** Before a document is asked for: counted, or (14106) the end of it all. */
export function openStep(payload: ReplyPayload): { payload: ReplyPayload; note: TwimlWarning | null } {
  const { session, warning } = openDocument(payload.session);
  return { payload: { ...payload, session }, note: warning };
}

/** `read`: the answer; `errorUrl`: what was asked, without user and password. */
export function stepAfter(payload: ReplyPayload, read: ReadTwiml, errorUrl: string): ReplyStep {
  const { document } = payload;
  if (!read.ok) return stepAfterFault(payload, read, errorUrl);
  const { session, verbs, warning } = takeVerbs(payload.session, read.verbs);
  const notes = warning ? [...read.warnings, warning] : read.warnings;
  // What an action interrupted goes on after it, unless it leads elsewhere.
  const all = document.why === 'action' && verbs.at(-1)?.kind !== 'redirect' ? [...verbs, ...payload.rest] : verbs;
  return { payload: { ...payload, session, rest: [] }, verbs: all, notes, fault: null, instead: null };
}

/** The fallback is asked once at most; without one, the rest of a document that an action interrupted still holds. */
function stepAfterFault(payload: ReplyPayload, fault: TwimlFault, errorUrl: string): ReplyStep {
  const { webhook, document, rest } = payload;
  const { code, why, line, column } = fault;
  const notes = [{ code, why, line, column }];
  const { fallback } = webhook;
  if (document.why === 'fallback' || fallback === null) {
    const verbs = document.why === 'action' ? rest : [];
    return { payload: { ...payload, rest: [] }, verbs, notes, fault, instead: null };
  }
  const instead: NextDocument = { target: fallback, why: 'fallback', error: { code, url: errorUrl } };
  const next = { ...payload, webhook: { ...webhook, fallback: null }, rest: [] };
  return { payload: next, verbs: [], notes, fault, instead };
}

/** The document that an accepted reply leads to at once, as its `action`; `null`: the next verb is carried out. */
export function actionOf(verb: MessageVerb, replySid: string, use: ActionUse): NextDocument | null {
  if (verb.action === null || use === 'callback') return null;
  return { target: { url: verb.action, method: verb.method }, why: 'action', replySid };
}

/** Who is told of the statuses of a reply: an action by its `method`, so that one URL is asked in one way. */
export function callbackOf(
  { statusCallback, action, method }: MessageVerb,
  use: ActionUse,
): { url: string; method: Method } | null {
  if (statusCallback !== null) return { url: statusCallback, method: 'POST' };
  return action === null || use === 'document' ? null : { url: action, method };
}

/**
 * What an action answers. It is told of a status in the same breath, and what is answered to that means nothing: only
 * a document of TwiML is read, and "OK" as plain text is not sent to anybody.
 */
export function readAction(answer: { status: number; contentType: string | null }, read: () => ReadTwiml): ReadTwiml {
  const isFine = answer.status >= 200 && answer.status <= 299;
  const isXml = /^\s*(?:text|application)\/xml\s*(?:;|$)/i.test(answer.contentType ?? '');
  const document = !isFine || isXml ? read() : null;
  if (document === null) return { ok: true, verbs: [], warnings: [] };
  // An empty answer is none to a callback.
  return document.ok ? { ...document, warnings: document.warnings.filter(({ code }) => code !== 11770) } : document;
}
