/** How a phone's behaviour turns into what happens to one message. A new way to misbehave starts here. */
import type { Behaviour, Step, TakenStep } from '../domain/phone.ts';

/** What will happen to a message the carrier took. Delays in milliseconds. */
export interface Fate {
  afterMs: number;
  /** Whether the handset gets it. */
  arrives: boolean;
  /** `null`: no receipt ever. `code` is ours. */
  receipt: { state: 'delivered' } | { state: 'undelivered'; code: number } | null;
  /** A second receipt so long after the first was heard; `null`: none. */
  readAfterMs: number | null;
}

/** A carrier stores a message for a phone that is away so long, then gives it up with 30003 (72 h is usual). */
const HOLD_LIMIT_MS = 72 * 3_600_000;
const UNREACHABLE_CODE = 30003;

/** Plays a behaviour, one step a message. */
export class Player {
  readonly behaviour: Behaviour;
  #played = 0;

  constructor(behaviour: Behaviour) {
    this.behaviour = behaviour;
  }

  /** Steps of a script that are over. */
  get played(): number {
    return this.behaviour.kind === 'script' ? Math.min(this.#played, this.behaviour.steps.length) : 0;
  }

  next(): Step {
    if (this.behaviour.kind !== 'script') return this.behaviour;
    const step = this.behaviour.steps[this.#played];
    this.#played += 1;
    return step ?? this.behaviour.after;
  }
}

/** The fate of a message that meets `step` at `now`. */
export function fateOf(step: TakenStep, now: number, receiptMs: number): Fate {
  const delivered: Fate = { afterMs: receiptMs, arrives: true, receipt: { state: 'delivered' }, readAfterMs: null };
  switch (step.kind) {
    case 'deliver':
      return { ...delivered, afterMs: step.afterMs ?? receiptMs };
    case 'undelivered':
      return undelivered(step.code, receiptMs);
    case 'no-receipt':
      return { ...delivered, receipt: null };
    case 'read':
      return { ...delivered, readAfterMs: step.afterMs };
    case 'unreachable': {
      const awayMs = Math.max(0, step.untilAt - now);
      return awayMs > HOLD_LIMIT_MS
        ? undelivered(UNREACHABLE_CODE, HOLD_LIMIT_MS)
        : { ...delivered, afterMs: awayMs + receiptMs };
    }
  }
}

function undelivered(code: number, afterMs: number): Fate {
  return { afterMs, arrives: false, receipt: { state: 'undelivered', code }, readAfterMs: null };
}
