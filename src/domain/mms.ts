/** When a message is an MMS, where there is MMS at all, and what leaves as text. */
import { type Address, countryOf } from './address.ts';
import { withLinks } from './media.ts';
import type { Message } from './message.ts';
import { isMms } from './prices.ts';
import { type Segmented, segment } from './segments.ts';
import { smartEncode } from './smart-encoding.ts';

/** The United States with their territories, Canada and Australia (behaviour sheet 14.1). */
export const MMS_COUNTRIES = ['US', 'CA', 'PR', 'VI', 'GU', 'AS', 'MP', 'AU'];

const MAGIC = '+15005550006';

export function hasMms(to: Address, countries: readonly string[]): boolean {
  if (to.kind !== 'number') return false;
  const country = countryOf(to.e164);
  return to.e164 === MAGIC || (country !== null && countries.includes(country));
}

/** Whether a sender can send MMS when nobody has said: short codes and the long codes of North America can. */
export function canMmsByKind(from: Address): boolean {
  switch (from.kind) {
    case 'number':
      return from.e164.startsWith('+1');
    case 'short-code':
    case 'channel':
      return true;
    case 'alphanumeric':
      return false;
  }
}

export type Leaving = Pick<Message, 'from' | 'to' | 'body' | 'numMedia' | 'options' | 'smartEncoded'>;

/** As MMS, and not on a channel, which has its own way with media. */
export function leavesAsMms(message: Omit<Leaving, 'body' | 'smartEncoded'>): boolean {
  return isMms(message) && !message.to.includes(':') && !message.from?.includes(':');
}

/**
 * The parts in which a message leaves: its text, with `links` in place of its media where it leaves so. On a channel,
 * and as MMS, it is one part, whatever it holds.
 */
export function partsOf(message: Leaving, links: readonly string[]): Segmented {
  const text = message.options.mediaAsLinks ? withLinks(message.body, links) : message.body;
  const isWhole = message.to.includes(':') || message.from?.includes(':') || leavesAsMms(message);
  const segmented = segment(message.smartEncoded && !isWhole ? smartEncode(text) : text);
  return isWhole ? { ...segmented, parts: [text] } : segmented;
}

/** Links as long as the real ones, for counting before there are media. */
export function standIns(count: number, linkOf: (sid: string) => string): string[] {
  return count === 0 ? [] : Array<string>(count).fill(linkOf(`ME${'0'.repeat(32)}`));
}
