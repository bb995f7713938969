import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { SendSettlement, SendWork } from '../store/store.ts';
import type { Overtaken } from './overtaken.ts';

export interface TellParts {
  clock: Clock;
  observe: Observer;
  overtaken?: Pick<Overtaken, 'take'>;
}

/** Tells of what was made of a send and is committed: its outcome, and the status that its message has by it. */
export function tellOutcome(parts: TellParts, one: SendSettlement, work: SendWork): void {
  const { result } = one;
  const at = parts.clock.now();
  const met = { at, sid: one.messageSid, connector: work.connector, outcome: result.kind, attempt: one.attempt };
  if (work.isNotice) {
    parts.observe({ type: 'notice.outcome', ...met });
    return;
  }
  parts.observe({ type: 'dispatch.outcome', ...met, note: result.kind === 'sent' ? undefined : result.note });
  if (result.kind === 'again') return;
  const { accountSid, createdAt } = work.message;
  const status = result.kind === 'sent' ? 'sent' : 'failed';
  const errorCode = result.kind === 'failed' ? result.errorCode : undefined;
  const event = { type: 'message.status', at, sid: one.messageSid, accountSid, createdAt } as const;
  parts.observe({ ...event, status, errorCode });
  const overtaken = result.kind === 'sent' && parts.overtaken?.take(result.connector, result.carrierIds);
  if (overtaken) parts.observe({ ...event, status: 'undelivered', errorCode: overtaken });
}
