import { isDeepStrictEqual } from 'node:util';
import type { Document, Sender } from './directory.ts';

/**
 * Whether what is stored is still what somebody judged a change by; `null`: there was none. What stands there as it is to
 * be saved was saved by this very call, whose answer got lost.
 */
export function isExpected<Kept extends Document | Sender>(
  stored: Kept | null,
  expected: Kept | null,
  wanted: Kept,
): boolean {
  return isDeepStrictEqual(stored, expected) || isDeepStrictEqual(stored, wanted);
}

/** Whether it is a place in a pool that goes with its sender. A name in a pool (`AI…`) is registered nowhere else. */
export function isOfSender({ kind, sid }: Document): boolean {
  return kind === 'pool' && !sid.startsWith('AI');
}
