/**
 * Picking the sender of a service for a message: the rules are `domain/senders.ts`, what they need is looked up here.
 * A round serves one batch: it reads each service once, and what it has picked counts for what it picks next.
 */
import type { Address } from '../domain/address.ts';
import { formatAddress } from '../domain/address.ts';
import { MMS_COUNTRIES } from '../domain/mms.ts';
import { chooseSender, narrowSenders } from '../domain/senders.ts';
import type { Account, Sender } from '../store/directory.ts';
import type { Lane, Store } from '../store/store.ts';
import type { LaneOf } from './lanes.ts';
import { narrowForMedia } from './narrow-media.ts';
import { fallbackSender, type Reaches, rcsFirst } from './rcs.ts';
import type { RouteOf } from './router.ts';
import { type Pooled, poolOf, type Service, type ServiceReads, serviceOf, statusCallbackOf } from './services.ts';

export interface PickParts {
  store: Pick<Store, 'account' | 'document' | 'documents' | 'senders' | 'lastSenders' | 'laneStarts'>;
  route: RouteOf;
  laneOf: LaneOf;
  random: () => number;
  /** Left out: nobody can be reached by RCS. */
  reaches?: Reaches;
  /** Countries that get MMS; Twilio's when left out. */
  mmsCountries?: readonly string[];
}

export interface PickWish {
  to: Address;
  /** The sender that the request named. */
  pinned: string | null;
  /** It is meant to leave as MMS. */
  hasMedia: boolean;
  /** Segments, with its media as MMS if it has any. */
  cost: number;
  /** Segments when its media leave as links. */
  costAsLinks?: number;
  /** Who sends the SMS when RCS cannot (`FallbackFrom`), of the pool or not. */
  fallbackFrom?: string;
}

/** One of those that would do. `startsAt`: when it would be free (epoch ms). */
export interface Candidate {
  sender: Pooled;
  startsAt: number;
}

/** `reasons`: why this one, in short sentences for people. */
export type Picked =
  | {
      kind: 'picked';
      from: string;
      connector: string;
      lane: Lane | null;
      /** When it would leave (epoch ms). */
      startsAt: number;
      /** Where a channel sender wants to be told; `null`: nowhere. */
      callbackUrl: string | null;
      /** For the walk of the message, where there was a choice of ways; names nobody. */
      note?: string;
      /** Its media have to leave as links. */
      mediaAsLinks: boolean;
      candidates: Candidate[];
      reasons: string[];
    }
  | { kind: 'none'; errorCode: number; candidates: Candidate[]; reasons: string[] };

export interface PickRound {
  account(sid: string): Promise<Account | null>;
  /** Says to whom this service is about to send, so that what is known of them is looked up together. */
  expect(account: Account, serviceSid: string, recipients: string[]): Promise<void>;
  pick(account: Account, serviceSid: string, wish: PickWish, now: number): Promise<Picked>;
}

