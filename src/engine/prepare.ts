/**
 * Judges a draft against what the account owns and counts its segments: everything about accepting a message but its
 * commit. What is prepared has no effect yet, and may be thrown away; only lenience registers the senders and services
 * that it meets here, also for who merely checks.
 */
import { type Address, countryOf, formatAddress, typeRefusal } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import { refuse } from '../domain/errors.ts';
import type { Observer } from '../domain/events.ts';
import type { Direction, Message } from '../domain/message.ts';
import { leavesAsMms, partsOf, standIns } from '../domain/mms.ts';
import { segmentsFrom } from '../domain/rcs-segments.ts';
import { LONGEST_VALIDITY_SECONDS } from '../domain/service.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Account, Sender } from '../store/directory.ts';
import type { Acceptance, Idempotency, Store } from '../store/store.ts';
import { mayBeMms, mediaOf } from './accept-media.ts';
import type { SenderJudge, SenderSettings } from './accept-sender.ts';
import { completeDraft } from './complete.ts';
import type { Draft } from './draft.ts';
import { type Foresee, refusalOf } from './foresee.ts';
import type { LaneOf } from './lanes.ts';
import type { Learning } from './learning.ts';
import { judgeOptOut, type OptOutReads } from './opt-outs.ts';
import type { Routed, RouteOf } from './router.ts';
import { type Service, serviceOf, statusCallbackOf } from './services.ts';
import { type Shortener, type ShortenParts, shortenerFor } from './shorten.ts';
import { judgeTrial, trialDraft } from './trial.ts';

export interface AcceptSettings extends SenderSettings {
  /** ISO countries that may be texted; `null`: all. */
  allowedCountries: string[] | null;
  /** Whom the staging guard lets through (21608); left out: everybody. */
  mayText?: (to: string) => boolean;
  enforceMaxPrice: boolean;
  /** Countries that get MMS. */
  mmsCountries: readonly string[];
  /** Also a message that names a service alone is refused with 21610, in place of failing with it. */
  refuseOptedOutForServices?: boolean;
  /** More messages of one account than this cannot wait for their hour (35125). */
  mostScheduled: number;
}

export interface PrepareParts {
  store: Store;
  clock: Clock;
  sids: SidMaker;
  /** `null`: 21612. */
  route: RouteOf;
  laneOf: LaneOf;
  /** Left out: the store is asked each time. */
  optOuts?: OptOutReads;
  /** For services that want to be validated at create. */
  foresee: Foresee;
  /** Absent where no links are shortened (30106). */
  shorten?: ShortenParts;
  /** Simulator's outcome and magic numbers: the code to refuse with. Absent in `serve` (settled 32). */
  preflight?: (pair: { to: string; from: string }) => number | null;
  settings: AcceptSettings;
  observe: Observer;
  /** The public address of a medium, for counting what leaves as links. */
  mediaLink: (sid: string) => string;
}

export interface AcceptOptions {
  direction?: Direction;
  /** The caller may repeat itself (D5). */
  idempotency?: Idempotency;
  /** The sid that was promised already. */
  sid?: string;
}

/** A draft that may be sent, ready to be committed. */
export interface Prepared {
  acceptance: Acceptance;
  /** Makes other codes for its links, should one be in use. */
  shortener: Shortener | null;
  encoding: string;
}

export type Prepare = (account: Account, draft: Draft, options?: AcceptOptions) => Promise<Prepared>;

/** How long a count of what is scheduled serves: the limit is against accidents, not to the message. */
const COUNT_CACHE_MS = 1_000;

