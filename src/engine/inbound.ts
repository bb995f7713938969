/**
 * Inbound: what connectors hear is taken in, in one commit with all that follows from it. Only then does the promise,
 * and so the carrier, get its answer; a STOP is answered only when nothing that was under way before it can still
 * reach that phone (S5). What is heard again is known again, and a crash in between repeats nothing. What several calls
 * bring at once is looked up and committed together, and each call hears of its own alone.
 */
import type { Ear, Heard } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { MOST_MEDIA } from '../domain/media.ts';
import type { Message } from '../domain/message.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Intake, JoiningWork, TookIn } from '../store/inbound-shapes.ts';
import { type Store, StoreUnavailable, type WorkKind } from '../store/store.ts';
import type { Drain } from './drain.ts';
import { type Gathered, makeGather, together } from './gather.ts';
import { type Arrival, type InboundSettings, type Judged, judgeArrival, unkeptOptOut } from './judge-arrival.ts';
import type { KeepMedia, KeptMedium } from './keep-media.ts';
import type { LaneOf } from './lanes.ts';
import { type FoundReceiver, type Receivers, receiversOf } from './receivers.ts';

export interface InboundParts {
  store: Pick<
    Store,
    | 'takePart'
    | 'takeIn'
    | 'changeOptOuts'
    | 'optedOut'
    | 'pair'
    | 'sendersByAddress'
    | 'account'
    | 'document'
    | 'documents'
    | 'documentsByName'
  >;
  keepMedia: KeepMedia;
  sids: Pick<SidMaker, 'make'>;
  drain: Drain;
  clock: Clock;
  observe: Observer;
  settings: InboundSettings;
  laneOf: LaneOf;
  /** Told of the account whose opt-outs have changed. */
  forgetOptOuts: (accountSid: string) => void;
  /** Told of work that a commit has made due. */
  ring: (kind: WorkKind, dueAt?: number) => void;
}

export interface Inbound extends Pick<Ear, 'inbound'> {
  /** Takes in a message of which parts are missing, or whose taking in was cut short. */
  takeJoining(work: JoiningWork): Promise<void>;
  /** What becomes of what a carrier brings under this id; `cancel` when nobody waits for it any longer. */
  watch(carrierId: string): { fate: Promise<Fate>; cancel: () => void };
}

/** What became of something heard. */
export type Fate =
  | { kind: 'taken'; message: Message; keyword: Judged['keyword'] }
  /** It had come before; `null`: what it became is gone. */
  | { kind: 'seen'; messageSid: string | null }
  /** A part, and others are missing. */
  | { kind: 'waiting' }
  | { kind: 'unkept'; why: string };

interface Parted {
  heard: Heard;
  receiver: FoundReceiver;
}

const NOBODYS = 'nobody here has this number';
const NOT_ACTIVE = 'its account is suspended or closed';
const RECEIVES_NOTHING =
  'its service is set to receive nothing: give it InboundRequestUrl or UseInboundWebhookOnNumber';
/** Bytes that went between their writing and the commit are written again so often. */
const MOST_LOST = 3;

