/** When a message is to be sent: `ScheduleType` and `SendAt`, judged against the window that the operator has set. */
import type { Clock } from '../domain/clock.ts';
import { parseInstant } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import type { Form } from './form.ts';

/** How far ahead a message may be scheduled; both ends inclusive. */
export interface ScheduleLimits {
  /** Seconds. */
  scheduleMinLead: number;
  /** Seconds. */
  scheduleMaxLead: number;
}

const DAY_SECONDS = 86_400;

/** The instant to send at; `null`: now. Whether the service exists is not known here, so its schedule is judged first. */
export function readSchedule(form: Form, clock: Clock, limits: ScheduleLimits, hasService: boolean): number | null {
  const type = form.one('ScheduleType') || undefined;
  const sendAt = form.one('SendAt') || undefined;
  if (type === undefined && sendAt === undefined) return null;
  if (type !== 'fixed') {
    throw refuse(35126, {}, { parameter: 'ScheduleType', received: type ?? '', allowed: 'fixed' });
  }
  if (sendAt === undefined)
    throw refuse(35111, {}, { parameter: 'SendAt', fix: 'Give SendAt in ISO 8601, such as 2026-01-31T10:00:00Z' });
  if (!hasService)
    throw refuse(35118, {}, { parameter: 'MessagingServiceSid', fix: 'Scheduling needs a Messaging Service' });
  const at = parseInstant(sendAt);
  // A second begun counts: SDKs cut fractions off, and the request was on its way. So 15 minutes from now are enough.
  const leadSeconds = at === null ? Number.NaN : Math.ceil((at - clock.now()) / 1_000);
  if (at === null || !(leadSeconds >= limits.scheduleMinLead && leadSeconds <= limits.scheduleMaxLead)) {
    throw outside(sendAt, limits);
  }
  return at;
}

/** 35114 in the words of the original, with the window that is in force. */
function outside(received: string, { scheduleMinLead: least, scheduleMaxLead: most }: ScheduleLimits): Error {
  const days = most / DAY_SECONDS;
  const [farthest, named] = Number.isInteger(days)
    ? [`${days} days`, `${days} days (${most} seconds)`]
    : [`${most} seconds`, `${most} seconds`];
  const text = `SendAt time must be between ${least} seconds and ${named} in the future, inclusive.`;
  const allowed = `ISO 8601, ${least} seconds to ${farthest} ahead`;
  const fix = 'Write it like 2026-03-01T09:00:00Z, in UTC or with an offset, and within the window.';
  return refuse(35114, { text }, { parameter: 'SendAt', received, allowed, fix });
}
