/**
 * A message that came in: whose webhook is asked how to answer it (behaviour sheet 3.1), and what that webhook is told
 * (3.2). The rooms that take it in and ask are in the engine.
 */
import { type Address, parseSender } from './address.ts';
import { homeOf } from './geography.ts';
import { type ChannelDetails, channelParams } from './inbound-channel.ts';
import type { OptOutType } from './keywords.ts';
import type { ServiceProperties } from './service.ts';
import type { Method } from './twiml-shapes.ts';

/** How a webhook is asked. PUT is a choice of channel senders alone; it carries the form that a POST does. */
export type WebhookMethod = Method | 'PUT';

export interface Target {
  url: string;
  method: WebhookMethod;
}

export interface InboundWebhook {
  primary: Target;
  /** Asked when the first gives nothing usable. */
  fallback: Target | null;
}

export type InboundRoute =
  /** `webhook: null`: kept as received, keywords work, nobody is asked. */
  | { receives: true; serviceSid: string | null; webhook: InboundWebhook | null }
  /** The service is set to receive nothing: not kept, not answered. */
  | { receives: false; serviceSid: string };

/** What decides; `properties` are wire properties as they are kept. */
export interface Receiver {
  /** Of the sender that was written to. */
  properties: Record<string, unknown>;
  /** Of the application that `sms_application_sid` names; `null`: none, or gone. */
  application: Record<string, unknown> | null;
  /** The service whose pool it is in. */
  service: {
    sid: string;
    properties: Pick<
      ServiceProperties,
      'inbound_request_url' | 'inbound_method' | 'fallback_url' | 'fallback_method' | 'use_inbound_webhook_on_number'
    >;
  } | null;
}

/** Which webhook is asked: the service's, unless it leaves that to the number; else the application's, else its own. */
export function routeInbound({ properties, application, service }: Receiver): InboundRoute {
  const serviceSid = service?.sid ?? null;
  if (service && !service.properties.use_inbound_webhook_on_number) {
    const { inbound_request_url, inbound_method, fallback_url, fallback_method } = service.properties;
    if (!inbound_request_url) return { receives: false, serviceSid: service.sid };
    const webhook = webhookOf(inbound_request_url, inbound_method, fallback_url, fallback_method);
    return { receives: true, serviceSid, webhook };
  }
  // Channel senders keep theirs under names of their own.
  const own = isObject(properties.webhook) ? properties.webhook : properties;
  if (own.callback_url) {
    const webhook = webhookOf(own.callback_url, own.callback_method, own.fallback_url, own.fallback_method);
    return { receives: true, serviceSid, webhook };
  }
  const { sms_url, sms_method, sms_fallback_url, sms_fallback_method } = application ?? properties;
  return { receives: true, serviceSid, webhook: webhookOf(sms_url, sms_method, sms_fallback_url, sms_fallback_method) };
}

function webhookOf(
  url: unknown,
  method: unknown,
  fallbackUrl: unknown,
  fallbackMethod: unknown,
): InboundWebhook | null {
  const primary = targetOf(url, method);
  return primary && { primary, fallback: targetOf(fallbackUrl, fallbackMethod) };
}