export function makeInbound(parts: InboundParts): Inbound {
  const { store, clock, observe, settings } = parts;
  const watchers = new Map<string, (fate: Fate) => void>();

  /** Looked up one group after the other; what follows goes on beside the next one. */
  const inbound = makeGather<Heard>(async (group) => {
    const receivers = receiversOf(store, settings.keywordsOff);
    await receivers.look(group.flatMap(({ item: { to, from } }) => [to, from]));
    sort(group, receivers).catch((error: unknown) => {
      for (const { reject } of group) reject(error);
    });
  });

  /** Each is settled by what becomes of it. */
  async function sort(group: Gathered<Heard>[], receivers: Receivers): Promise<void> {
    const found = await Promise.all(group.map(({ item }) => receivers.find(item.to)));
    const texts: Gathered<Arrival>[] = [];
    const parted: Gathered<Parted>[] = [];
    for (const [index, { item: heard, ...settle }] of group.entries()) {
      const receiver = found[index] ?? null;
      const why = whyUnkept(receiver);
      const text = textArrival(heard);
      if (why !== null || receiver === null) {
        leave(heard, receiver, why ?? NOBODYS).then(settle.resolve, settle.reject);
      } else if (!text) parted.push({ ...settle, item: { heard, receiver } });
      // Its bytes are written first, and nobody else has to wait for that.
      else if (text.media.length > 0) void together([{ ...settle, item: text }], (alone) => take(alone, receivers));
      else texts.push({ ...settle, item: text });
    }
    void together(texts, (some) => take(some, receivers));
    void together(parted, async (some) => {
      const whole = await join(some);
      void together(whole, (messages) => take(messages, receivers));
    });
  }

  function whyUnkept(receiver: FoundReceiver | null): string | null {
    if (!receiver) return NOBODYS;
    if (!receiver.isActive) return NOT_ACTIVE;
    return receiver.route.receives ? null : RECEIVES_NOTHING;
  }

  /** Not kept, and the carrier is answered all the same. Who wants no more messages, or some again, is heard even so. */
  async function leave(heard: Heard, receiver: FoundReceiver | null, why: string): Promise<void> {
    const change = receiver && unkeptOptOut(heard, receiver);
    if (change) {
      const [changed] = await store.changeOptOuts([change], clock.now());
      parts.forgetOptOuts(change.accountSid);
      await parts.drain(changed?.claimedWorks ?? []);
      const channel = change.keys[0]?.channel;
      if (changed?.changed && channel) {
        const { accountSid, change: what, source } = change;
        observe({ type: 'opt-out', at: clock.now(), accountSid, change: what, channel, source });
      }
    }
    observe({ type: 'inbound.stray', at: clock.now(), connector: heard.connector, why });
    tell(heard.carrierId, { kind: 'unkept', why });
  }

  /** The messages of which these were the last parts. The others wait, or had come before. */
  async function join(some: Gathered<Parted>[]): Promise<Gathered<Arrival>[]> {
    const now = clock.now();
    const batch = some.flatMap(({ item: { heard, receiver } }) => {
      const { connector, content } = heard;
      if (content.kind !== 'part') return [];
      return { connector, accountSid: receiver.accountSid, part: content.part, waitMs: settings.partsWaitMs };
    });
    const taken = await store.takePart(batch, now);
    // When it is given up; the loop's own poll would find it late.
    if (taken.some(({ kind }) => kind === 'waiting')) parts.ring('joining', now + settings.partsWaitMs);
    return some.flatMap(({ item: { heard }, ...settle }, index) => {
      const one = taken[index];
      const { connector, carrierId, became } = heard;
      if (one?.kind === 'whole') {
        const { message, joining } = one;
        const rest = { joining, isLost: false, media: [], channel: null, became };
        return { ...settle, item: { connector, carrierId, ...message, ...rest } };
      }
      tell(carrierId, { kind: 'waiting' });
      settle.resolve();
      return [];
    });
  }

  /** All in one commit. Rejects when there was none. */
  async function take(arrivals: Gathered<Arrival>[], receivers: Receivers): Promise<void> {
    const judged = await Promise.all(arrivals.map(({ item }) => judge(item, receivers)));
    let results = await store.takeIn(
      judged.map(({ intake }) => intake),
      clock.now(),
    );
    for (let tries = 1; results.some(({ kind }) => kind === 'lost'); tries += 1) {
      if (tries > MOST_LOST) throw new StoreUnavailable('the bytes of media went before their message was taken in');
      results = await Promise.all(
        results.map((result, index) => takeAgain(result, judged[index], arrivals[index]?.item)),
      );
    }
    for (const { intake } of judged) if (intake.optOut) parts.forgetOptOuts(intake.message.accountSid);
    for (const [index, result] of results.entries()) announce(judged[index], arrivals[index]?.item, result);
    for (const [index, { item, resolve, reject }] of arrivals.entries()) {
      const result = results[index];
      const works = result && result.kind !== 'lost' ? result.claimedWorks : [];
      const end = () => {
        tell(item.carrierId, fateOf(result, judged[index]));
        resolve();
      };
      if (works.length === 0) end();
      else parts.drain(works).then(end, reject);
    }
  }

  async function judge(arrival: Arrival, { find }: Receivers): Promise<Judged> {
    const kept = await keep(arrival);
    const receiver = await find(arrival.to);
    const isOurs = async () => (await find(arrival.from)) !== null;
    return judgeArrival(
      { store, sids: parts.sids, settings, laneOf: parts.laneOf, isOurs },
      arrival,
      receiver,
      kept,
      clock.now(),
    );
  }

  /** What is beyond the number that a message may have is left out. */
  function keep({ media }: Arrival): Promise<KeptMedium[]> {
    return parts.keepMedia(media.slice(0, MOST_MEDIA));
  }

  async function takeAgain(result: TookIn, judged: Judged | undefined, arrival: Arrival | undefined): Promise<TookIn> {
    if (result.kind !== 'lost' || !judged || !arrival) return result;
    const intake: Intake = { ...judged.intake, media: await keep(arrival) };
    const [again] = await store.takeIn([intake], clock.now());
    return again ?? result;
  }

  function announce(judged: Judged | undefined, arrival: Arrival | undefined, result: TookIn): void {
    if (result.kind !== 'taken' || !judged || !arrival) return;
    const { message } = result;
    const {
      sid,
      accountSid,
      from,
      to,
      body,
      status,
      numSegments: segments,
      numMedia: media,
      errorCode,
      createdAt,
    } = message;
    const at = clock.now();
    const { intake, keyword } = judged;
    const rest = { body, segments, media, status, serviceSid: message.serviceSid, keyword: keyword?.type };
    observe({ type: 'inbound.received', at, sid, accountSid, from: from ?? '', to, ...rest });
    arrival.became?.({ accountSid, messageSid: sid });
    if (status === 'failed') {
      observe({ type: 'message.status', at, sid, accountSid, status, errorCode: errorCode ?? undefined, createdAt });
    }
    if (result.optOutChanged && intake.optOut) {
      const { change, source, keys } = intake.optOut;
      const channel = keys[0]?.channel ?? 'sms';
      observe({ type: 'opt-out', at, accountSid, change, channel, source });
    }
    const { noticeAt } = result;
    if (noticeAt !== undefined) parts.ring('send', noticeAt);
    else if (intake.notice) {
      const { connector } = intake.notice;
      observe({ type: 'notice.outcome', at, sid, connector, outcome: 'queue-full', attempt: 0 });
    }
    if (intake.reply) parts.ring('reply');
    if (intake.tell) parts.ring('esme');
  }

  function tell(carrierId: string | null, fate: Fate | null): void {
    if (carrierId !== null && fate !== null) watchers.get(carrierId)?.(fate);
  }

  return {
    inbound,
    takeJoining({ joining, connector, accountSid, lost, message }) {
      const receivers = receiversOf(store, settings.keywordsOff);
      const rest = { connector, carrierId: null, joining, isLost: lost, media: [], channel: null };
      // Whose it is was known when its parts came: it is kept even if nobody has the number any more.
      const item = { ...message, ...rest, accountSid };
      return new Promise<void>((resolve, reject) => {
        void together([{ item, resolve, reject }], (alone) => take(alone, receivers));
      });
    },
    watch(carrierId) {
      const fate = new Promise<Fate>((resolve) => watchers.set(carrierId, resolve));
      const cancel = () => void watchers.delete(carrierId);
      return { fate, cancel };
    },
  };
}

function fateOf(result: TookIn | undefined, judged: Judged | undefined): Fate | null {
  if (result?.kind === 'seen') return { kind: 'seen', messageSid: result.messageSid };
  return result?.kind === 'taken' ? { kind: 'taken', message: result.message, keyword: judged?.keyword ?? null } : null;
}

function textArrival({ connector, carrierId, from, to, content, media, channel, became }: Heard): Arrival | null {
  if (content.kind !== 'text') return null;
  const { body, numSegments } = content;
  return { connector, carrierId, from, to, body, numSegments, media, channel, joining: null, isLost: false, became };
}