/** Throws `ApiError` for what the client did wrong. */
export function makePrepare(
  parts: PrepareParts,
  senders: SenderJudge,
  learning: Pick<Learning, 'learnService'>,
): Prepare {
  const { store, clock, sids, settings } = parts;
  const { senderAt, senderFor, mustFallBack } = senders;
  let scheduled = { count: 0, until: Number.NEGATIVE_INFINITY };

  function judgeRecipient(to: Address, toText: string, fromText: string | null): void {
    const details = { parameter: 'To', received: toText };
    if (to.kind === 'short-code') throw refuse(21265, { To: toText }, details);
    if (toText === fromText) throw refuse(to.kind === 'channel' ? 63031 : 21266, { To: toText }, details);
    if (settings.mayText && !settings.mayText(toText)) {
      const fix = 'Add it to safety.allow_to, or set safety.others = "simulate", in pidge.toml';
      throw refuse(21608, { To: toText }, { ...details, fix });
    }
    if (fromText !== null) judgeType(to, toText);
    if (to.kind !== 'number') return;
    const country = countryOf(to.e164);
    if (settings.allowedCountries && !(country && settings.allowedCountries.includes(country))) {
      throw refuse(21408, { To: toText }, { ...details, allowed: settings.allowedCountries.join(', ') });
    }
  }

  function judgeType(to: Address, toText: string): void {
    const code = typeRefusal(to);
    if (code !== null) throw refuse(code, { To: toText }, { parameter: 'To', received: toText });
  }

  async function mustFindService(account: Account, sid: string): Promise<Service> {
    const service = await serviceOf(store, account, sid);
    if (service) return service;
    const refusal = refuse(21701, {}, { parameter: 'MessagingServiceSid', received: sid });
    if (!settings.lenient) throw refusal;
    parts.observe({ type: 'lenient', at: clock.now(), code: refusal.code, text: refusal.message });
    await learning.learnService(account, sid);
    const learned = await serviceOf(store, account, sid);
    if (!learned) throw refusal;
    return learned;
  }

  function mustRoute(from: Address, to: Address, of: { accountSid: string; isMms: boolean }): Routed {
    const routed = parts.route(from, to, of);
    if (routed !== null) return routed;
    const received = formatAddress(to);
    const fix = 'No route leads there. Add one, or a carrier: [[routes]] and [[connectors]] in pidge.toml';
    throw refuse(21612, { To: received, From: formatAddress(from) }, { parameter: 'To', received, fix });
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

  async function canBeMms({ to, from }: Draft): Promise<boolean> {
    const sender = from === null ? null : await senderAt(formatAddress(from));
    return mayBeMms({ to, from }, sender, settings);
  }

  return async (account, given, { direction = 'outbound-api', idempotency, sid } = {}) => {
    const draft = trialDraft(account, await completeDraft(store, account, given, canBeMms));
    const to = formatAddress(draft.to);
    const from = draft.from && formatAddress(draft.from);
    const magic = parts.preflight?.({ to, from: from ?? '' });
    if (magic) {
      const parameter = magicParameter(magic);
      throw refuse(
        magic,
        { To: to, ...(from !== null && { From: from }) },
        { parameter, received: (parameter === 'From' ? from : to) ?? '' },
      );
    }
    judgeRecipient(draft.to, to, from);
    const service = draft.serviceSid === null ? null : await mustFindService(account, draft.serviceSid);
    // A service without a sender judges it at release, unless it is to be validated now.
    if (service?.synchronousValidation) judgeType(draft.to, to);
    const sender = draft.from && (await senderFor(account, service, draft.from));
    await judgeTrial(store, account, draft);
    if (from !== null || settings.refuseOptedOutForServices || service?.synchronousValidation) {
      await judgeOptOut(parts.optOuts ?? store, {
        accountSid: account.sid,
        from: draft.from,
        to: draft.to,
        serviceSid: draft.serviceSid,
      });
    }
    if (service && draft.options.fallbackFrom) await mustFallBack(account, service, draft.options.fallbackFrom);
    const { sendAt } = draft;
    if (sendAt !== null) await judgeScheduled(account);
    const shortener = await shortenerFor(store, parts.shorten, account, draft, clock.now());
    const { body, links } = shortener?.() ?? { body: draft.body };

    const media = mediaOf(draft, sender, service, settings);
    const numMedia = media.urls.length;
    const { options } = media;
    const smartEncoded = draft.smartEncoded ?? service?.smartEncoding ?? false;
    const leaving = { from, to, body, numMedia, options, smartEncoded };
    const isMms = leavesAsMms(leaving);
    const routed = draft.from && mustRoute(draft.from, draft.to, { accountSid: account.sid, isMms });
    const { parts: texts, encoding } = partsOf(leaving, standIns(numMedia, parts.mediaLink));
    if (service?.synchronousValidation && from === null) {
      const hasMedia = leavesAsMms(leaving);
      const { fallbackFrom } = options;
      const wish = { to: draft.to, pinned: null, hasMedia, cost: texts.length, fallbackFrom };
      const refusal = refusalOf(await parts.foresee(account, service.sid, wish), service.sid, sendAt ?? clock.now());
      if (refusal) throw refusal;
    }
    const status = sendAt !== null ? 'scheduled' : from === null ? 'accepted' : 'queued';
    // What is released later is counted then.
    const cost = texts.length;
    const numSegments = status !== 'queued' || from === null ? 0 : segmentsFrom(from, leaving, cost);
    const now = clock.now();
    const validitySeconds = draft.validitySeconds ?? service?.validitySeconds ?? LONGEST_VALIDITY_SECONDS;
    const message: Message = {
      sid: sid ?? sids.make(media.prefix),
      accountSid: account.sid,
      serviceSid: draft.serviceSid,
      from,
      to,
      body,
      status,
      direction,
      numSegments,
      numMedia,
      priceMicros: null,
      errorCode: null,
      createdAt: now,
      updatedAt: now,
      sentAt: null,
      validUntil: (sendAt ?? now) + validitySeconds * 1_000,
      callbackUrl: callbackOf(draft, service, sender),
      smartEncoded,
      provideFeedback: draft.provideFeedback,
      maxPriceMicros: settings.enforceMaxPrice ? draft.maxPriceMicros : null,
      tags: draft.tags,
      options,
      history: [{ at: now, status, ...(status === 'queued' && routed?.note !== undefined && { note: routed.note }) }],
    };
    const connector = routed?.connector ?? '';
    const acceptance: Acceptance =
      status === 'queued' && draft.from && routed
        ? { message, connector, lane: parts.laneOf(connector, account.sid, draft.from, sender, cost) }
        : { message, connector, lane: null, releaseAt: sendAt ?? now };
    if (numMedia > 0) acceptance.fetch = { urls: media.urls };
    if (idempotency) acceptance.idempotency = idempotency;
    if (links) acceptance.links = links;
    return { acceptance, shortener, encoding };
  };
}

function magicParameter(code: number): string {
  return code === 21212 || code === 21606 || code === 21611 ? 'From' : 'To';
}

/** That of the service only when neither the request nor its application has one (settled 8), a channel sender's last. */
function callbackOf(draft: Draft, service: Service | null, sender: Sender | null): string | null {
  return draft.callbackUrl ?? service?.statusCallback ?? statusCallbackOf(sender);
}
