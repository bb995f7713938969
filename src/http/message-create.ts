/** Message create: every parameter of the resource read and given its right refusal. Sources: rest-api 6.3, 9.2; seed 004. */
import { fixOfLostPlus, formatAddress, parseSender, parseTo } from '../domain/address.ts';
import { parseCallbackUrl } from '../domain/callback-url.ts';
import type { Clock } from '../domain/clock.ts';
import { readVariables } from '../domain/content.ts';
import { refuse } from '../domain/errors.ts';
import type { MessageOptions } from '../domain/message.ts';
import { characters } from '../domain/segments.ts';
import { isSid } from '../domain/sid.ts';
import { type Draft, judgeMediaUrls, LONGEST_BODY } from '../engine/draft.ts';
import type { Form } from './form.ts';
import { readActions, readHints } from './message-extras.ts';
import { readSchedule, type ScheduleLimits } from './message-schedule.ts';
import { readBoolean, readChoice, readMicros, readTags } from './parameters.ts';
import { canonicalSid } from './sids.ts';

export interface CreateLimits extends ScheduleLimits {
  /** `MaxPrice` is judged only when the operator enforces it (settled 6). */
  enforceMaxPrice: boolean;
}

const MAX_VALIDITY_SECONDS = 36_000;
const MAX_URL_LENGTH = 2_048;

/** Reads a create request. Throws the refusal of the first parameter that is wrong, in the order of rest-api 6.3. */
export function parseDraft(form: Form, clock: Clock, limits: CreateLimits): Draft {
  const { to: toText, sender, serviceSid, body } = presence(form);
  const to = parseTo(toText);
  if (!to) {
    throw refuse(
      21211,
      { To: toText },
      {
        parameter: 'To',
        received: toText,
        fix:
          fixOfLostPlus(toText) ??
          'Use E.164, such as +12025550101, or a channel address such as whatsapp:+12025550101',
      },
    );
  }
  const from = sender === undefined ? null : parseSender(sender);
  if (sender !== undefined && !from) {
    throw refuse(
      21212,
      { From: sender },
      {
        parameter: 'From',
        received: sender,
        fix: fixOfLostPlus(sender) ?? 'Use a number in E.164, a short code or up to 11 letters and digits',
      },
    );
  }
  const toChannel = to.kind === 'channel' ? to.channel : 'sms';
  const fromChannel = from?.kind === 'channel' ? from.channel : 'sms';
  if (from && toChannel !== fromChannel) {
    throw refuse(
      21910,
      {},
      { parameter: 'From', received: `${sender} → ${toText}`, fix: 'Give From and To the same channel prefix' },
    );
  }
  const mediaUrls = readMedia(form);
  const callback = readCallback(form);
  const validitySeconds = readValidity(form);
  const content = readContent(form);
  const fallbackFrom = readFallback(form, sender, serviceSid);
  const optional = readOptions(form, limits);
  if (fallbackFrom !== undefined) optional.options.fallbackFrom = fallbackFrom;
  if (serviceSid !== undefined && !isSid(serviceSid, 'MG')) {
    throw refuse(21705, {}, { parameter: 'MessagingServiceSid', received: serviceSid });
  }
  const sendAt = readSchedule(form, clock, limits, serviceSid !== undefined);
  if (sendAt !== null && toChannel === 'messenger') {
    const fix = 'Schedule SMS, MMS, WhatsApp or RCS; send to Messenger at its hour.';
    throw refuse(35126, {}, { parameter: 'To', received: toText, fix });
  }
  const service = { serviceSid: serviceSid === undefined ? null : canonicalSid(serviceSid), sendAt };
  return { to, from, ...service, body: body ?? '', mediaUrls, ...callback, ...content, validitySeconds, ...optional };
}

function presence(form: Form) {
  const recipients = form.all('To');
  if (recipients.length > 1 || recipients[0]?.includes(',')) {
    throw refuse(
      21653,
      {},
      { parameter: 'To', received: recipients.join(', '), fix: 'Send one request for each recipient' },
    );
  }
  const to = recipients[0];
  if (to === undefined || to.trim() === '') throw refuse(21604, {}, { parameter: 'To', received: to ?? '' });
  const given = form.one('From') || undefined;
  // Old seeds: a service may be named in `From`.
  const fromIsService = given !== undefined && /^MG/.test(given) && given.length === 34;
  const serviceSid = form.one('MessagingServiceSid') || (fromIsService ? given : undefined);
  const sender = fromIsService ? undefined : given;
  if (sender === undefined && serviceSid === undefined) {
    readFallback(form, sender, serviceSid);
    throw refuse(
      21603,
      {},
      { parameter: 'From', received: '', fix: 'Give From (a number of this account) or MessagingServiceSid' },
    );
  }
  const body = form.one('Body');
  if (hasContent(form)) return { to, sender, serviceSid, body };
  if (form.all('MediaUrl').every((url) => url === '')) {
    if (body === undefined) throw refuse(21619, {}, { parameter: 'Body', fix: 'Give Body, MediaUrl or ContentSid' });
    if (body === '') throw refuse(21602, {}, { parameter: 'Body', received: '', fix: 'Give the text to send' });
  }
  if (body !== undefined && characters(body) > LONGEST_BODY) {
    throw refuse(
      21617,
      {},
      { parameter: 'Body', received: `${characters(body)} characters`, allowed: `up to ${LONGEST_BODY}` },
    );
  }
  return { to, sender, serviceSid, body };
}

