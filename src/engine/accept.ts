/**
 * The door of the engine: judges a draft against what the account owns, counts its segments, takes its slot in the
 * sender's lane and makes it durable. A promise of `accept` that resolves means: committed.
 */
import { type Address, countryOf, formatAddress, numberType } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Observer } from '../domain/events.ts';
import type { Direction, Message } from '../domain/message.ts';
import { defaultRate, intervalOf, senderKind } from '../domain/pacing.ts';
import { segment } from '../domain/segments.ts';
import type { SidMaker } from '../domain/sid.ts';
import { smartEncode } from '../domain/smart-encoding.ts';
import type { Account, Lane, Sender, Store } from '../store/store.ts';
import type { Draft } from './draft.ts';

export interface AcceptSettings {
  /** Segments a second for senders without a rate of their own; `twilio`: the defaults by sender type; `null`: unpaced. */
  defaultRate: number | 'twilio' | null;
  /** A sender whose queue is longer than this refuses with 429/21611. */
  queueHorizonMs: number;
  /** `dev`: every alphanumeric sender belongs to everybody. */
  anyAlphanumeric: boolean;
  /** Any well-formed sender passes; the code that strict mode would answer is observed (settled 3). */
  lenient: boolean;
  /** ISO countries that may be texted; `null`: all. */
  allowedCountries: string[] | null;
  /** Charge per segment in micro-units, for `MaxPrice` when it is enforced. */
  segmentPriceMicros: number;
  enforceMaxPrice: boolean;
}

export interface AcceptParts {
  store: Store;
  clock: Clock;
  sids: SidMaker;
  /** Connector that would carry from `from` to `to`; `null`: no route (21612). */
  route: (from: Address, to: Address) => string | null;
  /** Simulator's outcome and magic numbers: the code to refuse with. Absent in `serve` (settled 32). */
  preflight?: (pair: { to: string; from: string }) => number | null;
  settings: AcceptSettings;
  observe: Observer;
  /** Told when the committed message may be sent. */
  ring: (dueAt: number) => void;
}

/** How long a looked-up sender may be used before it is read again: a change by another node shows within a second. */
const SENDER_CACHE_MS = 1_000;
const SENDER_CACHE_SIZE = 10_000;

export interface Accept {
  (account: Account, draft: Draft, direction?: Direction): Promise<Message>;
  /** Forgets cached senders: one of this process has just changed. */
  forgetSenders(): void;
}

