/** What a draft's media make of its message: which of them are taken, and how they are going to leave. */
import { formatAddress } from '../domain/address.ts';
import { refuse } from '../domain/errors.ts';
import { mostMedia } from '../domain/media.ts';
import type { MessageOptions } from '../domain/message.ts';
import { hasMms } from '../domain/mms.ts';
import type { Sender } from '../store/directory.ts';
import type { Draft } from './draft.ts';
import type { Service } from './services.ts';

export interface DraftMedia {
  /** To be fetched; empty when there are none. */
  urls: string[];
  prefix: 'SM' | 'MM';
  options: MessageOptions;
}

export interface MediaRules {
  mmsCountries: readonly string[];
  /** Any sender passes. */
  lenient: boolean;
}

/**
 * Judges the sender that the request named, if it named one: without MMS it is 21621, unless a service turns media into
 * links. Where there is no MMS to the recipient, a message that no service converts fails later (30011).
 */
export function mediaOf(draft: Draft, sender: Sender | null, service: Service | null, rules: MediaRules): DraftMedia {
  const { to, from, options } = draft;
  const given = draft.mediaUrls ?? [];
  if (to.kind === 'channel') {
    // MMS is of phones.
    const { asMms: _, ...rest } = options;
    const urls = given.slice(0, mostMedia(to.channel));
    return { urls, prefix: urls.length > 0 ? 'MM' : 'SM', options: rest };
  }
  if (given.length === 0 && !options.asMms) return { urls: [], prefix: 'SM', options };
  const canMms = from === null || (sender?.canMms ?? rules.lenient);
  const isReached = hasMms(to, rules.mmsCountries);
  // Who picks the sender decides this with it.
  const isConverted = from !== null && service?.mmsConverter === true && !(canMms && isReached);
  if (!canMms && !isConverted) {
    const fix = 'Send a link in the text, use a number with MMS, or send through a service with MmsConverter';
    throw refuse(21621, {}, { parameter: 'From', received: formatAddress(from), fix });
  }
  return { urls: given, prefix: 'MM', options: isConverted ? { ...options, mediaAsLinks: true } : options };
}

/** Whether a template may bring its media by MMS to this recipient, as far as is known before a sender is picked. */
export function mayBeMms({ to, from }: Pick<Draft, 'to' | 'from'>, sender: Sender | null, rules: MediaRules): boolean {
  return hasMms(to, rules.mmsCountries) && (from === null || (sender?.canMms ?? rules.lenient));
}
