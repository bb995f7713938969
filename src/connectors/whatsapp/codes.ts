/**
 * What the Graph API answers and what its webhooks tell of failures, in our numbers (behaviour sheet 11.2 and 12.3;
 * the public list of error codes of WhatsApp Cloud). One table: code → number, and whether to come again.
 */
export type Verdict =
  | { kind: 'refused'; errorCode: number; class?: 'route' }
  /** The whole connector waits: more would only make it longer. */
  | { kind: 'pause' }
  /** This pair of numbers alone has had enough. */
  | { kind: 'busy'; retryAfterMs: number }
  /** Perhaps next time: a few times. */
  | { kind: 'again'; errorCode: number }
  /** The token is no good. Nothing is refused for it: it may be mended before the messages are too old. */
  | { kind: 'unauthorised' };

const message = (errorCode: number): Verdict => ({ kind: 'refused', errorCode });
const route = (errorCode: number): Verdict => ({ kind: 'refused', errorCode, class: 'route' });
const PAUSE: Verdict = { kind: 'pause' };
/** One message in six seconds to one person. */
const PAIR_MS = 6_000;

const TABLE: ReadonlyMap<number, Verdict> = new Map<number, Verdict>([
  [0, { kind: 'unauthorised' }],
  [190, { kind: 'unauthorised' }],
  [1, { kind: 'again', errorCode: 63010 }],
  [2, PAUSE],
  [3, route(63001)],
  [4, PAUSE],
  [10, route(63001)],
  [33, route(63002)],
  [100, message(63011)],
  [368, route(63013)],
  [80007, PAUSE],
  [130429, PAUSE],
  [130472, message(63032)],
  [130497, route(63013)],
  [131000, { kind: 'again', errorCode: 63010 }],
  [131005, route(63001)],
  [131008, message(63011)],
  [131009, message(63011)],
  [131016, PAUSE],
  [131021, message(63031)],
  [131026, message(63024)],
  [131030, message(63015)],
  [131031, route(63051)],
  [131037, route(63022)],
  [131042, route(63020)],
  [131045, route(63022)],
  [131047, message(63016)],
  [131048, PAUSE],
  [131049, message(63049)],
  [131050, message(63033)],
  [131051, message(63005)],
  [131052, message(63019)],
  [131053, message(63037)],
  [131056, { kind: 'busy', retryAfterMs: PAIR_MS }],
  [131057, PAUSE],
  [132000, message(63028)],
  [132001, message(63027)],
  [132005, message(63021)],
  [132007, message(63013)],
  [132012, message(63021)],
  [132015, message(63041)],
  [132016, message(63042)],
  [132068, message(63005)],
  [132069, message(63018)],
  [133004, PAUSE],
  [133010, route(63002)],
  [134011, route(63062)],
  [134102, message(63027)],
  [135000, message(63023)],
]);

/** `null`: it is not in the table. */
export function verdictOf(code: number): Verdict | null {
  if (code >= 200 && code <= 299) return route(63001);
  return TABLE.get(code) ?? null;
}

const UNKNOWN = 30008;
/** What a webhook tells is over, whatever could be tried again at a hand-over. */
const TOLD_LATE: Partial<Record<Verdict['kind'], number>> = { pause: 63018, busy: 63018, unauthorised: 63001 };

/** Of a message that was taken and failed after that; `isKnown`: whether the table has it. */
export function codeOfFailure(code: number): { errorCode: number; isKnown: boolean } {
  const verdict = verdictOf(code);
  if (!verdict) return { errorCode: UNKNOWN, isKnown: false };
  const errorCode = 'errorCode' in verdict ? verdict.errorCode : TOLD_LATE[verdict.kind];
  return { errorCode: errorCode ?? UNKNOWN, isKnown: true };
}
