/** Messaging Services: the settings of one under their wire names, and what each is when nobody has said. */

/** The properties of a document of kind `service`, in the order of the wire. */
export interface ServiceProperties {
  friendly_name: string;
  /** `null`: nothing is received for the pool, unless `use_inbound_webhook_on_number`. */
  inbound_request_url: string | null;
  inbound_method: 'GET' | 'POST';
  fallback_url: string | null;
  fallback_method: 'GET' | 'POST';
  /** Used by messages that name no callback of their own. */
  status_callback: string | null;
  sticky_sender: boolean;
  mms_converter: boolean;
  smart_encoding: boolean;
  scan_message_content: 'inherit' | 'enable' | 'disable';
  fallback_to_long_code: boolean;
  area_code_geomatch: boolean;
  /** Seconds, 1 to 36 000. */
  validity_period: number;
  synchronous_validation: boolean;
  usecase: string;
  use_inbound_webhook_on_number: boolean;
}

export const LONGEST_VALIDITY_SECONDS = 36_000;

/** A fresh service (behaviour sheet 7.1). The account's default service is this until it is changed. */
export const SERVICE_DEFAULTS: ServiceProperties = {
  friendly_name: 'Default Messaging Service',
  inbound_request_url: null,
  inbound_method: 'POST',
  fallback_url: null,
  fallback_method: 'POST',
  status_callback: null,
  sticky_sender: true,
  mms_converter: true,
  smart_encoding: true,
  scan_message_content: 'inherit',
  fallback_to_long_code: true,
  area_code_geomatch: true,
  validity_period: LONGEST_VALIDITY_SECONDS,
  synchronous_validation: false,
  usecase: 'undeclared',
  use_inbound_webhook_on_number: false,
};

/** What a service is for: usecase, what it covers, and the purpose in the customer's words. */
export const USECASES = [
  {
    usecase: 'notifications',
    description: 'News about an order, account or appointment.',
    purpose: 'Notify my users.',
  },
  { usecase: 'marketing', description: 'Offers and news of products.', purpose: 'Market my services.' },
  { usecase: 'verification', description: 'One-time codes and confirmations.', purpose: 'Verify users.' },
  { usecase: 'discussion', description: 'Talks between people, or with support.', purpose: 'Engage in a discussion.' },
  { usecase: 'poll', description: 'Questions and votes.', purpose: 'Poll my audience.' },
  { usecase: 'undeclared', description: 'Anything else, or not yet decided.', purpose: 'Not declared.' },
] as const;