export function makePickRound({
  store,
  route,
  laneOf,
  random,
  reaches,
  mmsCountries = MMS_COUNTRIES,
}: PickParts): PickRound {
  const accounts = new Map<string, Promise<Account | null>>();
  const services = new Map<string, Promise<{ service: Service; pool: Pooled[] } | null>>();
  /** By service and recipient: what this round has picked, which no read shows yet. */
  const picked = new Map<string, string>();
  const starts = new Map<string, number>();
  /** By service and recipient: who carried the last message; `null`: nobody. */
  const lasts = new Map<string, string | null>();
  const senders = new Map<string, Promise<Sender[]>>();
  const reads: ServiceReads = {
    document: (...key) => store.document(...key),
    documents: (query) => store.documents(query),
    senders: (sid) => remember(senders, sid, () => store.senders(sid)),
  };

  function loaded(account: Account, sid: string): Promise<{ service: Service; pool: Pooled[] } | null> {
    return remember(services, `${account.sid}|${sid}`, async () => {
      const service = await serviceOf(reads, account, sid);
      return service && { service, pool: await poolOf(reads, account, sid) };
    });
  }

  async function lookUpLast(accountSid: string, serviceSid: string, recipients: string[]): Promise<void> {
    const found = await store.lastSenders(accountSid, serviceSid, recipients);
    for (const to of recipients) lasts.set(`${accountSid}|${serviceSid}|${to}`, found.get(to) ?? null);
  }

  async function lastSender(accountSid: string, serviceSid: string, to: string): Promise<string | null> {
    const key = `${accountSid}|${serviceSid}|${to}`;
    if (!lasts.has(key)) await lookUpLast(accountSid, serviceSid, [to]);
    return lasts.get(key) ?? null;
  }

  /** When each of these senders would be free, by text. Lanes are asked for once in a round. */
  async function queues(account: Account, lanes: Map<string, Lane | null>): Promise<Map<string, number>> {
    const keys = [...lanes.values()].flatMap((lane) => (lane && !starts.has(lane.key) ? [lane.key] : []));
    if (keys.length > 0) {
      const found = await store.laneStarts(account.sid, keys);
      for (const key of keys) starts.set(key, found.get(key) ?? 0);
    }
    return new Map([...lanes].map(([text, lane]) => [text, lane ? (starts.get(lane.key) ?? 0) : 0]));
  }

  return {
    account(sid) {
      return remember(accounts, sid, () => store.account(sid));
    },

    async expect(account, serviceSid, recipients) {
      const known = await loaded(account, serviceSid);
      if (known?.service.stickySender && recipients.length > 0) await lookUpLast(account.sid, serviceSid, recipients);
    },

    async pick(account, serviceSid, wish, now) {
      const key = `${account.sid}|${serviceSid}`;
      const known = await loaded(account, serviceSid);
      if (!known) {
        const reasons = [`there is no service ${serviceSid} any more`];
        return { kind: 'none', errorCode: 21701, candidates: [], reasons };
      }
      const { service } = known;
      const rcs = await rcsFirst(
        known.pool,
        wish,
        (from, to) => route(from, to, { accountSid: account.sid })?.connector ?? null,
        reaches,
      );
      const fallback = rcs.narrowed ? null : await fallbackSender(reads, account, wish.fallbackFrom);
      const isOther = fallback !== null && !known.pool.some(({ text }) => text === fallback.text);
      const pool = isOther ? [...known.pool, fallback] : known.pool;
      const to = formatAddress(wish.to);
      const wantsSticky = service.stickySender && wish.pinned === null;
      const recent = picked.get(`${key}|${to}`);
      const sticky = wantsSticky ? (recent ?? (await lastSender(account.sid, serviceSid, to))) : null;
      const pinned = fallback?.text ?? wish.pinned;
      const { areaCodeGeomatch, mmsConverter } = service;
      const { narrowed, mediaAsLinks } = rcs.narrowed
        ? { narrowed: rcs.narrowed, mediaAsLinks: false }
        : narrowForMedia(wish, mmsConverter, mmsCountries, (hasMedia) =>
            narrowSenders(pool, { ...wish, hasMedia, pinned, sticky, areaCodeGeomatch }),
          );
      const phoneCost = mediaAsLinks ? (wish.costAsLinks ?? wish.cost) : wish.cost;
      narrowed.reasons.unshift(...rcs.reasons);
      const isMms = wish.hasMedia && !mediaAsLinks;
      const of = { accountSid: account.sid, isMms };
      const routed = new Map(narrowed.candidates.map(({ text, address }) => [text, route(address, wish.to, of)]));
      const led = narrowed.candidates.filter(({ text }) => routed.get(text));
      if (led.length > 0 && led.length < narrowed.candidates.length) {
        narrowed.candidates = led;
        narrowed.reasons.push('among those with a route to its recipient');
      }
      const registered = new Map(pool.map(({ text, sender }) => [text, sender]));
      const lanes = new Map(
        narrowed.candidates.map(({ text, address }) => {
          const connector = routed.get(text)?.connector;
          const sender = registered.get(text) ?? null;
          // A channel counts messages, not segments.
          const cost = address.kind === 'channel' ? 1 : phoneCost;
          return [text, connector ? laneOf(connector, account.sid, address, sender, cost) : null];
        }),
      );
      const waits = await queues(account, lanes);
      for (const [text, startAt] of waits) waits.set(text, Math.max(startAt, now));
      const choice = chooseSender(narrowed, waits, random());
      const { reasons } = choice;
      const texts = new Set(narrowed.candidates.map(({ text }) => text));
      const candidates = pool
        .filter(({ text }, index) => texts.has(text) && pool.findIndex((one) => one.text === text) === index)
        .map((sender) => ({ sender, startsAt: waits.get(sender.text) ?? now }));
      if (!choice.sender) return { kind: 'none', errorCode: choice.errorCode, candidates, reasons };
      const from = choice.sender.text;
      const way = routed.get(from) ?? null;
      if (way === null) {
        return { kind: 'none', errorCode: 21612, candidates, reasons: [...reasons, 'no route leads to its recipient'] };
      }
      const lane = lanes.get(from) ?? null;
      const startsAt = waits.get(from) ?? now;
      if (lane) starts.set(lane.key, startsAt + (lane.intervalMicros * lane.cost) / 1_000);
      picked.set(`${key}|${to}`, from);
      const callbackUrl = statusCallbackOf(registered.get(from) ?? null);
      const { connector } = way;
      const note = [rcs.note, way.note].filter((one) => one !== undefined).join('; ') || undefined;
      return { kind: 'picked', from, connector, lane, startsAt, callbackUrl, note, mediaAsLinks, candidates, reasons };
    },
  };
}

function remember<T>(known: Map<string, Promise<T>>, key: string, read: () => Promise<T>): Promise<T> {
  const found = known.get(key) ?? read();
  known.set(key, found);
  return found;
}
