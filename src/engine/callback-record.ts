/** What is kept of an attempt to tell a customer something, and what is left of it when that cannot be kept. */
import type { OutgoingResult } from '../net/outgoing.ts';
import type { CallbackAttempt, CallbackResult } from '../store/callback-shapes.ts';

/** Of an answer, this much is kept. */
const KEPT_ANSWER_BYTES = 4_096;

export function complaint(result: OutgoingResult | null): Pick<CallbackAttempt, 'errorCode' | 'error'> {
  if (result === null) return { errorCode: 11200, error: 'not sent: no token to sign it with' };
  if (result.kind === 'failed') return { errorCode: result.errorCode, error: result.text };
  const fine = result.status >= 200 && result.status < 300;
  return fine ? { errorCode: null, error: null } : { errorCode: 11200, error: `answered ${result.status}` };
}

export function keptAnswer(body: string): string {
  if (body.length * 3 <= KEPT_ANSWER_BYTES || Buffer.byteLength(body) <= KEPT_ANSWER_BYTES) return body;
  // A character cut in half at the end is dropped.
  return Buffer.from(body)
    .subarray(0, KEPT_ANSWER_BYTES)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}

/** Without what came from outside; `null`: there is nothing of that in it. */
export function bared(result: CallbackResult): CallbackResult | null {
  const { request, response } = result.record;
  if (response === null && request.body === '' && Object.keys(request.headers).length === 0) return null;
  return { ...result, record: { ...result.record, request: { ...request, headers: {}, body: '' }, response: null } };
}
