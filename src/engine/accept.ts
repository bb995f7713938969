/**
 * The door of the engine: judges a draft against what the account owns, counts its segments, takes its slot in the
 * sender's lane and makes it durable. A promise of `accept` that resolves means: committed.
 */
import { type Address, countryOf, formatAddress, numberType } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Observer } from '../domain/events.ts';
import type { Direction, Message } from '../domain/message.ts';
import { segment } from '../domain/segments.ts';
import { LONGEST_VALIDITY_SECONDS } from '../domain/service.ts';
import type { SidMaker } from '../domain/sid.ts';
import { smartEncode } from '../domain/smart-encoding.ts';
import type { Account, Sender } from '../store/directory.ts';
import type { Acceptance, Accepted, Idempotency, Store } from '../store/store.ts';
import { completeDraft } from './complete.ts';
import type { Draft } from './draft.ts';
import type { LaneOf } from './lanes.ts';
import { isInPool, type Service, serviceOf } from './services.ts';

export interface AcceptSettings {
  /** `dev`: every alphanumeric sender belongs to everybody. */
  anyAlphanumeric: boolean;
  /** Any well-formed sender passes; the code that strict mode would answer is observed (settled 3). */
  lenient: boolean;
  /** ISO countries that may be texted; `null`: all. */
  allowedCountries: string[] | null;
  /** Charge per segment in micro-units, for `MaxPrice` when it is enforced. */
  segmentPriceMicros: number;
  enforceMaxPrice: boolean;
  /** More messages of one account than this cannot wait for their hour (35125). */
  mostScheduled: number;
}

export interface AcceptParts {
  store: Store;
  clock: Clock;
  sids: SidMaker;
  /** Connector that would carry from `from` to `to`; `null`: no route (21612). */
  route: (from: Address, to: Address) => string | null;
  laneOf: LaneOf;
  /** Simulator's outcome and magic numbers: the code to refuse with. Absent in `serve` (settled 32). */
  preflight?: (pair: { to: string; from: string }) => number | null;
  settings: AcceptSettings;
  observe: Observer;
  /** Told when the committed message may be sent. */
  ring: (dueAt: number) => void;
  /** Told when the committed message may be given its sender. */
  ringReleases: (dueAt: number) => void;
}

/** How long a looked-up sender may be used before it is read again: a change by another node shows within a second. */
const SENDER_CACHE_MS = 1_000;
const SENDER_CACHE_SIZE = 10_000;
/** How long a count of what is scheduled serves: the limit is against accidents, not to the message. */
const COUNT_CACHE_MS = 1_000;

export interface AcceptOptions {
  direction?: Direction;
  /** The caller may repeat itself (D5). */
  idempotency?: Idempotency;
}

/** A message that was made, or the one that the same idempotency key had made before. */
export interface Created {
  message: Message;
  isReplayed: boolean;
}

type AcceptDraft = (account: Account, draft: Draft, options?: AcceptOptions) => Promise<Created>;

export interface Accept extends AcceptDraft {
  /** Forgets cached senders: one of this process has just changed. */
  forgetSenders(): void;
}

