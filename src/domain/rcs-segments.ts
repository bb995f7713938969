/** `num_segments` of what leaves, by whose address it leaves from. What it costs and how long it waits is told by its cost. */
import { countryOf } from './address.ts';
import type { Message } from './message.ts';

const RCS_OCTETS = 160;

/** `cost` is its number of parts as SMS. By a channel a message is one, but for a text by RCS. */
export function segmentsFrom(from: string, message: Pick<Message, 'to' | 'body' | 'numMedia'>, cost: number): number {
  if (from.startsWith('rcs:')) return rcsSegments(message);
  return from.includes(':') ? 1 : cost;
}

/**
 * In the United States each 160 octets of a text by RCS (UTF-8) count as one segment; elsewhere, and of files
 * everywhere, a message is one (behaviour sheet 5.3). It leaves as one, waits as one and costs as one all the same.
 */
function rcsSegments({ to, body, numMedia }: Pick<Message, 'to' | 'body' | 'numMedia'>): number {
  if (numMedia > 0 || countryOf(to.replace(/^rcs:/, '')) !== 'US') return 1;
  return Math.max(1, Math.ceil(new TextEncoder().encode(body).length / RCS_OCTETS));
}
