/** What comes with a message of WhatsApp, Messenger or RCS, and how a webhook is told (behaviour sheet 3.2). */
import type { Address } from './address.ts';

/** As the channel said it; what is left out was not said. Kept with the message as JSON. */
export interface ChannelDetails {
  /** The name the writer shows. */
  profileName?: string;
  /** Left out: the digits of the writer's number. */
  waId?: string;
  externalUserId?: string;
  parentExternalUserId?: string;
  profileUsername?: string;
  /** Left out: told from media, location and button. */
  messageType?: string;
  forwarded?: boolean;
  frequentlyForwarded?: boolean;
  button?: { text: string; payload: string; type: 'REPLY' | 'ACTION' };
  list?: { id: string; title: string; description: string };
  /** JSON, passed through. */
  interactiveData?: string;
  /** JSON, passed through. */
  flowData?: string;
  /** Decimal degrees. */
  location?: { latitude: number; longitude: number; address?: string; label?: string };
  referral?: {
    body?: string;
    headline?: string;
    sourceId?: string;
    sourceType?: string;
    sourceUrl?: string;
    mediaId?: string;
    mediaContentType?: string;
    mediaUrl?: string;
    ctwaClid?: string;
  };
  /** The message of ours that this one quotes; the caller leaves out what is older than seven days. */
  repliedTo?: { sid: string; sender: string };
  /** Of RCS alone. */
  rcs?: RcsWords;
}

/** What an RCS platform says beside the content, under its own names and passed through. */
export interface RcsWords {
  /** Whose platform it is. */
  provider?: string;
  /** The suggestion that was tapped. */
  suggestionResponse?: { postbackData: string; text: string; type: 'REPLY' | 'ACTION' };
  /** As what it is billed; `segmentCount`: of a text. */
  richMessageClassification?: { classificationType: string; segmentCount?: number };
}

type Params = [name: string, value: string][];

/** The parameters in three groups, for their places on the wire. */
export function channelParams(
  sender: Address | null,
  details: ChannelDetails,
  media: { contentType: string }[],
  receiver: Address | null = null,
): { profile: Params; rest: Params; metadata: Params } {
  const channel = sender?.kind === 'channel' ? sender.channel : 'whatsapp';
  const isWhatsApp = channel === 'whatsapp';
  const digits = isWhatsApp && sender?.kind === 'channel' ? sender.id.replace('+', '') : undefined;
  const { button, list, location, referral, repliedTo } = details;
  const ids = given([
    ['ExternalUserId', details.externalUserId],
    ['ParentExternalUserId', details.parentExternalUserId],
    ['ProfileUsername', details.profileUsername],
  ]);
  const repeated = given([
    ['ProfileName', details.profileName],
    ['WaId', details.waId ?? digits],
    ['Forwarded', flag(details.forwarded)],
    ['FrequentlyForwarded', flag(details.frequentlyForwarded)],
    ['ButtonText', button?.text],
    ['ButtonPayload', button?.payload],
    ['ButtonType', button?.type],
  ]);
  const profileNames = ['ProfileName', 'WaId'];
  const type = details.messageType ?? typeOf(details, media);
  const profile: Params = [
    ...repeated.filter(([name]) => profileNames.includes(name)),
    ...ids,
    ...given([['MessageType', channel === 'messenger' ? undefined : type]]),
  ];
  const rest = given([
    ...repeated.filter(([name]) => !profileNames.includes(name)),
    ['ListId', list?.id],
    ['ListTitle', list?.title],
    ['ListDescription', list?.description],
    ['InteractiveData', details.interactiveData],
    ['FlowData', details.flowData],
    ['Latitude', decimal(location?.latitude)],
    ['Longitude', decimal(location?.longitude)],
    ['Address', location?.address],
    ['Label', location?.label],
    ['OriginalRepliedMessageSid', repliedTo?.sid],
    ['OriginalRepliedMessageSender', repliedTo?.sender],
    ['ReferralNumMedia', isWhatsApp ? (referral?.mediaUrl ? '1' : '0') : undefined],
    ['ReferralBody', referral?.body],
    ['ReferralHeadline', referral?.headline],
    ['ReferralSourceId', referral?.sourceId],
    ['ReferralSourceType', referral?.sourceType],
    ['ReferralSourceUrl', referral?.sourceUrl],
    ['ReferralMediaId', referral?.mediaId],
    ['ReferralMediaContentType', referral?.mediaContentType],
    ['ReferralMediaUrl', referral?.mediaUrl],
    ['ReferralCtwaClid', referral?.ctwaClid],
  ]);
  const context = channel === 'rcs' ? rcsContext(details, receiver) : Object.fromEntries(repeated);
  const metadata = JSON.stringify({ type: channel, data: { context } });
  return { profile, rest, metadata: [['ChannelMetadata', metadata]] };
}

/** RCS repeats nothing under our names: it has its own. */
function rcsContext({ button, rcs }: ChannelDetails, receiver: Address | null): Record<string, unknown> {
  const agentId = receiver?.kind === 'channel' && receiver.channel === 'rcs' ? receiver.id : undefined;
  return {
    ...(button && { buttonPayload: button.payload, buttonType: button.type }),
    ...(agentId !== undefined && { agentId }),
    ...rcs,
  };
}

function typeOf({ location, button, list }: ChannelDetails, media: { contentType: string }[]): string {
  if (location) return 'location';
  if (button) return 'button';
  if (list) return 'interactive';
  const [first] = media;
  if (!first) return 'text';
  const [family = ''] = first.contentType.split('/', 1);
  if (first.contentType === 'image/webp') return 'sticker';
  if (/vcard/i.test(first.contentType)) return 'contacts';
  return family === 'image' || family === 'audio' || family === 'video' ? family : 'document';
}

function given(pairs: [string, string | undefined][]): Params {
  return pairs.filter((pair): pair is [string, string] => pair[1] !== undefined);
}

function flag(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : String(value);
}

/** Never in the form 1e-7. */
function decimal(degrees: number | undefined): string | undefined {
  return degrees === undefined ? undefined : degrees.toFixed(8).replace(/(?:\.|(?<![.0]))0+$/, '');
}
