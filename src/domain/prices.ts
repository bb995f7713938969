/** What a message costs: by what carries it, by its segments, and of what leaves by the longest prefix of its recipient. */
import type { Channel } from './address.ts';
import type { Message } from './message.ts';

/** Positive micro-units of USD. */
export interface PriceTable {
  /** A segment, where no prefix says otherwise. */
  smsMicros: number;
  /** A whole MMS, where no prefix says otherwise. */
  mmsMicros: number;
  /** A segment that came in, and a whole MMS. */
  inboundSmsMicros: number;
  inboundMmsMicros: number;
  /** A message on a channel, either way. */
  channelMicros: Record<Channel, number>;
  prefixes: PrefixPrice[];
}

/** What is left out is as a shorter prefix has it, and at last as the table has it. */
export interface PrefixPrice {
  /** `+` and digits. */
  prefix: string;
  smsMicros?: number;
  mmsMicros?: number;
}

/** As much of a message as its price depends on. */
export type Priced = Pick<Message, 'from' | 'to' | 'numSegments' | 'numMedia' | 'options'>;

/** The price of a message as it is going to leave: positive micro-units. */
export type ChargeOf = (message: Priced) => number;

const CHANNEL = /^(whatsapp|messenger|rcs):/;

/** A message leaves as MMS when it has media, or is to look as if, and nothing turned its media into links. */
export function isMms({ numMedia, options }: Pick<Message, 'numMedia' | 'options'>): boolean {
  return (numMedia > 0 || options.asMms === true) && options.mediaAsLinks !== true;
}

/** Reads the table once: what is asked for every message is one look. */
export function makeCharges(table: PriceTable): ChargeOf {
  const sms = byPrefix(table.prefixes, 'smsMicros', table.smsMicros);
  const mms = byPrefix(table.prefixes, 'mmsMicros', table.mmsMicros);
  return (message) => {
    // The sender decides too: RCS goes to a plain number.
    const channel = CHANNEL.exec(message.to)?.[1] ?? CHANNEL.exec(message.from ?? '')?.[1];
    if (channel !== undefined) return table.channelMicros[channel as Channel];
    return isMms(message) ? mms(message.to) : sms(message.to) * message.numSegments;
  };
}

/** The price of a message that came in: positive micro-units. */
export function makeInboundCharges({ inboundSmsMicros, inboundMmsMicros, channelMicros }: PriceTable): ChargeOf {
  return ({ from, numSegments, numMedia }) => {
    const channel = CHANNEL.exec(from ?? '')?.[1];
    if (channel !== undefined) return channelMicros[channel as Channel];
    return numMedia > 0 ? inboundMmsMicros : inboundSmsMicros * numSegments;
  };
}

function byPrefix(prefixes: PrefixPrice[], kind: 'smsMicros' | 'mmsMicros', otherwise: number) {
  const known = new Map<string, number>();
  for (const one of prefixes) {
    const micros = one[kind];
    if (micros !== undefined) known.set(one.prefix, micros);
  }
  const lengths = [...new Set([...known.keys()].map((prefix) => prefix.length))].sort((a, b) => b - a);
  return (to: string): number => {
    for (const length of lengths) {
      const micros = known.get(to.slice(0, length));
      if (micros !== undefined) return micros;
    }
    return otherwise;
  };
}