/** Makes the door. Throws `ApiError` for what the client did wrong; `StoreUnavailable` when nothing was written. */
export function makeAccept(parts: AcceptParts): Accept {
  const { store, clock, sids, settings } = parts;
  const senders = new Map<string, { sender: Sender | null; until: number }>();

  async function senderAt(address: string): Promise<Sender | null> {
    const known = senders.get(address);
    if (known && known.until > clock.monotonic()) return known.sender;
    const sender = await store.senderByAddress(address);
    if (senders.size >= SENDER_CACHE_SIZE) senders.clear();
    senders.set(address, { sender, until: clock.monotonic() + SENDER_CACHE_MS });
    return sender;
  }

  async function ownedSender(account: Account, from: Address, text: string): Promise<Sender | null> {
    const sender = await senderAt(text);
    const refusal = await senderRefusal(account, from, text, sender);
    if (!refusal) return sender;
    if (!settings.lenient) throw refusal;
    parts.observe({ type: 'lenient', at: clock.now(), code: refusal.code, text: refusal.message });
    return null;
  }

  /** Why this account may not send from `text`, or `null` (settled 29). */
  async function senderRefusal(account: Account, from: Address, text: string, sender: Sender | null) {
    const details = {
      parameter: 'From',
      received: text,
      fix: `Register it: POST IncomingPhoneNumbers.json, or [[numbers]] / [[senders]] in pidge.toml`,
    };
    if (!sender) {
      if (from.kind === 'alphanumeric' && settings.anyAlphanumeric) return null;
      return refuse(21659, { From: text }, details);
    }
    if (sender.accountSid !== account.sid) {
      const owner = await store.account(sender.accountSid);
      const sameFamily = owner !== null && owner.ownerSid === account.ownerSid;
      return refuse(sameFamily ? 21660 : 21659, { From: text, AccountSid: account.sid }, details);
    }
    if (sender.properties.status === 'disabled') return refuse(21606, { From: text }, details);
    return sender.canSms ? null : refuse(21661, { From: text }, details);
  }

  function judgeRecipient(to: Address, toText: string, fromText: string): void {
    const details = { parameter: 'To', received: toText };
    if (to.kind === 'short-code') throw refuse(21265, { To: toText }, details);
    if (toText === fromText) throw refuse(21266, { To: toText }, details);
    if (to.kind !== 'number') return;
    const type = numberType(to.e164);
    if (type === 'premium') throw refuse(21268, { To: toText }, details);
    if (type === 'landline') throw refuse(21635, { To: toText }, details);
    const country = countryOf(to.e164);
    if (settings.allowedCountries && !(country && settings.allowedCountries.includes(country))) {
      throw refuse(21408, { To: toText }, { ...details, allowed: settings.allowedCountries.join(', ') });
    }
  }

  function laneOf(
    connector: string,
    account: Account,
    from: Address,
    text: string,
    sender: Sender | null,
    cost: number,
  ) {
    const rate = rateOf(from, sender);
    if (rate === null) return null;
    const lane: Lane = {
      key: `${connector}|${account.sid}|${text}`,
      intervalMicros: intervalOf(rate),
      cost,
      horizonMs: settings.queueHorizonMs,
    };
    return lane;
  }

  function rateOf(from: Address, sender: Sender | null): number | null {
    if (sender && sender.rate !== null) return sender.rate === 0 ? null : sender.rate;
    if (settings.defaultRate !== 'twilio') return settings.defaultRate;
    const isNumber = from.kind === 'number';
    return defaultRate(
      senderKind(from),
      isNumber ? countryOf(from.e164) : null,
      isNumber ? numberType(from.e164) : 'unknown',
    );
  }

  const accept = async (account: Account, draft: Draft, direction: Direction = 'outbound-api'): Promise<Message> => {
    const to = formatAddress(draft.to);
    const from = formatAddress(draft.from);
    const magic = parts.preflight?.({ to, from });
    if (magic) throw refuse(magic, { To: to, From: from }, { parameter: magicParameter(magic), received: to });
    judgeRecipient(draft.to, to, from);
    const sender = await ownedSender(account, draft.from, from);
    const connector = parts.route(draft.from, draft.to);
    if (connector === null) {
      throw refuse(
        21612,
        { To: to, From: from },
        { parameter: 'To', received: to, fix: 'Configure a carrier: [[connectors]] in pidge.toml' },
      );
    }

    const { parts: texts, encoding } = segment(draft.smartEncoded ? smartEncode(draft.body) : draft.body);
    const onChannel = draft.to.kind === 'channel';
    const numSegments = onChannel ? 1 : texts.length;
    const now = clock.now();
    const message: Message = {
      sid: sids.make('SM'),
      accountSid: account.sid,
      serviceSid: null,
      from,
      to,
      body: draft.body,
      status: 'queued',
      direction,
      numSegments,
      numMedia: 0,
      priceMicros: null,
      errorCode: null,
      createdAt: now,
      updatedAt: now,
      sentAt: null,
      validUntil: now + draft.validitySeconds * 1_000,
      callbackUrl: draft.callbackUrl,
      smartEncoded: draft.smartEncoded,
      provideFeedback: draft.provideFeedback,
      maxPriceMicros: settings.enforceMaxPrice ? draft.maxPriceMicros : null,
      tags: draft.tags,
      history: [{ at: now, status: 'queued' }],
    };
    const lane = laneOf(connector, account, draft.from, from, sender, numSegments);
    const [result] = await store.accept([{ message, connector, lane }], now);
    if (!result?.ok) throw refuse(21611, { From: from }, { parameter: 'From', received: from });
    parts.observe({
      type: 'message.accepted',
      at: now,
      sid: message.sid,
      accountSid: account.sid,
      from,
      to,
      body: draft.body,
      segments: numSegments,
      encoding,
      direction,
    });
    parts.ring(result.dueAt);
    return message;
  };
  return Object.assign(accept, { forgetSenders: () => senders.clear() });
}

function magicParameter(code: number): string {
  return code === 21212 || code === 21606 || code === 21611 ? 'From' : 'To';
}
