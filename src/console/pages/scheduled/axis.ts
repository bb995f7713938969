/** Where instants stand on the time axis. */

export interface Tick {
  at: number;
  label: string;
  /** 0 to 1. */
  place: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const STEPS_MS = [
  HOUR_MS / 12,
  HOUR_MS / 4,
  HOUR_MS / 2,
  HOUR_MS,
  3 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
  DAY_MS,
  2 * DAY_MS,
  7 * DAY_MS,
];
const MOST_TICKS = 7;

/** From now to a little after the last one, an hour at least. */
export function spanOf(now: number, instants: number[]): { from: number; to: number } {
  const last = Math.max(now, ...instants);
  return { from: now, to: now + Math.max(HOUR_MS, (last - now) * 1.05) };
}

/** Of an instant within a span, 0 to 1. */
export function placeOf(at: number, { from, to }: { from: number; to: number }): number {
  return Math.min(1, Math.max(0, (at - from) / (to - from)));
}

/** Round hours or days of the reader's own time, some seven at most. */
export function ticksOf(span: { from: number; to: number }): Tick[] {
  const length = span.to - span.from;
  const step = STEPS_MS.find((one) => length / one <= MOST_TICKS) ?? Math.ceil(length / MOST_TICKS / DAY_MS) * DAY_MS;
  const midnight = new Date(span.from);
  midnight.setHours(0, 0, 0, 0);
  const first = midnight.getTime() + Math.ceil((span.from - midnight.getTime()) / step) * step;
  const ticks: Tick[] = [];
  for (let at = first; at <= span.to; at += step)
    ticks.push({ at, label: labelOf(at, step), place: placeOf(at, span) });
  return ticks;
}

function labelOf(at: number, step: number): string {
  const when = new Date(at);
  const isDay = when.getHours() === 0 && when.getMinutes() === 0;
  if (step >= DAY_MS || isDay) return when.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' });
  return when.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
}
