/**
 * One inbound message and everything its app answers to it: the first document, those it redirects to, those of its
 * actions. Bounded, so that no answer of an app keeps a server busy without end (behaviour sheet 3.4).
 */
import type { TwimlWarning, Verb } from './twiml-shapes.ts';

/** What is kept with the work of answering; a repetition after a crash starts where it stood. */
export interface ReplySession {
  /** Documents asked for. */
  documents: number;
  /** Replies ordered. */
  messages: number;
}

export const NEW_SESSION: ReplySession = { documents: 0, messages: 0 };
export const MOST_DOCUMENTS = 50;
const MOST_REPLIES = 10;

/** Counts a document before it is asked for; a warning (14106) instead when it would be one too many. */
export function openDocument(session: ReplySession): { session: ReplySession; warning: TwimlWarning | null } {
  if (session.documents < MOST_DOCUMENTS) {
    return { session: { ...session, documents: session.documents + 1 }, warning: null };
  }
  const why = `${MOST_DOCUMENTS} documents for one message are enough`;
  return { session, warning: { code: 14106, why, line: null, column: null } };
}

/** The verbs of a document that are still carried out; replies beyond the tenth are dropped with a warning (14109). */
export function takeVerbs(
  session: ReplySession,
  verbs: Verb[],
): { session: ReplySession; verbs: Verb[]; warning: TwimlWarning | null } {
  let { messages } = session;
  const taken = verbs.filter((verb) => {
    if (verb.kind !== 'message') return true;
    messages += 1;
    return messages <= MOST_REPLIES;
  });
  const dropped = Math.max(0, messages - MOST_REPLIES);
  const next = { ...session, messages: messages - dropped };
  if (dropped === 0) return { session: next, verbs: taken, warning: null };
  const why = `${dropped} replies beyond the ${MOST_REPLIES} that one message may have`;
  return { session: next, verbs: taken, warning: { code: 14109, why, line: null, column: null } };
}
