/**
 * Sends that nobody knows the end of: no answer came, or whoever had claimed them died (H3, settled 9). They may have
 * reached the carrier, so nothing but their own carrier's policy decides what becomes of them; no other is ever asked.
 */
import type { SendPast, SendSettlement, SendWork } from '../store/store.ts';

/**
 * What a connector does with a submission in doubt: repeats it once (`resend`), gives it up (`fail`), or waits for the
 * carrier to say what became of it for as long as the message is valid (`hold`).
 */
export type InDoubt = 'resend' | 'fail' | 'hold';
export const IN_DOUBT = ['resend', 'fail', 'hold'] as const satisfies InDoubt[];

/** Between two looks at what is held for long: each takes a slot of its lane. */
export const NEXT_LOOK_MS = 600_000;
/** No answer of the carrier in time (behaviour sheet 12.1). */
export const NO_ANSWER = 30410;

export interface DoubtRule {
  policy: InDoubt;
  /** Before it is repeated, or looked at again: a late answer or a receipt may settle it meanwhile. */
  holdMs: number;
}

/** Whether it may have been sent already. */
export function isInDoubt({ past }: Pick<SendWork, 'past'>): boolean {
  return past?.orphaned === true || (past?.doubts ?? 0) > 0;
}

/** What follows from a doubt more. Counted, since attempts that never left say nothing of it. */
export function concludeDoubt(work: SendWork, why: string, rule: DoubtRule, now: number): SendSettlement['result'] {
  const doubts = (work.past?.doubts ?? 0) + 1;
  const { orphaned: _, ...rest } = work.past ?? {};
  const past: SendPast = { ...rest, doubts };
  const dueAt = now + rule.holdMs;
  switch (rule.policy) {
    case 'fail':
      return { kind: 'failed', errorCode: NO_ANSWER, note: `${why}; not sent again (in_doubt = "fail")` };
    case 'hold':
      return { ...held(work, why, rule.holdMs, now), past };
    case 'resend':
      // A second silence says more about the carrier than a third try would.
      return doubts > 1
        ? { kind: 'failed', errorCode: NO_ANSWER, note: `${why}; in doubt for the second time` }
        : { kind: 'again', dueAt, past, note: `${why}; held, then sent once more` };
  }
}

/** In doubt as before. The hold ends with the validity of the message, which `unsendable` notices. */
export function held(work: SendWork, why: string, waitMs: number, now: number) {
  const dueAt = Math.min(now + waitMs, Math.max(now, work.message.validUntil) + 1);
  return { kind: 'again' as const, dueAt, note: `${why}; held while it is valid (in_doubt = "hold")` };
}
