/** What an RCS platform says of a message beside its content, in the words of the one that most carriers use. */
import type { ChannelDetails, RcsWords } from '../domain/inbound-channel.ts';
import type { Saying } from '../domain/phone-talk.ts';

const PROVIDER = 'google';
/** Texts are counted in pieces of so many octets of UTF-8. */
const SEGMENT_BYTES = 160;

/** The details of what a phone says by RCS, completed as its network does it. */
export function withRcsWords({ body, media, channel }: Pick<Saying, 'body' | 'media' | 'channel'>): ChannelDetails {
  const details = channel ?? {};
  return { ...details, rcs: wordsOf(body, media.length, details) };
}

function wordsOf(body: string, numMedia: number, { button }: ChannelDetails): RcsWords {
  const suggestion = button && { postbackData: button.payload, text: button.text, type: button.type };
  return {
    provider: PROVIDER,
    ...(suggestion && { suggestionResponse: suggestion }),
    richMessageClassification: classify(body, numMedia, button?.type === 'ACTION'),
  };
}

/** What it is to whoever bills it. A suggested reply is a text like any other. */
function classify(body: string, numMedia: number, isAction: boolean): RcsWords['richMessageClassification'] {
  if (isAction) return { classificationType: 'SUGGESTED_ACTION_CLICK' };
  if (numMedia > 0) return { classificationType: 'RICH_MEDIA_MESSAGE' };
  const segmentCount = Math.max(1, Math.ceil(Buffer.byteLength(body) / SEGMENT_BYTES));
  return { classificationType: 'RICH_MESSAGE', segmentCount };
}
