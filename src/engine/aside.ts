/** Claimed sends of which something is decided before their connector is asked: in doubt, or better sent another way. */
import type { Connector, Outcome } from '../connectors/connector.ts';
import type { SendPast, SendSettlement, SendWork } from '../store/store.ts';
import { concludeDoubt, type DoubtRule, held, isInDoubt, NEXT_LOOK_MS } from './doubt.ts';
import { laneOn } from './lanes.ts';
import type { Routed } from './router.ts';

export interface AsideParts {
  connector: Connector | undefined;
  rule: DoubtRule;
  isAway: (connector: string) => boolean;
  /** Whether nothing may be handed to its connector; left out: it may. */
  isPaused?: boolean;
  elsewhere: (work: SendWork, past?: SendPast) => Routed | null;
  /** What follows from an outcome that the connector knows without being asked to send. */
  concluded: (outcome: Outcome) => SendSettlement['result'];
}

/** Between two looks at what no other can take from a connector that is paused. */
const PAUSED_LOOK_MS = 20_000;

/** `null`: it is to be handed over. */
export function setAside(work: SendWork, parts: AsideParts, now: number): SendSettlement['result'] | null {
  const decided = decide(work, parts, now);
  if (decided !== null || !parts.isPaused) return decided;
  return onlyLooked(work, Math.max(work.startAt, now + PAUSED_LOOK_MS), `${work.connector} is paused`);
}

/** It waits on in its queue, and a new rate may bring it forward, unlike what was handed over and put off. */
export function onlyLooked(work: SendWork, dueAt: number, note?: string): SendSettlement['result'] {
  return { kind: 'again', dueAt, past: { ...work.past, look: work.attempt }, ...(note !== undefined && { note }) };
}

function decide(work: SendWork, parts: AsideParts, now: number): SendSettlement['result'] | null {
  const { connector, rule } = parts;
  if (isInDoubt(work)) {
    if (connector?.honoursIdempotencyKeys) return null;
    const known = connector?.recall?.(work.message.sid) ?? null;
    if (known?.kind === 'accepted' || known?.kind === 'refused') return parts.concluded(known);
    // Anything else that is known: what was in doubt never left.
    if (known !== null) return null;
    if (work.past?.orphaned) return concludeDoubt(work, 'whoever was sending it is gone', rule, now);
    return rule.policy === 'hold' ? held(work, 'no answer', NEXT_LOOK_MS, now) : null;
  }
  if (!parts.isAway(work.connector)) return null;
  const other = parts.elsewhere(work, work.past);
  return other && moved(work, other, `${work.connector} is ${parts.isPaused ? 'paused' : 'away'}`, work.past);
}

/** To the queue of another connector, by the age of the message: ahead of what was accepted after it. */
export function moved(work: SendWork, to: Routed, why: string, past: SendPast = {}): SendSettlement['result'] {
  const { awaySince: _, ...rest } = past;
  return {
    kind: 'again',
    dueAt: work.message.createdAt,
    past: rest,
    move: { connector: to.connector, lane: work.lane && laneOn(to.connector, work.lane) },
    note: `${why}: ${to.note ?? `by ${to.connector}`}`,
  };
}
