/** Whether the media of a message that a service sends leave as MMS, or as links in its text (behaviour sheet 7.5). */
import type { Address } from '../domain/address.ts';
import { hasMms } from '../domain/mms.ts';
import type { Narrowed } from '../domain/senders.ts';

/** `narrow`: the senders that would do, with or without media. A pool without MMS is no obstacle to links. */
export function narrowForMedia(
  { to, hasMedia }: { to: Address; hasMedia: boolean },
  mmsConverter: boolean,
  mmsCountries: readonly string[],
  narrow: (hasMedia: boolean) => Narrowed,
): { narrowed: Narrowed; mediaAsLinks: boolean } {
  if (!hasMedia || to.kind === 'channel') return { narrowed: narrow(false), mediaAsLinks: false };
  const reaches = hasMms(to, mmsCountries);
  if (!reaches && !mmsConverter) {
    const reasons = ['there is no MMS to the country of the recipient, and mms_converter is off'];
    return { narrowed: { candidates: [], reasons, errorCode: 30011 }, mediaAsLinks: false };
  }
  const asMms = reaches ? narrow(true) : null;
  if (asMms && (asMms.candidates.length > 0 || !mmsConverter)) return { narrowed: asMms, mediaAsLinks: false };
  const narrowed = narrow(false);
  const why = reaches ? 'none of its senders has MMS' : 'there is no MMS to the country of the recipient';
  return {
    narrowed: { ...narrowed, reasons: [`media as links because ${why}`, ...narrowed.reasons] },
    mediaAsLinks: true,
  };
}
