/** Which hours a message may be scheduled for, by the settings of the server. */
import type { Session } from '../api/session.ts';
import { duration } from './time-words.ts';

type Lead = Session['schedule_lead'];

const MINUTE_MS = 60_000;
/** More than the nearest hour that is taken: who picks it has to fill in the rest. */
const SPARE_MS = 5 * MINUTE_MS;

/** How far ahead is soon, and still taken once the rest is filled in. */
export function soonMs({ min_seconds: least }: Lead): number {
  return least * 1_000 + SPARE_MS;
}

/** The instant (epoch ms) that far ahead, in whole minutes as a field has them: the next, for the last is too near. */
export function soonAt(lead: Lead, nowAt: number): number {
  return Math.ceil((nowAt + soonMs(lead)) / MINUTE_MS) * MINUTE_MS;
}

/** `15 min to 7 d ahead`. */
export function windowWords({ min_seconds: least, max_seconds: most }: Lead): string {
  const farthest = duration(most * 1_000);
  return least === 0 ? `up to ${farthest} ahead` : `${duration(least * 1_000)} to ${farthest} ahead`;
}
