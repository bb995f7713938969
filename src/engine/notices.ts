/**
 * Notices: the confirmations of keywords. They are no messages: nothing is charged, listed or called back, and nobody
 * waits for a receipt. But they leave as messages do: each has a slot of its sender's lane from the moment the keyword is
 * taken in, is claimed among the sends and goes through the same fence and the same hands (`dispatch.ts`). So neither a
 * sender's rate nor a lease knows the difference. What is different is in here. A STOP does not hold up its own
 * confirmation.
 */
import type { Submission } from '../connectors/connector.ts';
import type { KeywordDecision } from '../domain/keywords.ts';
import { partsOf } from '../domain/mms.ts';
import type { Notice } from '../store/inbound-shapes.ts';
import type { SendSettlement, SendWork } from '../store/store.ts';
import { submissionOf } from './conclude.ts';
import type { LaneOf } from './lanes.ts';
import type { FoundReceiver } from './receivers.ts';

/** A confirmation that comes much later confuses more than it helps. */
const MOST_ATTEMPTS = 5;
const GIVEN_UP = 30008;

/** What is answered to a keyword, with the pace of who answers. `isOptedOut`: whether who wrote was out before. */
export function noticeOf(
  { keyword: { type, reply }, isOptedOut }: { keyword: KeywordDecision; isOptedOut: boolean },
  { connector, from, to }: { connector: string; from: string; to: string },
  { accountSid, address, rate }: FoundReceiver,
  laneOf: LaneOf,
): Notice | null {
  if (!reply) return null;
  const leaving = { from: to, to: from, body: reply, numMedia: 0, options: {}, smartEncoded: false };
  const lane = laneOf(connector, accountSid, address, { rate }, partsOf(leaving, []).parts.length);
  const evenIfOptedOut = type === 'STOP' || (type === 'HELP' && isOptedOut);
  return { connector, from: to, to: from, text: reply, evenIfOptedOut, lane };
}

/** What the connector is handed. The keyword's name is in the key: numbers of works begin anew with each database. */
export function noticeSubmission(work: SendWork, limits: { now: number; writeBy: number }): Submission {
  const { sid } = work.message;
  return {
    ...submissionOf(work, [], limits),
    messageSid: `${sid}-notice`,
    receipt: false,
    idempotencyKey: `notice-${sid}-${work.workId}`,
  };
}

/** What follows from the outcome: as for a message, but that nothing makes it expire. */
export function concludeNotice({ attempt }: SendWork, result: SendSettlement['result']): SendSettlement['result'] {
  if (result.kind !== 'again' || attempt < MOST_ATTEMPTS) return result;
  return { kind: 'failed', errorCode: GIVEN_UP, note: result.note };
}
