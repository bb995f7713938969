/**
 * Two machines that answer each other (behaviour sheet 3.4): after 15 replies between the same two addresses, each
 * within 30 s of the one before, replies are dropped (14107) until there was silence. Pure: what is kept is a count and
 * an instant per pair.
 */

export interface LoopCount {
  /** Replies in a row, dropped ones included: a machine that goes on does not get a turn in between. */
  replies: number;
  /** Epoch ms. */
  lastAt: number;
}

export const MOST_TURNS = 15;
export const LOOP_GAP_MS = 30_000;

/** The pair as a key, the same both ways: of two numbers of ours each counts the other's replies as well. */
export function loopKey(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

/** Counts a reply at `now`. `allowed: false`: drop it with 14107. A clock that steps back makes no gap. */
export function countReply(known: LoopCount | null, now: number): { count: LoopCount; allowed: boolean } {
  const goesOn = isGoingOn(known, now);
  const replies = goesOn ? known.replies + 1 : 1;
  return { count: { replies, lastAt: goesOn ? Math.max(known.lastAt, now) : now }, allowed: replies <= MOST_TURNS };
}

/**
 * Whether replies of this pair are being dropped. An inbound message between two numbers of ours is then failed with
 * 30039, as neither end is a person; one from elsewhere still reaches its app, whose reply is dropped.
 */
export function isLooping(known: LoopCount | null, now: number): boolean {
  return isGoingOn(known, now) && known.replies > MOST_TURNS;
}

function isGoingOn(known: LoopCount | null, now: number): known is LoopCount {
  return known !== null && now - known.lastAt < LOOP_GAP_MS;
}
