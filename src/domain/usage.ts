import { numberType, parseSender } from './address.ts';
import type { Message } from './message.ts';
import { leavesAsMms } from './mms.ts';

/**
 * Usage: how much an account has sent and received. Counted is only the finest category of each message; what stands
 * above it (`sms-outbound`, `sms`, `totalprice`) is summed up when it is asked for, so that a message costs one row.
 */

/** One category of one account on one UTC day (`2026-01-31`), or of a longer time. */
export interface Usage {
  count: number;
  /** Segments of an SMS, one for each message of anything else. */
  usage: number;
  /** As messages have it: negative is a charge. */
  priceMicros: number;
}

export const NO_USAGE: Usage = { count: 0, usage: 0, priceMicros: 0 };

export type Used = Pick<Message, 'from' | 'to' | 'numMedia' | 'options'>;

type Kind = 'sms' | 'mms';
type Way = 'inbound' | 'outbound';
const WAYS: readonly Way[] = ['inbound', 'outbound'];
const CHANNELS = ['whatsapp', 'messenger', 'rcs'] as const;
const CHANNEL = /^(whatsapp|messenger|rcs):/;

/** Whose number it went through; an alphanumeric sender only sends. */
const SENDERS = ['longcode', 'shortcode', 'tollfree', 'alphanumeric'] as const;
type SenderType = (typeof SENDERS)[number];

/** The finest category of a message. */
export function categoryOf(message: Used, way: Way): string {
  const { from, to } = message;
  // A look for the colon first: most have none.
  if (to.includes(':') || from?.includes(':')) {
    const channel = CHANNEL.exec(to)?.[1] ?? CHANNEL.exec(from ?? '')?.[1];
    if (channel !== undefined) return `channels-${channel}-${way}`;
  }
  const kind: Kind = way === 'outbound' ? (leavesAsMms(message) ? 'mms' : 'sms') : message.numMedia > 0 ? 'mms' : 'sms';
  return `${kind}-${way}-${senderType((way === 'outbound' ? from : to) ?? '')}`;
}

/** What one message adds to its category. */
export function usageOf(
  message: Used & Pick<Message, 'numSegments'>,
  way: Way,
  priceMicros: number | null,
): Usage & { category: string } {
  const category = categoryOf(message, way);
  const usage = category.startsWith('sms') ? Math.max(1, message.numSegments) : 1;
  return { category, count: 1, usage, priceMicros: priceMicros ?? 0 };
}

/** Of the senders seen lately: telling them apart costs more than all the rest of counting. */
const KNOWN = 4_096;
const known = new Map<string, SenderType>();

function senderType(address: string): SenderType {
  const found = known.get(address);
  if (found !== undefined) return found;
  if (known.size >= KNOWN) known.clear();
  const type = typeOf(address);
  known.set(address, type);
  return type;
}

function typeOf(address: string): SenderType {
  const parsed = parseSender(address);
  switch (parsed?.kind) {
    case 'short-code':
      return 'shortcode';
    case 'alphanumeric':
      return 'alphanumeric';
    case 'number':
      return numberType(parsed.e164) === 'toll-free' ? 'tollfree' : 'longcode';
    default:
      return 'longcode';
  }
}

/** The day on which an instant falls, as usage is kept. */
export function dayText(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

export interface Category {
  name: string;
  description: string;
  countUnit: string;
  usageUnit: string;
  /** Whether what was counted under `leaf` belongs to it. */
  holds(leaf: string): boolean;
}

const TYPE_NAMES: Record<SenderType, string> = {
  longcode: 'Long Codes',
  shortcode: 'Short Codes',
  tollfree: 'Toll-Free Numbers',
  alphanumeric: 'Alphanumeric Sender IDs',
};
const WAY_NAMES: Record<Way, string> = { inbound: 'Inbound', outbound: 'Outbound' };
const CHANNEL_NAMES: Record<(typeof CHANNELS)[number], string> = {
  whatsapp: 'WhatsApp',
  messenger: 'Messenger',
  rcs: 'RCS',
};

function category(name: string, description: string, usageUnit: string, prefix = name): Category {
  const holds = (leaf: string) => leaf === prefix || leaf.startsWith(`${prefix}-`);
  return { name, description, countUnit: 'messages', usageUnit, holds };
}

function ofKind(kind: Kind): Category[] {
  const title = kind.toUpperCase();
  const unit = kind === 'sms' ? 'segments' : 'messages';
  return [
    category(kind, title, unit),
    ...WAYS.flatMap((way) => [
      category(`${kind}-${way}`, `${WAY_NAMES[way]} ${title}`, unit),
      ...SENDERS.filter((type) => type !== 'alphanumeric' || (kind === 'sms' && way === 'outbound')).map((type) =>
        category(`${kind}-${way}-${type}`, `${WAY_NAMES[way]} ${title} - ${TYPE_NAMES[type]}`, unit),
      ),
    ]),
  ];
}

const OF_CHANNELS: Category[] = [
  category('channels', 'Channels', 'messages'),
  ...WAYS.map((way) => ({
    ...category(`channels-messaging-${way}`, `Channels ${WAY_NAMES[way]} Messages`, 'messages'),
    holds: (leaf: string) => leaf.startsWith('channels-') && leaf.endsWith(`-${way}`),
  })),
  ...CHANNELS.flatMap((channel) => [
    category(`channels-${channel}`, CHANNEL_NAMES[channel], 'messages'),
    ...WAYS.map((way) =>
      category(`channels-${channel}-${way}`, `${CHANNEL_NAMES[channel]} ${WAY_NAMES[way]} Messages`, 'messages'),
    ),
  ]),
];

export const TOTAL_PRICE = 'totalprice';

/** Every category there is, in the order of lists. */
export const CATEGORIES: readonly Category[] = [
  ...OF_CHANNELS,
  ...ofKind('mms'),
  // Nothing is charged for numbers, so there is nothing to count.
  {
    name: 'phonenumbers',
    description: 'Phone Numbers',
    countUnit: 'numbers',
    usageUnit: 'numbers',
    holds: () => false,
  },
  ...ofKind('sms'),
  { name: TOTAL_PRICE, description: 'Total Price', countUnit: '', usageUnit: 'usd', holds: () => true },
];

/**
 * A category by its name. Twilio has hundreds for other products (`calls`, `lookups`), and new ones come: what is written
 * like one is one of which nothing is ever counted. `null`: written like none.
 */
export function findCategory(name: string): Category | null {
  const known = CATEGORIES.find((one) => one.name === name);
  if (known) return known;
  if (!/^[a-z][a-z0-9-]{0,99}$/.test(name)) return null;
  return { name, description: 'Not counted here', countUnit: '', usageUnit: '', holds: () => false };
}

/** What a category amounts to, from what was counted under the finest ones. */
export function sumUp(of: Category, counted: Iterable<Usage & { category: string }>): Usage {
  const sum = { ...NO_USAGE };
  for (const one of counted) {
    if (!of.holds(one.category)) continue;
    sum.count += one.count;
    sum.usage += one.usage;
    sum.priceMicros += one.priceMicros;
  }
  return sum;
}