/** With a template, body and media of the request are ignored, so nothing about them is wrong. */
function hasContent(form: Form): boolean {
  return Boolean(form.one('ContentSid'));
}

function readMedia(form: Form): string[] {
  if (hasContent(form)) return [];
  const urls = form.all('MediaUrl').filter((url) => url !== '');
  judgeMediaUrls(urls, 'MediaUrl');
  return urls;
}

/** `StatusCallback` beats `ApplicationSid` (settled 8), which is then not even looked at. */
function readCallback(form: Form): Pick<Draft, 'callbackUrl' | 'applicationSid'> {
  const callback = form.one('StatusCallback') || undefined;
  if (callback !== undefined) {
    if (callback.length > MAX_URL_LENGTH) {
      throw refuse(
        21658,
        {},
        { parameter: 'StatusCallback', received: `${callback.length} characters`, allowed: `up to ${MAX_URL_LENGTH}` },
      );
    }
    const parsed = parseCallbackUrl(callback);
    if (!parsed.ok) throw refuse(21609, {}, { parameter: 'StatusCallback', received: callback, fix: parsed.why });
    return { callbackUrl: callback };
  }
  const application = form.one('ApplicationSid') || undefined;
  return { callbackUrl: null, ...(application !== undefined && { applicationSid: canonicalSid(application) }) };
}

function readValidity(form: Form): number | null {
  const text = form.one('ValidityPeriod');
  if (text === undefined || text === '') return null;
  const seconds = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds >= 1 && seconds <= MAX_VALIDITY_SECONDS)) {
    throw refuse(
      21624,
      {},
      { parameter: 'ValidityPeriod', received: text, allowed: `whole seconds from 1 to ${MAX_VALIDITY_SECONDS}` },
    );
  }
  return seconds;
}

/** Whether the account has the template is not known here. Content wins over `Body`, which is then ignored. */
function readContent(form: Form): Pick<Draft, 'content'> {
  const contentSid = form.one('ContentSid') || undefined;
  const variables = form.one('ContentVariables') || undefined;
  if (contentSid === undefined) {
    if (variables === undefined) return {};
    throw refuse(21654, {}, { parameter: 'ContentSid', fix: 'ContentVariables need a ContentSid' });
  }
  const read = readVariables(variables ?? '{}');
  if (!read.ok) {
    const details = { parameter: 'ContentVariables', received: variables ?? '', fix: `Not accepted: ${read.why}` };
    throw read.reason === 'too-long'
      ? refuse(21658, {}, details)
      : refuse(21656, {}, { ...details, allowed: 'a JSON object such as {"1":"Ada"}' });
  }
  if (!isSid(contentSid, 'HX')) throw refuse(21655, {}, { parameter: 'ContentSid', received: contentSid });
  return { content: { sid: canonicalSid(contentSid), variables: read.values } };
}

/** Who sends the SMS when RCS cannot. Whether the service has RCS at all, and whose it is, is not known here. */
function readFallback(form: Form, sender: string | undefined, serviceSid: string | undefined): string | undefined {
  const fallback = form.one('FallbackFrom') || undefined;
  if (fallback === undefined) return undefined;
  const details = { parameter: 'FallbackFrom', received: fallback };
  if (sender !== undefined) throw refuse(21664, {}, details);
  if (serviceSid === undefined) throw refuse(21666, {}, details);
  const address = parseSender(fallback);
  if (!address || address.kind === 'channel') throw refuse(21665, {}, details);
  return formatAddress(address);
}

function readOptions(form: Form, limits: CreateLimits) {
  const options: MessageOptions = {
    ...(readBoolean(form, 'SendAsMms') && { asMms: true as const }),
    ...readHints(form),
    ...readActions(form),
    ...readRetention(form),
  };
  return {
    smartEncoded: readBoolean(form, 'SmartEncoded') ?? null,
    shortenUrls: readBoolean(form, 'ShortenUrls') ?? false,
    provideFeedback: readBoolean(form, 'ProvideFeedback') ?? false,
    maxPriceMicros: limits.enforceMaxPrice ? readMicros(form, 'MaxPrice', 21627) : null,
    tags: readTags(form),
    options,
  };
}

function readRetention(form: Form): MessageOptions {
  const content = readChoice(form, 'ContentRetention', ['retain', 'discard'], 30029);
  const address = readChoice(form, 'AddressRetention', ['retain', 'obfuscate'], 30030);
  return {
    ...(content === 'discard' && { discardContent: true }),
    ...(address === 'obfuscate' && { obfuscateAddresses: true }),
  };
}
