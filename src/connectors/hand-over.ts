/**
 * What connectors that speak HTTP have in common: so many requests at once, one after the other to each recipient (H7),
 * nothing begun that could not end in time or after the stop, and what the lack of an answer means.
 */
import type { Clock } from '../domain/clock.ts';
import type { OutgoingFailure } from '../net/failure.ts';
import type { Outcome, Submission, Tell } from './connector.ts';

const STOPPED: Outcome = { kind: 'unreachable', note: 'the connector is stopped' };
const TURNS = 4;
/** The first pause of a carrier that has had enough, and the longest. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export class HandOver {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  /** The last of each pair of numbers that is under way. */
  readonly #last = new Map<string, Promise<void>>();
  #idle: (() => void)[] = [];
  #underWay = 0;
  #isOpen = false;
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #pauseMs = FIRST_PAUSE_MS;

  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
  }

  open(): void {
    this.#isOpen = true;
  }

  /** Resolves when what was under way has its answers. What had not begun is given back at once. */
  async close(): Promise<void> {
    this.#isOpen = false;
    for (const wake of this.#waiting.splice(0)) wake();
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  /** One outcome per submission, in order, each told as it comes. What `one` throws leaves in doubt what became of it. */
  run(batch: Submission[], one: (submission: Submission) => Promise<Outcome>, tell?: Tell): Promise<Outcome[]> {
    const outcomes = batch.map((submission) => this.#inTurn(submission, one));
    if (tell) for (const [index, outcome] of outcomes.entries()) void outcome.then((known) => tell(index, known));
    return Promise.all(outcomes);
  }

  /** How many may be handed over: recipients take turns, so more than can be under way, or one would hold up the rest. */
  get window(): number {
    return this.#most * TURNS;
  }

  /** Nothing begins for a while: `retryAfterMs` when the carrier says how long (0 says nothing), else longer each time. */
  pause(retryAfterMs?: number, note = 'the carrier has had enough'): Outcome {
    const ms = Math.min(retryAfterMs || this.#pauseMs, LONGEST_PAUSE_MS);
    const until = this.#clock.monotonic() + ms;
    // Answers of requests that were under way together are one sign, not many.
    if (until > this.#pausedUntil) {
      if (this.#pausedUntil <= this.#clock.monotonic()) this.#pauseMs = Math.min(LONGEST_PAUSE_MS, 2 * this.#pauseMs);
      this.#pausedUntil = until;
    }
    return { kind: 'busy', retryAfterMs: ms, note };
  }

  /** The carrier took something. */
  ease(): void {
    this.#pauseMs = FIRST_PAUSE_MS;
  }

  #inTurn(submission: Submission, one: (submission: Submission) => Promise<Outcome>): Promise<Outcome> {
    const pair = `${submission.from} ${submission.to}`;
    const before = this.#last.get(pair);
    const outcome = before ? before.then(() => this.#run(submission, one)) : this.#run(submission, one);
    const end = outcome.then(() => {
      if (this.#last.get(pair) === end) this.#last.delete(pair);
    });
    this.#last.set(pair, end);
    return outcome;
  }

  async #run(submission: Submission, one: (submission: Submission) => Promise<Outcome>): Promise<Outcome> {
    while (this.#isOpen && this.#underWay >= this.#most) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (!this.#isOpen) return STOPPED;
    const pausedMs = this.#pausedUntil - this.#clock.monotonic();
    if (pausedMs > 0) return this.#pass({ kind: 'busy', retryAfterMs: Math.ceil(pausedMs) });
    if (isLate(submission, this.#clock)) return this.#pass({ kind: 'busy', note: 'it waited too long for its turn' });
    this.#underWay += 1;
    try {
      return await one(submission);
    } catch (error) {
      // Its text may hold what was sent, secrets among it.
      return { kind: 'unsure', note: `the connector broke: ${error instanceof Error ? error.name : 'unknown'}` };
    } finally {
      this.#underWay -= 1;
      this.#waiting.shift()?.();
      if (this.#underWay === 0) for (const idle of this.#idle.splice(0)) idle();
    }
  }

  /** Its turn goes to the next. */
  #pass(outcome: Outcome): Outcome {
    this.#waiting.shift()?.();
    return outcome;
  }
}

/** Whether it may be somebody else's by now (H9): to be asked just before something of it is written. */
export function isLate({ writeBy }: Submission, clock: Clock): boolean {
  return writeBy !== undefined && clock.monotonic() >= writeBy;
}

/** What HTTP cannot carry, such as a header with letters that it has not: it would fail as often as it is tried. */
const NO_REQUEST = 11100;

/** Without an answer: nothing was written, or nobody knows. */
export function withoutAnswer({ hasLeft, text, errorCode }: OutgoingFailure): Outcome {
  if (!hasLeft && errorCode === NO_REQUEST) return { kind: 'refused', errorCode: 30008, class: 'route', note: text };
  return hasLeft ? { kind: 'unsure', note: text } : { kind: 'unreachable', note: text };
}

/** `Retry-After` in milliseconds; as seconds alone, since clocks differ. */
export function retryAfterOf(headers: Record<string, string>): number | undefined {
  const text = headers['retry-after'] ?? '';
  return /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}

/** The text of a message whole: carriers that speak HTTP cut it themselves. */
export function textOf({ parts }: Submission): string {
  return parts.join('');
}

/** In place of the id that a carrier should have given. */
export function namelessId({ messageSid }: Submission): string {
  return `nameless:${messageSid}`;
}

/** `YYMMDDhhmm` in UTC. */
export function doneDateOf(at: number): string {
  return new Date(at).toISOString().slice(2, 16).replaceAll(/[-T:]/g, '');
}
