/** Compact schemas of what `/v1/Services` answers: every key always there, nothing beside them. */
const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const truth = { type: 'boolean' };
const date = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
const url = { type: 'string', pattern: '^https?://[^/]+/v1/Services' };
const urlOrNull = { anyOf: [url, { type: 'null' }] };
const method = { enum: ['GET', 'POST'] };
const sid = (prefix: string) => ({ type: 'string', pattern: `^${prefix}[0-9a-f]{32}$` });

function whole(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

function list(key: string, item: object): object {
  const meta = whole({
    page: { type: 'integer' },
    page_size: { type: 'integer' },
    first_page_url: url,
    previous_page_url: urlOrNull,
    url,
    next_page_url: urlOrNull,
    key: { const: key },
  });
  return whole({ meta, [key]: { type: 'array', items: item, minItems: 1 } });
}

const service = whole({
  account_sid: sid('AC'),
  sid: sid('MG'),
  date_created: date,
  date_updated: date,
  friendly_name: text,
  inbound_request_url: textOrNull,
  inbound_method: method,
  fallback_url: textOrNull,
  fallback_method: method,
  status_callback: textOrNull,
  sticky_sender: truth,
  mms_converter: truth,
  smart_encoding: truth,
  scan_message_content: { enum: ['inherit', 'enable', 'disable'] },
  fallback_to_long_code: truth,
  area_code_geomatch: truth,
  validity_period: { type: 'integer', minimum: 1, maximum: 36_000 },
  synchronous_validation: truth,
  usecase: text,
  us_app_to_person_registered: truth,
  use_inbound_webhook_on_number: truth,
  url,
  links: whole({
    phone_numbers: url,
    short_codes: url,
    alpha_senders: url,
    messages: url,
    us_app_to_person: url,
    us_app_to_person_usecases: url,
    channel_senders: url,
    destination_alpha_senders: url,
  }),
});

const dates = { date_created: date, date_updated: date };
const capabilities = { type: 'array', items: { enum: ['MMS', 'SMS', 'Voice'] } };
const pooled = { account_sid: sid('AC'), service_sid: sid('MG'), ...dates, capabilities, url };
const phoneNumber = whole({ ...pooled, sid: sid('PN'), phone_number: text, country_code: textOrNull });
const shortCode = whole({ ...pooled, sid: sid('SC'), short_code: text, country_code: textOrNull });
const alphaSender = whole({ ...pooled, sid: sid('AI'), alpha_sender: text });
const destinationAlphaSender = whole({ ...pooled, sid: sid('AI'), alpha_sender: text, iso_country_code: text });
const channelSender = whole({
  account_sid: sid('AC'),
  messaging_service_sid: sid('MG'),
  sid: sid('XE'),
  sender: text,
  sender_type: { enum: ['WhatsApp', 'Messenger', 'RCS'] },
  country_code: textOrNull,
  ...dates,
  url,
});

const words = { type: 'array', items: text };
const campaign = whole({
  sid: sid('QE'),
  account_sid: sid('AC'),
  messaging_service_sid: sid('MG'),
  brand_registration_sid: textOrNull,
  description: textOrNull,
  message_samples: words,
  us_app_to_person_usecase: textOrNull,
  has_embedded_links: truth,
  has_embedded_phone: truth,
  subscriber_opt_in: truth,
  age_gated: truth,
  direct_lending: truth,
  campaign_status: { enum: ['IN_PROGRESS', 'VERIFIED'] },
  campaign_id: textOrNull,
  is_externally_registered: truth,
  rate_limits: { type: 'null' },
  message_flow: textOrNull,
  opt_in_message: textOrNull,
  opt_out_message: textOrNull,
  help_message: textOrNull,
  opt_in_keywords: words,
  opt_out_keywords: words,
  help_keywords: words,
  privacy_policy_url: textOrNull,
  terms_and_conditions_url: textOrNull,
  ...dates,
  url,
  mock: truth,
  errors: { type: 'array', maxItems: 0 },
});
const usecase = whole({ code: text, name: text, description: text, post_approval_required: truth });

export const serviceSchemas = {
  destinationAlphaSender,
  destinationAlphaSenderList: list('alpha_senders', destinationAlphaSender),
  campaign,
  campaignList: list('compliance', campaign),
  campaignUsecases: whole({ us_app_to_person_usecases: { type: 'array', items: usecase, minItems: 20 } }),
  externalCampaign: whole({
    sid: sid('QE'),
    account_sid: sid('AC'),
    campaign_id: text,
    messaging_service_sid: sid('MG'),
    date_created: date,
  }),
  service,
  serviceList: list('services', service),
  phoneNumber,
  phoneNumberList: list('phone_numbers', phoneNumber),
  shortCode,
  shortCodeList: list('short_codes', shortCode),
  alphaSender,
  alphaSenderList: list('alpha_senders', alphaSender),
  channelSender,
  channelSenderList: list('senders', channelSender),
  usecases: whole({
    usecases: { type: 'array', items: whole({ usecase: text, description: text, purpose: text }), minItems: 6 },
  }),
};
