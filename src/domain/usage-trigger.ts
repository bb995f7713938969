import { rfc2822 } from './dates.ts';
import { formatPrice, parsePrice } from './money.ts';
import { dayText, type Usage } from './usage.ts';

/** Triggers: an account wants to be told once it has used so much, once, or once a day, a month, a year. */
export const RECURRENCES = ['daily', 'monthly', 'yearly', 'alltime'] as const;
export type Recurrence = (typeof RECURRENCES)[number];
export const TRIGGER_FIELDS = ['count', 'usage', 'price'] as const;
export type TriggerField = (typeof TRIGGER_FIELDS)[number];

/** A trigger as its document keeps it. */
export interface TriggerProperties {
  friendly_name: string | null;
  usage_category: string;
  trigger_by: TriggerField;
  /** A positive decimal. */
  trigger_value: string;
  /** `null`, and `alltime`: it fires once and never again. */
  recurring: Recurrence | null;
  callback_url: string;
  callback_method: 'GET' | 'POST';
  /** Epoch ms. */
  fired_at: number | null;
}

/** The days over which usage is summed up for a trigger at `now`. */
export function daysOf(recurring: Recurrence | null, now: number): { from: string; to: string } {
  const today = dayText(now);
  switch (recurring) {
    case 'daily':
      return { from: today, to: today };
    case 'monthly':
      return { from: `${today.slice(0, 7)}-01`, to: today };
    case 'yearly':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
    case 'alltime':
    case null:
      return { from: '0000-01-01', to: today };
  }
}

/** What of usage the trigger looks at, as the wire writes it. */
export function currentValue(usage: Usage, by: TriggerField): string {
  if (by === 'price') return formatPrice(chargeOf(usage)) ?? '0';
  return String(usage[by]);
}

/** What was charged, as a positive number. */
export function chargeOf({ priceMicros }: Usage): number {
  return priceMicros === 0 ? 0 : -priceMicros;
}

/** Whether the trigger fires at `now`: it has what it waits for, and has not fired in this period. */
export function isReached(trigger: TriggerProperties, usage: Usage, now: number): boolean {
  const { trigger_by, trigger_value, fired_at, recurring } = trigger;
  if (fired_at !== null && dayText(fired_at) >= daysOf(recurring, now).from) return false;
  return amount(currentValue(usage, trigger_by)) >= amount(trigger_value);
}

/** A decimal of up to six places in millionths; what is none is never reached. */
function amount(text: string): number {
  return parsePrice(text) ?? Number.POSITIVE_INFINITY;
}

/** `TriggerValue` as it is kept: a positive decimal, or `+` one on top of the present value. `null`: it is neither. */
export function triggerValueOf(text: string, current: string): string | null {
  const isOffset = text.startsWith('+');
  const value = parsePrice(isOffset ? text.slice(1) : text);
  if (value === null || value <= 0) return null;
  return isOffset ? decimal(value + amount(current)) : text;
}

function decimal(millionths: number): string {
  const fraction = String(millionths % 1_000_000)
    .padStart(6, '0')
    .replace(/(?<!0)0+$/, '');
  return `${Math.floor(millionths / 1_000_000)}${fraction === '' ? '' : `.${fraction}`}`;
}

/** What the callback of a trigger says. */
export function triggerParams(
  trigger: TriggerProperties,
  about: { sid: string; accountSid: string; current: string; recordUri: string; now: number },
): [string, string][] {
  const { sid, accountSid, current, recordUri, now } = about;
  return [
    ['AccountSid', accountSid],
    ['UsageTriggerSid', sid],
    ['DateFired', rfc2822(now)],
    ['Recurring', trigger.recurring ?? ''],
    ['UsageCategory', trigger.usage_category],
    ['TriggerBy', trigger.trigger_by],
    ['TriggerValue', trigger.trigger_value],
    ['CurrentValue', current],
    ['UsageRecordUri', recordUri],
    ['IdempotencyToken', `${accountSid}-FIRES-${sid}-${dayText(now)}`],
  ];
}

/** The path of the record that a category has. */
export function usageRecordUri(accountSid: string, category: string): string {
  return `/2010-04-01/Accounts/${accountSid}/Usage/Records.json?Category=${encodeURIComponent(category)}`;
}
