/** US A2P campaigns: what a customer declares about the messages of a service, under its wire names, and the codes for it. */

/** The properties of a document of kind `campaign`, in the order of the wire. `null`: not declared. */
export interface CampaignProperties {
  brand_registration_sid: string | null;
  description: string | null;
  message_samples: string[];
  us_app_to_person_usecase: string | null;
  has_embedded_links: boolean;
  has_embedded_phone: boolean;
  subscriber_opt_in: boolean;
  age_gated: boolean;
  direct_lending: boolean;
  campaign_status: CampaignStatus;
  /** Of the campaign registry, which alone gives one. */
  campaign_id: string | null;
  is_externally_registered: boolean;
  message_flow: string | null;
  opt_in_message: string | null;
  opt_out_message: string | null;
  help_message: string | null;
  opt_in_keywords: string[];
  opt_out_keywords: string[];
  help_keywords: string[];
  privacy_policy_url: string | null;
  terms_and_conditions_url: string | null;
  /** Nobody but a simulated registry has seen it. */
  mock: boolean;
}

export type CampaignStatus = 'IN_PROGRESS' | 'VERIFIED';

/** What a campaign is of which nothing is declared. Source: messaging_v1 description, example `createWithDefaults`. */
export const CAMPAIGN_DEFAULTS: Omit<CampaignProperties, 'campaign_status' | 'mock'> = {
  brand_registration_sid: null,
  description: null,
  message_samples: [],
  us_app_to_person_usecase: null,
  has_embedded_links: false,
  has_embedded_phone: false,
  subscriber_opt_in: false,
  age_gated: false,
  direct_lending: false,
  campaign_id: null,
  is_externally_registered: false,
  message_flow: null,
  opt_in_message: null,
  opt_out_message:
    'You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.',
  help_message: 'Reply STOP to unsubscribe. Msg&Data Rates May Apply.',
  opt_in_keywords: [],
  opt_out_keywords: ['STOP', 'STOPALL', 'UNSUBSCRIBE', 'CANCEL', 'END', 'QUIT'],
  help_keywords: ['HELP', 'INFO'],
  privacy_policy_url: null,
  terms_and_conditions_url: null,
};

/** A brand of one person has this use case and no other; it is not listed with the others. */
export const SOLE_PROPRIETOR = 'SOLE_PROPRIETOR';

/** Code, name, what it covers, and whether carriers look at it again after the registry has approved it. */
const USECASES: [code: string, name: string, description: string, postApprovalRequired: boolean][] = [
  ['2FA', 'Two-factor authentication', 'One-time codes and password resets.', false],
  ['ACCOUNT_NOTIFICATION', 'Account notification', 'Reminders and alerts about an account.', false],
  ['AGENTS_FRANCHISES', 'Agents and franchises', 'One brand, a number for each agent or office.', true],
  ['CHARITY', 'Charity', 'Charities registered as such, but no churches.', false],
  ['PROXY', 'Proxy', 'People who write to each other without seeing their numbers.', true],
  ['CUSTOMER_CARE', 'Customer care', 'Support, and the management of accounts.', false],
  ['DELIVERY_NOTIFICATION', 'Delivery notification', 'Where a parcel or a service is.', false],
  ['EMERGENCY', 'Emergency', 'Public safety and health in an emergency.', true],
  ['FRAUD_ALERT', 'Fraud alert', 'Suspicion of fraud.', false],
  ['HIGHER_EDUCATION', 'Higher education', 'Colleges, universities and school districts.', false],
  ['K12_EDUCATION', 'K-12 education', 'Schools up to grade 12, and distance learning.', true],
  ['LOW_VOLUME', 'Low volume mixed', 'Several uses, few messages.', false],
  ['MARKETING', 'Marketing', 'Offers and news of products.', false],
  ['MIXED', 'Mixed', 'Several uses.', false],
  ['POLITICAL', 'Political', 'Election campaigns.', false],
  ['POLLING_VOTING', 'Polling and voting', 'Surveys and votes that are not political.', false],
  [
    'PUBLIC_SERVICE_ANNOUNCEMENT',
    'Public service announcement',
    'News for the public about a matter of its own.',
    false,
  ],
  ['SECURITY_ALERT', 'Security alert', 'A system may have been broken into.', false],
  ['SOCIAL', 'Social', 'Public figures and their communities.', true],
  ['SWEEPSTAKE', 'Sweepstake', 'Games of chance.', true],
];

/** As `…/Compliance/Usa2p/Usecases` lists them. */
export const CAMPAIGN_USECASES = USECASES.map(([code, name, description, postApprovalRequired]) => ({
  code,
  name,
  description,
  post_approval_required: postApprovalRequired,
}));