/** Makes the door. Throws `ApiError` for what the client did wrong; `StoreUnavailable` when nothing was written. */
export function makeAccept(parts: AcceptParts): Accept {
  const { store, clock, sids, settings } = parts;
  const senders = new Map<string, { sender: Sender | null; until: number }>();
  let scheduled = { count: 0, until: Number.NEGATIVE_INFINITY };

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

  function judgeRecipient(to: Address, toText: string, fromText: string | null): void {
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

  async function mustFindService(account: Account, sid: string): Promise<Service> {
    const service = await serviceOf(store, account, sid);
    if (!service) throw refuse(21701, {}, { parameter: 'MessagingServiceSid', received: sid });
    return service;
  }

  function senderFor(account: Account, service: Service | null, from: Address): Promise<Sender | null> {
    const text = formatAddress(from);
    return service ? pinnedSender(account, service, from, text) : ownedSender(account, from, text);
  }

  function mustRoute(from: Address, to: Address): string {
    const connector = parts.route(from, to);
    if (connector !== null) return connector;
    const received = formatAddress(to);
    const fix = 'Configure a carrier: [[connectors]] in pidge.toml';
    throw refuse(21612, { To: received, From: formatAddress(from) }, { parameter: 'To', received, fix });
  }

  /** The sender that the request named beside a service: it has to be in the pool. */
  async function pinnedSender(account: Account, service: Service, from: Address, text: string): Promise<Sender | null> {
    if (!(await isInPool(store, account, service.sid, text))) {
      const fix = 'Add it to the service, or leave From out: then the service picks';
      const refusal = refuse(21711, { From: text }, { parameter: 'From', received: text, fix });
      if (!settings.lenient) throw refusal;
      parts.observe({ type: 'lenient', at: clock.now(), code: refusal.code, text: refusal.message });
    } else if (from.kind === 'alphanumeric' && (await senderAt(text)) === null) {
      // Being in the pool is all the registration that it needs.
      return null;
    }
    return ownedSender(account, from, text);
  }

  async function judgeScheduled(account: Account): Promise<void> {
    if (scheduled.until < clock.monotonic()) {
      const { messagesByStatus } = await store.stats();
      scheduled = { count: messagesByStatus.scheduled ?? 0, until: clock.monotonic() + COUNT_CACHE_MS };
    }
    const { mostScheduled } = settings;
    // What all accounts have is counted anyway; what one of them has, only when it could be too much.
    if (scheduled.count < mostScheduled) return;
    const last = await store.scheduled({ accountSid: account.sid, limit: 1, offset: mostScheduled - 1 });
    if (last.length === 0) return;
    throw refuse(35125, {}, { parameter: 'SendAt', allowed: `${mostScheduled} scheduled messages` });
  }

  /** What an idempotency key stands for already. */
  async function repeated(account: Account, result: Extract<Accepted, { ok: false }>): Promise<Created> {
    const parameter = 'Idempotency-Key';
    if (result.reason === 'repeated') {
      const message = await store.message(account.sid, result.messageSid);
      if (message) return { message, isReplayed: true };
      const fix = 'Its message was deleted. Send a new key for a new message.';
      throw refuse(20409, {}, { parameter, received: result.messageSid, fix });
    }
    const fix = 'This key was sent with other parameters. Send a new key for a new message.';
    throw refuse(20409, {}, { parameter, fix });
  }

  const accept: AcceptDraft = async (account, given, { direction = 'outbound-api', idempotency } = {}) => {
    const draft = await completeDraft(store, account, given);
    const to = formatAddress(draft.to);
    const from = draft.from && formatAddress(draft.from);
    const magic = parts.preflight?.({ to, from: from ?? '' });
    if (magic) throw refuse(magic, { To: to, From: from ?? '' }, { parameter: magicParameter(magic), received: to });
    judgeRecipient(draft.to, to, from);
    const service = draft.serviceSid === null ? null : await mustFindService(account, draft.serviceSid);
    const sender = draft.from && (await senderFor(account, service, draft.from));
    const connector = draft.from && mustRoute(draft.from, draft.to);
    const { sendAt } = draft;
    if (sendAt !== null) await judgeScheduled(account);

    const smartEncoded = draft.smartEncoded ?? service?.smartEncoding ?? false;
    const { parts: texts, encoding } = segment(smartEncoded ? smartEncode(draft.body) : draft.body);
    const status = sendAt !== null ? 'scheduled' : from === null ? 'accepted' : 'queued';
    // What is released later is counted then.
    const numSegments = status !== 'queued' ? 0 : draft.to.kind === 'channel' ? 1 : texts.length;
    const now = clock.now();
    const validitySeconds = draft.validitySeconds ?? service?.validitySeconds ?? LONGEST_VALIDITY_SECONDS;
    const message: Message = {
      sid: sids.make('SM'),
      accountSid: account.sid,
      serviceSid: draft.serviceSid,
      from,
      to,
      body: draft.body,
      status,
      direction,
      numSegments,
      numMedia: 0,
      priceMicros: null,
      errorCode: null,
      createdAt: now,
      updatedAt: now,
      sentAt: null,
      validUntil: (sendAt ?? now) + validitySeconds * 1_000,
      callbackUrl: callbackOf(draft, service),
      smartEncoded,
      provideFeedback: draft.provideFeedback,
      maxPriceMicros: settings.enforceMaxPrice ? draft.maxPriceMicros : null,
      tags: draft.tags,
      history: [{ at: now, status }],
    };
    const acceptance: Acceptance =
      status === 'queued' && draft.from && connector
        ? { message, connector, lane: parts.laneOf(connector, account.sid, draft.from, sender, numSegments) }
        : { message, connector: connector ?? '', lane: null, releaseAt: sendAt ?? now };
    if (idempotency) acceptance.idempotency = idempotency;
    const [result] = await store.accept([acceptance], now);
    if (result && !result.ok && result.reason !== 'queue-full') return repeated(account, result);
    if (!result?.ok) throw refuse(21611, { From: from ?? '' }, { parameter: 'From', received: from ?? '' });
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
    if (sendAt !== null) {
      parts.observe({ type: 'message.scheduled', at: now, sid: message.sid, accountSid: account.sid, sendAt });
    }
    if (status === 'queued') parts.ring(result.dueAt);
    else parts.ringReleases(result.dueAt);
    return { message, isReplayed: false };
  };
  return Object.assign(accept, { forgetSenders: () => senders.clear() });
}

function magicParameter(code: number): string {
  return code === 21212 || code === 21606 || code === 21611 ? 'From' : 'To';
}

/** That of the service only when neither the request nor its application has one (settled 8). */
function callbackOf(draft: Draft, service: Service | null): string | null {
  return draft.callbackUrl ?? service?.statusCallback ?? null;
}
