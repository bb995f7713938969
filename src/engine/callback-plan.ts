import type { CallbackRules, RetryCause } from '../domain/callback-url.ts';
import { deliveryErrorName } from '../domain/errors.ts';
import type { Status } from '../domain/message.ts';
import { backoffMs } from '../domain/pacing.ts';
import type { OutgoingResult } from '../net/outgoing.ts';
import type { CallbackWork } from '../store/callback-shapes.ts';

/** What a callback says and what follows from its answer: the rules of the callbacks room, without its machinery. */

const API_VERSION = '2010-04-01';
const CHANNEL = /^(whatsapp|messenger|rcs):/;

/** Whose callback it is beside a phone's; the sender tells as well, as RCS goes to plain numbers. `null`: SMS or MMS. */
export function channelOf({ to, from }: Pick<CallbackWork['payload'], 'to' | 'from'>): string | null {
  return CHANNEL.exec(to)?.[1] ?? CHANNEL.exec(from ?? '')?.[1] ?? null;
}

/**
 * The form of a status callback, in the order seen on Twilio's wire (behaviour sheet 2.3). `installSid`: that of the
 * channel sender, where it is known.
 */
export function callbackParams(
  { payload, messageSid, accountSid }: CallbackWork,
  installSid: string | null = null,
): [string, string][] {
  const params: [string, string][] = [];
  const channel = channelOf(payload);
  const isReceipt = payload.status === 'delivered' || payload.status === 'undelivered';
  if (payload.doneDate !== null && isReceipt && channel === null) params.push(['RawDlrDoneDate', payload.doneDate]);
  params.push(['SmsSid', messageSid], ['SmsStatus', payload.status], ['MessageStatus', payload.status]);
  params.push(['To', payload.to]);
  if (payload.serviceSid !== null) params.push(['MessagingServiceSid', payload.serviceSid]);
  params.push(['MessageSid', messageSid], ['AccountSid', accountSid]);
  if (payload.from !== null) params.push(['From', payload.from]);
  params.push(['ApiVersion', API_VERSION]);
  const name = isFailure(payload) && payload.errorCode !== null ? deliveryErrorName(payload.errorCode) : null;
  if (name !== null) params.push(['ErrorCode', String(payload.errorCode)], ['ErrorMessage', name]);
  if (channel === null) return params;
  params.push(['ChannelPrefix', channel]);
  if (installSid !== null) params.push(['ChannelInstallSid', installSid]);
  params.push(['ChannelToAddress', masked(payload.to.replace(CHANNEL, ''))]);
  if (name !== null) params.push(['ChannelStatusMessage', name]);
  const event = EVENTS[payload.status];
  if (event !== undefined) params.push(['EventType', event]);
  if (channel === 'whatsapp' && payload.status === 'sent') {
    params.push(['StructuredMessage', String(payload.isTemplate === true)]);
  }
  return params;
}

const EVENTS: Partial<Record<Status, string>> = { delivered: 'DELIVERED', read: 'READ' };

function isFailure({ status }: CallbackWork['payload']): boolean {
  return status === 'failed' || status === 'undelivered';
}

/** As channels show a recipient: without its last four places. `To` has it whole. */
function masked(id: string): string {
  return `${id.slice(0, -4)}XXXX`;
}

/** Most values are ids and statuses: they go as they are. */
const PLAIN = /^[\w.-]*$/;

/** `application/x-www-form-urlencoded`, UTF-8; names are taken as they are. Lone surrogates become U+FFFD. */
export function encodeForm(params: [string, string][]): string {
  let text = '';
  for (const [name, value] of params) {
    const encoded = PLAIN.test(value) ? value : encodeURIComponent(value.toWellFormed()).replaceAll('%20', '+');
    text += `${text === '' ? '' : '&'}${name}=${encoded}`;
  }
  return text;
}

export interface Attempted {
  /** `null`: nothing was asked, because the request could not be signed. */
  result: OutgoingResult | null;
  /** 1 is the first. */
  attempt: number;
  rules: CallbackRules;
  /** When the transition happened: the 24 hours count from here. */
  eventAt: number;
  now: number;
  /** Time used up by this event's attempts, for Twilio's total budget. */
  spentMs: number;
  giveUpAfterMs: number;
  /** Random number in 0..1. */
  jitter: number;
}

export type Decision = { decision: 'done' | 'gave_up' } | { decision: 'retry'; retryAt: number };

/**
 * What follows from an attempt. With `#rc` or `#rp` Twilio's rule alone decides: that many retries at once, of those
 * failures, within the total budget (settled 40). Otherwise ours: no connection, no answer in time, 429 and 5xx are
 * retried with growing pauses until `giveUpAfterMs` after the event; any other answer is final (settled 8).
 */
export function decide({ result, attempt, rules, eventAt, now, spentMs, giveUpAfterMs, jitter }: Attempted): Decision {
  if (result?.kind === 'answer' && result.status >= 200 && result.status < 300) return { decision: 'done' };
  const cause = result === null ? 'ct' : causeOf(result);
  if (rules.retry) {
    const again = cause !== null && rules.retry.on.includes(cause) && attempt <= rules.retry.count;
    const torn = result?.kind === 'answer' && result.partial;
    return again && !torn && spentMs < rules.totalMs ? { decision: 'retry', retryAt: now } : { decision: 'gave_up' };
  }
  const passing = cause !== null && (cause !== '4xx' || (result?.kind === 'answer' && result.status === 429));
  const retryAt = now + backoffMs(attempt, jitter);
  return passing && retryAt - eventAt <= giveUpAfterMs ? { decision: 'retry', retryAt } : { decision: 'gave_up' };
}

/** In Twilio's words; `null` for what no retry can mend: a denied address, a redirect to nowhere, an odd status. */
export function causeOf(result: OutgoingResult): RetryCause | null {
  if (result.kind === 'answer') {
    if (result.status >= 500) return '5xx';
    return result.status >= 400 ? '4xx' : null;
  }
  switch (result.reason) {
    case 'dns':
    case 'refused':
    case 'connect-timeout':
    case 'tls':
      return 'ct';
    case 'read-timeout':
    case 'total-timeout':
    case 'reset':
      return 'rt';
    case 'denied':
    case 'too-large':
    case 'redirect':
    case 'protocol':
      return null;
  }
}
