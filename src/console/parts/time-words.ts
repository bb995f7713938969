/** Times in words and figures. */
import { serverNow } from '../api/clock.ts';

const UNITS: [string, number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
];

/** `3 min ago`, `in 15 min`, `now`: how far an instant is, in one unit. */
export function relative(awayMs: number): string {
  const size = Math.abs(awayMs);
  const [unit, unitMs] = UNITS.find(([, ms]) => size >= ms) ?? ['', 0];
  if (unitMs === 0) return 'now';
  const words = `${Math.floor(size / unitMs)} ${unit}`;
  return awayMs < 0 ? `${words} ago` : `in ${words}`;
}

/** `09:14:41.220` today, `21 Nov 09:14:41` on another day, in the reader's time zone. Whole seconds show no fraction. */
export function timeOf(when: Date, now = new Date(serverNow())): string {
  const clock = when.toLocaleTimeString('en-GB');
  if (when.toDateString() === now.toDateString()) {
    const ms = when.getMilliseconds();
    return ms === 0 ? clock : `${clock}.${String(ms).padStart(3, '0')}`;
  }
  const sameYear = when.getFullYear() === now.getFullYear();
  const day = when.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: sameYear ? undefined : 'numeric',
  });
  return `${day} ${clock}`;
}

/** What is scheduled is told in seconds: nobody waits for milliseconds. ISO 8601 in UTC, in and out. */
export function wholeSecond(at: string): string {
  return `${at.slice(0, 19)}Z`;
}

/** `590 ms`, `2.4 s`, `3 min 20 s`, `4 d 2 h`: a length of time in at most two units. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${Number((ms / 1_000).toFixed(ms < 10_000 ? 2 : 1))} s`;
  const at = UNITS.findIndex(([, unitMs]) => ms >= unitMs);
  const [unit, unitMs] = UNITS[at] as [string, number];
  const [small, smallMs] = UNITS[at + 1] as [string, number];
  const rest = Math.floor((ms % unitMs) / smallMs);
  return `${Math.floor(ms / unitMs)} ${unit}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}
