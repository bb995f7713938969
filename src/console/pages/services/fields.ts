/** What can be set of a Messaging Service, in the order of the wizard's steps. */
import type { Field, FormValues } from '../../parts/resource-form.tsx';
import type { Service } from './services.ts';

const USECASES = ['undeclared', 'notifications', 'marketing', 'verification', 'discussion', 'poll'];

export const NAME_FIELDS: Field[] = [
  { name: 'FriendlyName', label: 'Name', help: 'Up to 64 characters; your users never see it.', required: true },
  {
    name: 'Usecase',
    label: 'What it is for',
    kind: { options: USECASES.map((value) => ({ value, label: value })) },
  },
];

export const INCOMING_FIELDS: Field[] = [
  {
    name: 'UseInboundWebhookOnNumber',
    label: 'Ask the webhook of the number that was texted',
    kind: 'switch',
  },
  {
    name: 'InboundRequestUrl',
    label: 'A message comes in: webhook',
    help: 'Asked for TwiML with each message to a sender of the pool, unless the number’s own is.',
    placeholder: 'http://localhost:3000/sms',
  },
  { name: 'InboundMethod', label: 'Method', kind: 'method' },
  { name: 'FallbackUrl', label: 'Fallback', help: 'Asked when the webhook fails.' },
  { name: 'FallbackMethod', label: 'Fallback method', kind: 'method' },
  { name: 'StatusCallback', label: 'Status callback', help: 'Told of messages that name no callback of their own.' },
];

export const FEATURE_FIELDS: Field[] = [
  {
    name: 'StickySender',
    label: 'Sticky sender',
    kind: 'switch',
    help: 'The same recipient hears from the same number.',
  },
  {
    name: 'AreaCodeGeomatch',
    label: 'Area code geomatch',
    kind: 'switch',
    help: 'Prefers a number of the recipient’s area code.',
  },
  {
    name: 'FallbackToLongCode',
    label: 'Fallback to long code',
    kind: 'switch',
    help: 'Where a short code does not reach, a number is used.',
  },
  {
    name: 'SmartEncoding',
    label: 'Smart encoding',
    kind: 'switch',
    help: 'Replaces look-alike characters that would make a text 16 bits wide.',
  },
  { name: 'MmsConverter', label: 'MMS converter', kind: 'switch', help: 'Media become a link where MMS does not go.' },
  {
    name: 'ValidityPeriod',
    label: 'Validity period',
    help: 'Seconds, 1 to 36000. What is still queued after it fails with 30036.',
  },
];

/** What the forms show of a service, by parameter. */
export function presentOf(service: Service): FormValues {
  return {
    FriendlyName: service.friendly_name,
    Usecase: service.usecase,
    UseInboundWebhookOnNumber: String(service.use_inbound_webhook_on_number),
    InboundRequestUrl: service.inbound_request_url ?? '',
    InboundMethod: service.inbound_method,
    FallbackUrl: service.fallback_url ?? '',
    FallbackMethod: service.fallback_method,
    StatusCallback: service.status_callback ?? '',
    StickySender: String(service.sticky_sender),
    AreaCodeGeomatch: String(service.area_code_geomatch),
    FallbackToLongCode: String(service.fallback_to_long_code),
    SmartEncoding: String(service.smart_encoding),
    MmsConverter: String(service.mms_converter),
    ValidityPeriod: String(service.validity_period),
  };
}
