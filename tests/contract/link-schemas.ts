/** Compact schemas of what `/v1/LinkShortening` answers: every key always there, nothing beside them. */
const textOrNull = { type: ['string', 'null'] };
const truth = { type: 'boolean' };
const date = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z$' };
const dateOrNull = { anyOf: [date, { type: 'null' }] };
const url = { type: 'string', pattern: '^https?://[^/]+/v1/LinkShortening/' };
const sid = (prefix: string) => ({ type: 'string', pattern: `^${prefix}[0-9a-f]{32}$` });
const sidOrNull = (prefix: string) => ({ anyOf: [sid(prefix), { type: 'null' }] });

function whole(properties: Record<string, object>): object {
  return { type: 'object', properties, required: Object.keys(properties), additionalProperties: false };
}

const config = {
  domain_sid: sid('DN'),
  config_sid: sid('ZK'),
  fallback_url: textOrNull,
  callback_url: textOrNull,
  continue_on_failure: truth,
  date_created: date,
  date_updated: date,
  url,
};
const certificate = {
  domain_sid: sid('DN'),
  domain_name: { type: 'string', pattern: '^https?://' },
  date_created: date,
  date_updated: date,
  url,
};

export const linkSchemas = {
  config: whole({ ...config, disable_https: truth }),
  configOfService: whole({ ...config, messaging_service_sid: sid('MG') }),
  dns: whole({ domain_sid: sid('DN'), is_valid: truth, reason: { type: 'string' }, url }),
  certificate: whole({
    ...certificate,
    certificate_sid: sid('CW'),
    date_expires: date,
    cert_in_validation: { type: 'null' },
  }),
  managed: whole({
    ...certificate,
    certificate_sid: sidOrNull('CW'),
    date_expires: dateOrNull,
    managed: { const: false },
    requesting: { const: false },
  }),
  service: whole({ domain_sid: sid('DN'), messaging_service_sid: sid('MG'), url }),
  domains: whole({
    domains: {
      type: 'array',
      minItems: 2,
      items: whole({
        sid: sid('DN'),
        domain_name: { type: 'string', pattern: '^https?://' },
        messaging_service_sids: { anyOf: [{ type: 'array', items: sid('MG') }, { type: 'null' }] },
        url,
      }),
    },
  }),
};
