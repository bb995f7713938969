/** What an ESME is told of submits that were answered and will never be a message. */
import { esmeUrl } from '../domain/esme-address.ts';
import type { Joined } from '../domain/inbound-parts.ts';
import type { CallbackPayload } from '../store/callback-shapes.ts';

export interface FailedSubmit {
  user: string;
  message: Joined;
  errorCode: number;
  at: number;
  /** The part whose answer says so itself. */
  answered?: number | null;
  /** In place of the sid: one submit to many has one id. */
  id?: string | null;
  reference?: number | null;
}

/** `null`: none of its parts wants to hear of it. */
export function failedSubmit(failed: FailedSubmit): CallbackPayload | null {
  const { user, message, errorCode, at, answered, reference } = failed;
  const { from, to, submitted } = message;
  if (!submitted) return null;
  const url = esmeUrl({
    user,
    id: failed.id ?? submitted.sid,
    submittedAt: submitted.at,
    wants: submitted.wants.map((wants, index) => (index + 1 === answered ? 0 : wants)),
    reference: reference ?? null,
  });
  return url === null ? null : { url, status: 'failed', from, to, serviceSid: null, errorCode, doneDate: null, at };
}

/** Joinings of submits stand under their user, as those of carriers do under their connector. */
export const SUBMIT_CONNECTOR = 'smpp:';
