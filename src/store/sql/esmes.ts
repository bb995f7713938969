import type { CallbackResult } from '../callback-shapes.ts';
import type { EndedSubmission } from '../inbound-shapes.ts';
import { finishCallbacks, queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';
import { becameOf, endJoining } from './joinings.ts';
import { advance, walker } from './messages.ts';

/** What has to do with customers' own SMPP clients alone. */

/** As `finishCallbacks`; a message that came in for an ESME is received when there is nothing more to tell of it. */
export function finishTold(ctx: WriteContext, batch: CallbackResult[], now: number): boolean[] {
  const finished = finishCallbacks(ctx, batch, now);
  for (const [index, { decision, record, messageSid }] of batch.entries()) {
    if (!finished[index] || decision === 'retry' || !record.payload.arrival) continue;
    const message = walker(ctx, messageSid);
    if (message) advance(ctx, message, 'finish', now);
  }
  return finished;
}

export function endSubmission(
  ctx: WriteContext,
  { joining, accountSid, messageSid, tell }: EndedSubmission,
  now: number,
): boolean {
  if (becameOf(ctx, joining) !== undefined) return false;
  endJoining(ctx, joining, messageSid);
  if (tell) queueCallback(ctx, messageSid, accountSid, now, tell);
  return true;
}
