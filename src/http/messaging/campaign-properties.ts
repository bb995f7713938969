/** What a request declares about a campaign: each parameter, checked and put into its wire property. */
import { parseCallbackUrl } from '../../domain/callback-url.ts';
import { CAMPAIGN_USECASES, type CampaignProperties, SOLE_PROPRIETOR } from '../../domain/campaign.ts';
import { refuse } from '../../domain/errors.ts';
import type { Form } from '../form.ts';
import { readBoolean, readChoice } from '../parameters.ts';
import { missingParameter } from './services.ts';

/** Answers `undefined` for what the request does not declare. */
type Reader = (form: Form, parameter: string) => unknown;

type Field = [parameter: string, property: keyof CampaignProperties, read: Reader];

const SAMPLES = { fewest: 2, most: 5, shortest: 20, longest: 1024 };
/** Of all keywords of a kind together. */
const LONGEST_KEYWORDS = 255;
const BRAND = /^BN[0-9a-fA-F]{32}$/;

/** What the registry may ask to have put right later. */
const CHANGEABLE: Field[] = [
  ['Description', 'description', textOf(40, 4096)],
  ['MessageFlow', 'message_flow', textOf(40, 2048)],
  ['MessageSamples', 'message_samples', readSamples],
  ['HasEmbeddedLinks', 'has_embedded_links', readBoolean],
  ['HasEmbeddedPhone', 'has_embedded_phone', readBoolean],
  ['AgeGated', 'age_gated', readBoolean],
  ['DirectLending', 'direct_lending', readBoolean],
  ['PrivacyPolicyUrl', 'privacy_policy_url', readUrl],
  ['TermsAndConditionsUrl', 'terms_and_conditions_url', readUrl],
];

const FIXED: Field[] = [
  ['BrandRegistrationSid', 'brand_registration_sid', readBrand],
  ['UsAppToPersonUsecase', 'us_app_to_person_usecase', readUsecase],
  ['OptInMessage', 'opt_in_message', textOf(20, 320)],
  ['OptOutMessage', 'opt_out_message', textOf(20, 320)],
  ['HelpMessage', 'help_message', textOf(20, 320)],
  ['OptInKeywords', 'opt_in_keywords', readKeywords],
  ['OptOutKeywords', 'opt_out_keywords', readKeywords],
  ['HelpKeywords', 'help_keywords', readKeywords],
  ['SubscriberOptIn', 'subscriber_opt_in', readBoolean],
];

const ALWAYS_REQUIRED = ['Description', 'MessageFlow', 'MessageSamples', 'HasEmbeddedLinks', 'HasEmbeddedPhone'];
const REQUIRED_AT_FIRST = ['BrandRegistrationSid', ...ALWAYS_REQUIRED, 'UsAppToPersonUsecase'];
const REQUIRED_LATER = [...ALWAYS_REQUIRED, 'AgeGated', 'DirectLending'];

/** All that a new campaign declares. */
export function readCampaign(form: Form): Partial<CampaignProperties> {
  return readFields(form, [...FIXED, ...CHANGEABLE], REQUIRED_AT_FIRST);
}

/** What a later request may change; the rest of a campaign stays. */
export function readCampaignChange(form: Form): Partial<CampaignProperties> {
  return readFields(form, CHANGEABLE, REQUIRED_LATER);
}

function readFields(form: Form, fields: Field[], required: string[]): Partial<CampaignProperties> {
  for (const parameter of required) {
    if (form.all(parameter).every((value) => value === '')) throw missingParameter(parameter, 'Send a value for it.');
  }
  const read = fields.flatMap(([parameter, property, reader]) => {
    const value = reader(form, parameter);
    return value === undefined ? [] : [[property, value]];
  });
  return Object.fromEntries(read);
}

function textOf(shortest: number, longest: number): Reader {
  return (form, parameter) => {
    const text = form.one(parameter);
    return text ? fitting(parameter, text, shortest, longest) : undefined;
  };
}

function fitting(parameter: string, text: string, shortest: number, longest: number): string {
  const length = [...text].length;
  if (length >= shortest && length <= longest) return text;
  const allowed = `${shortest} to ${longest} characters`;
  throw refuse(20001, {}, { parameter, received: `${length} characters`, allowed });
}

function readSamples(form: Form, parameter: string): string[] | undefined {
  const samples = form.all(parameter);
  if (samples.length === 0) return undefined;
  const { fewest, most, shortest, longest } = SAMPLES;
  if (samples.length < fewest || samples.length > most) {
    const allowed = `${fewest} to ${most} samples`;
    throw refuse(
      20001,
      {},
      { parameter, received: `${samples.length} samples`, allowed, fix: 'Repeat the parameter.' },
    );
  }
  return samples.map((sample) => fitting(parameter, sample, shortest, longest));
}

function readKeywords(form: Form, parameter: string): string[] | undefined {
  const words = form.all(parameter).filter((word) => word !== '');
  if (words.length === 0) return undefined;
  const isFitting = words.every((word) => /^[\p{L}\p{N}]+$/u.test(word)) && words.join('').length <= LONGEST_KEYWORDS;
  if (isFitting) return words;
  const allowed = `words of letters and digits, ${LONGEST_KEYWORDS} characters together`;
  throw refuse(20001, {}, { parameter, received: words.join(', '), allowed });
}

function readBrand(form: Form, parameter: string): string | undefined {
  const text = form.one(parameter);
  if (text === undefined || BRAND.test(text)) return text;
  throw refuse(20001, {}, { parameter, received: text, allowed: 'BN and 32 hex digits' });
}

function readUsecase(form: Form, parameter: string): string | undefined {
  return readChoice(form, parameter, [...CAMPAIGN_USECASES.map(({ code }) => code), SOLE_PROPRIETOR]);
}

function readUrl(form: Form, parameter: string): string | undefined {
  const url = form.one(parameter);
  if (!url) return undefined;
  const parsed = parseCallbackUrl(url);
  if (parsed.ok) return url;
  const allowed = 'an absolute http or https URL';
  throw refuse(20001, {}, { parameter, received: url, allowed, fix: `Not accepted: ${parsed.why}.` });
}
