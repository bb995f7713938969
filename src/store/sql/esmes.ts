import type { SQLInputValue } from 'node:sqlite';
import type { EndedSubmission } from '../inbound-shapes.ts';
import { FINISHED_STRIDE } from '../kept-attempt.ts';
import { finishCallbacks, queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';
import { becameOf, endJoining } from './joinings.ts';
import { advance, walker } from './messages.ts';

/** What has to do with customers' own SMPP clients alone. */

/** As `finishCallbacks`; a message that came in for an ESME is received when there is nothing more to tell of it. */
export function finishTold(ctx: WriteContext, flat: SQLInputValue[], now: number): boolean[] {
  const finished = finishCallbacks(ctx, flat, now);
  for (const [index, wasOurs] of finished.entries()) {
    const [againAt, arrival, , messageSid] = flat.slice(index * FINISHED_STRIDE, (index + 1) * FINISHED_STRIDE);
    if (!wasOurs || againAt !== null || arrival === 0) continue;
    const message = walker(ctx, messageSid as string);
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
