/** The lane of a sender on a connector, and the rate it keeps there: one rule for what is accepted and what is released. */
import { type Address, countryOf, formatAddress, numberType } from '../domain/address.ts';
import { defaultRate, intervalOf, senderKind } from '../domain/pacing.ts';
import type { Sender } from '../store/directory.ts';
import type { Lane } from '../store/store.ts';

export interface LaneSettings {
  /** Segments a second for senders without a rate of their own; `twilio`: the defaults by sender type; `null`: unpaced. */
  defaultRate: number | 'twilio' | null;
  /** A sender whose queue is longer than this is full. On WhatsApp it is four hours at most (behaviour sheet 6.2). */
  queueHorizonMs: number;
}

const LONGEST_WHATSAPP_QUEUE_MS = 4 * 3_600_000;

/** `sender` is `null` for one that needs no registration. Answers `null` when it is not paced. */
export type LaneOf = (
  connector: string,
  accountSid: string,
  from: Address,
  sender: Pick<Sender, 'rate'> | null,
  cost: number,
) => Lane | null;

/** The lane of the same sender on another connector: its rate is the sender's wherever it sends. */
export function laneOn(connector: string, lane: Lane): Lane {
  return { ...lane, key: connector + lane.key.slice(lane.key.indexOf('|')) };
}

export function makeLanes(settings: LaneSettings): LaneOf {
  function rateOf(from: Address, sender: Pick<Sender, 'rate'> | null): number | null {
    if (sender && sender.rate !== null) return sender.rate === 0 ? null : sender.rate;
    if (settings.defaultRate !== 'twilio') return settings.defaultRate;
    const isNumber = from.kind === 'number';
    return defaultRate(
      senderKind(from),
      isNumber ? countryOf(from.e164) : null,
      isNumber ? numberType(from.e164) : 'unknown',
    );
  }

  return (connector, accountSid, from, sender, cost) => {
    const rate = rateOf(from, sender);
    if (rate === null) return null;
    return {
      key: `${connector}|${accountSid}|${formatAddress(from)}`,
      intervalMicros: intervalOf(rate),
      cost,
      horizonMs: isWhatsApp(from)
        ? Math.min(settings.queueHorizonMs, LONGEST_WHATSAPP_QUEUE_MS)
        : settings.queueHorizonMs,
    };
  };
}

function isWhatsApp(from: Address): boolean {
  return from.kind === 'channel' && from.channel === 'whatsapp';
}
