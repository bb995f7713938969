/** Compact schemas of what the API answers: every key always there, nothing beside them. */
const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const truth = { type: 'boolean' };
const date = {
  type: 'string',
  pattern: '^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \\d{2} [A-Z][a-z]{2} \\d{4} \\d{2}:\\d{2}:\\d{2} \\+0000$',
};
const dateOrNull = { anyOf: [date, { type: 'null' }] };
const sid = (prefix: string) => ({ type: 'string', pattern: `^(${prefix})[0-9a-f]{32}$` });

function whole(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const messageProperties = {
  account_sid: sid('AC'),
  api_version: { const: '2010-04-01' },
  body: text,
  date_created: date,
  date_sent: dateOrNull,
  date_updated: date,
  direction: { enum: ['inbound', 'outbound-api', 'outbound-call', 'outbound-reply'] },
  error_code: { type: ['integer', 'null'] },
  error_message: textOrNull,
  from: textOrNull,
  messaging_service_sid: { anyOf: [sid('MG'), { type: 'null' }] },
  num_media: { type: 'string', pattern: '^\\d+$' },
  num_segments: { type: 'string', pattern: '^\\d+$' },
  price: { type: ['string', 'null'], pattern: '^-?\\d+\\.\\d{5}$' },
  price_unit: { const: 'USD' },
  sid: sid('SM|MM'),
  status: text,
  subresource_uris: { type: 'object', required: ['media'], additionalProperties: text },
  tags: { type: 'object', additionalProperties: text },
  to: text,
  uri: text,
};

const numberProperties = {
  account_sid: sid('AC'),
  address_requirements: { enum: ['none', 'any', 'local', 'foreign'] },
  address_sid: textOrNull,
  api_version: text,
  beta: truth,
  bundle_sid: textOrNull,
  capabilities: whole({ voice: truth, sms: truth, mms: truth, fax: truth }),
  date_created: date,
  date_updated: date,
  emergency_address_sid: textOrNull,
  emergency_address_status: textOrNull,
  emergency_status: textOrNull,
  friendly_name: text,
  identity_sid: textOrNull,
  origin: text,
  phone_number: text,
  sid: sid('PN'),
  sms_application_sid: textOrNull,
  sms_fallback_method: text,
  sms_fallback_url: textOrNull,
  sms_method: text,
  sms_url: textOrNull,
  status: text,
  status_callback: textOrNull,
  status_callback_method: text,
  trunk_sid: textOrNull,
  type: textOrNull,
  uri: text,
  voice_application_sid: textOrNull,
  voice_caller_id_lookup: truth,
  voice_fallback_method: text,
  voice_fallback_url: textOrNull,
  voice_method: text,
  voice_receive_mode: textOrNull,
  voice_url: textOrNull,
};

const envelope = {
  end: { type: 'integer' },
  first_page_uri: text,
  next_page_uri: textOrNull,
  page: { type: 'integer' },
  page_size: { type: 'integer' },
  previous_page_uri: textOrNull,
  start: { type: 'integer' },
  uri: text,
};

export const answerSchemas = {
  message: whole(messageProperties),
  messageList: whole({ ...envelope, messages: { type: 'array', items: whole(messageProperties) } }),
  number: whole(numberProperties),
  numberList: whole({ ...envelope, incoming_phone_numbers: { type: 'array', items: whole(numberProperties) } }),
  account: whole({
    auth_token: text,
    date_created: date,
    date_updated: date,
    friendly_name: text,
    owner_account_sid: sid('AC'),
    sid: sid('AC'),
    status: { enum: ['active', 'suspended', 'closed'] },
    subresource_uris: { type: 'object', additionalProperties: text },
    type: { enum: ['Trial', 'Full'] },
    uri: text,
  }),
};
