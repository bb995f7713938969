/** Where things stand on a timeline: percent of its width. */

export interface Span {
  startedAt: number;
  endedAt: number;
}

/** The whole of it, at least some milliseconds wide so that one instant is not all of it. */
export function spanOf(startedAt: string, endedAt: string): Span {
  const start = Date.parse(startedAt);
  return { startedAt: start, endedAt: Math.max(Date.parse(endedAt), start + 10) };
}

/** Percent from the left, held inside. */
export function placeOf(span: Span, at: string): number {
  const part = (Date.parse(at) - span.startedAt) / (span.endedAt - span.startedAt);
  return Math.min(100, Math.max(0, part * 100));
}

const STEPS = [1, 2, 5];
const MOST_TICKS = 7;

/** Round milliseconds after the start, few enough to be read. */
export function ticksOf({ startedAt, endedAt }: Span): number[] {
  const whole = endedAt - startedAt;
  let step = 1;
  for (let power = 1; whole / step > MOST_TICKS; power *= 10) {
    for (const one of STEPS) {
      step = one * power;
      if (whole / step <= MOST_TICKS) break;
    }
  }
  return Array.from({ length: Math.floor(whole / step) + 1 }, (_, index) => index * step);
}