function targetOf(url: unknown, method: unknown): Target | null {
  if (typeof url !== 'string' || url === '') return null;
  return { url, method: method === 'GET' || method === 'PUT' ? method : 'POST' };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a webhook is told of a message. */
export interface InboundMessage {
  /** `MM…` with media, else `SM…`. */
  sid: string;
  accountSid: string;
  /** Of the receiver's service; `null`: in none. */
  serviceSid: string | null;
  /** Canonical addresses. */
  from: string;
  to: string;
  body: string;
  /** How many parts it came in. */
  numSegments: number;
  /** URLs of the Media resources, reachable before the webhook is asked. */
  media: { url: string; contentType: string }[];
  /** With Advanced Opt-Out alone. */
  optOutType: OptOutType | null;
  /** ISO 3166 of a short code that was written to. */
  shortCodeCountry: string | null;
  /** `null` for SMS and MMS. */
  channel: ChannelDetails | null;
}

export type Params = [name: string, value: string][];

const API_VERSION = '2010-04-01';

/** The parameters of the webhook, in the order seen on the wire; nobody may rely on it. */
export function inboundParams(message: InboundMessage): Params {
  const { sid, accountSid, serviceSid, from, to, body, numSegments, media } = message;
  const [sender, receiver] = [parseSender(from), parseSender(to)];
  const service: Params = serviceSid === null ? [] : [['MessagingServiceSid', serviceSid]];
  const optOut: Params = message.optOutType === null ? [] : [['OptOutType', message.optOutType]];
  const types = media.map(({ contentType }, index): [string, string] => [`MediaContentType${index}`, contentType]);
  const urls = media.map(({ url }, index): [string, string] => [`MediaUrl${index}`, url]);
  if (sender?.kind === 'channel' || receiver?.kind === 'channel') {
    const { profile, metadata, rest } = channelParams(sender, message.channel ?? {}, media, receiver);
    return [
      ...types,
      ['SmsMessageSid', sid],
      ['NumMedia', String(media.length)],
      ...profile,
      ['SmsSid', sid],
      ...optOut,
      ['SmsStatus', 'received'],
      ['Body', body],
      ['To', to],
      ...service,
      // Parts are a thing of SMS.
      ['NumSegments', '1'],
      ...rest,
      ['MessageSid', sid],
      ['AccountSid', accountSid],
      ...metadata,
      ['From', from],
      ...urls,
      ['ApiVersion', API_VERSION],
    ];
  }
  const fromHome = homeOfText(sender);
  const toHome = homeOfText(receiver, message.shortCodeCountry);
  return [
    ['ToCountry', toHome.country],
    ...types,
    ['ToState', toHome.state],
    ['SmsMessageSid', sid],
    ['NumMedia', String(media.length)],
    ['ToCity', toHome.city],
    ['FromZip', fromHome.zip],
    ['SmsSid', sid],
    ...optOut,
    ['FromState', fromHome.state],
    ['SmsStatus', 'received'],
    ['FromCity', fromHome.city],
    ['Body', body],
    ['FromCountry', fromHome.country],
    ['To', to],
    ...service,
    ['ToZip', toHome.zip],
    ['NumSegments', String(numSegments)],
    ['MessageSid', sid],
    ['AccountSid', accountSid],
    ['From', from],
    ...urls,
    ['ApiVersion', API_VERSION],
  ];
}

/** A carrier may name a sender that is no address of ours, such as a bare word: it has no home. */
function homeOfText(address: Address | null, country: string | null = null) {
  return homeOf(address ?? { kind: 'alphanumeric', id: '' }, country);
}

/** What the fallback URL is told: the same, and why it is asked. `errorUrl`: what failed, without user and password. */
export function fallbackParams(params: Params, errorCode: number, errorUrl: string): Params {
  return [...params, ['ErrorCode', String(errorCode)], ['ErrorUrl', errorUrl]];
}

/** A reply that was ordered, for the `action` URL of its `<Message>`. */
export interface OrderedReply {
  sid: string;
  accountSid: string;
  serviceSid: string | null;
  status: string;
  from: string | null;
  to: string;
  body: string;
}

export function actionParams({ sid, accountSid, serviceSid, status, from, to, body }: OrderedReply): Params {
  const params: Params = [
    ['SmsSid', sid],
    ['SmsStatus', status],
    ['MessageStatus', status],
    ['Body', body],
    ['To', to],
  ];
  if (serviceSid !== null) params.push(['MessagingServiceSid', serviceSid]);
  params.push(['MessageSid', sid], ['AccountSid', accountSid]);
  if (from !== null) params.push(['From', from]);
  params.push(['ApiVersion', API_VERSION]);
  return params;
}
