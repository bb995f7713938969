/**
 * Inbound: what connectors hear is taken in, in one commit with all that follows from it. Only then does the promise,
 * and so the carrier, get its answer; a STOP is answered only when nothing that was under way before it can still
 * reach that phone (S5). What is heard again is known again, and a crash in between repeats nothing.
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
import { type Arrival, type InboundSettings, type Judged, judgeArrival, unkeptOptOut } from './judge-arrival.ts';
import type { KeepMedia, KeptMedium } from './keep-media.ts';
import { type FindReceiver, type FoundReceiver, receiversOf } from './receivers.ts';

export interface InboundParts {
  store: Pick<
    Store,
    | 'takePart'
    | 'takeIn'
    | 'changeOptOuts'
    | 'optedOut'
    | 'pair'
    | 'senderByAddress'
    | 'account'
    | 'document'
    | 'documents'
  >;
  keepMedia: KeepMedia;
  sids: Pick<SidMaker, 'make'>;
  drain: Drain;
  clock: Clock;
  observe: Observer;
  settings: InboundSettings;
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

const NOBODYS = 'nobody here has this number';
const NOT_ACTIVE = 'its account is suspended or closed';
const RECEIVES_NOTHING =
  'its service is set to receive nothing: give it InboundRequestUrl or UseInboundWebhookOnNumber';
/** Bytes that went between their writing and the commit are written again so often. */
const MOST_LOST = 3;

export function makeInbound(parts: InboundParts): Inbound {
  const { store, clock, observe, settings } = parts;
  const watchers = new Map<string, (fate: Fate) => void>();

  async function inbound(batch: Heard[]): Promise<void> {
    const find = receiversOf(store, settings.keywordsOff);
    const found = await Promise.all(batch.map(({ to }) => find(to)));
    const arrivals: Arrival[] = [];
    // Parts one after the other: the last of them makes a message of them all.
    for (const [index, heard] of batch.entries()) {
      const receiver = found[index] ?? null;
      const why = whyUnkept(receiver);
      if (why !== null || receiver === null) {
        await leave(heard, receiver, why ?? NOBODYS);
        continue;
      }
      const arrival = heard.content.kind === 'text' ? textArrival(heard) : await joined(heard, receiver);
      if (arrival) arrivals.push(arrival);
      else tell(heard.carrierId, { kind: 'waiting' });
    }
    await takeAll(arrivals, find);
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

  /** The message of which this was the last part; `null`: it was not the last one, or had come before. */
  async function joined(heard: Heard, { accountSid }: FoundReceiver): Promise<Arrival | null> {
    if (heard.content.kind !== 'part') return null;
    const { connector, carrierId } = heard;
    const now = clock.now();
    const part = { connector, accountSid, part: heard.content.part, waitMs: settings.partsWaitMs };
    const [taken] = await store.takePart([part], now);
    // When it is given up; the loop's own poll would find it late.
    if (taken?.kind === 'waiting') parts.ring('joining', now + settings.partsWaitMs);
    if (taken?.kind !== 'whole') return null;
    return { connector, carrierId, ...taken.message, joining: taken.joining, isLost: false, media: [], channel: null };
  }

  /** All in one commit. When that fails they are tried alone, so that one bad message cannot hold up all the others. */
  async function takeAll(arrivals: Arrival[], find: FindReceiver): Promise<void> {
    if (arrivals.length === 0) return;
    try {
      await take(arrivals, find);
    } catch (error) {
      if (error instanceof StoreUnavailable || arrivals.length === 1) throw error;
      const alone = await Promise.allSettled(arrivals.map((arrival) => take([arrival], find)));
      const failed = alone.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    }
  }

  async function take(arrivals: Arrival[], find: FindReceiver): Promise<void> {
    const judged = await Promise.all(arrivals.map((arrival) => judge(arrival, find)));
    let results = await store.takeIn(
      judged.map(({ intake }) => intake),
      clock.now(),
    );
    for (let tries = 1; results.some(({ kind }) => kind === 'lost'); tries += 1) {
      if (tries > MOST_LOST) throw new StoreUnavailable('the bytes of media went before their message was taken in');
      results = await Promise.all(results.map((result, index) => takeAgain(result, judged[index], arrivals[index])));
    }
    for (const { intake } of judged) if (intake.optOut) parts.forgetOptOuts(intake.message.accountSid);
    for (const [index, result] of results.entries()) announce(judged[index], arrivals[index], result);
    await parts.drain(results.flatMap((result) => (result.kind === 'lost' ? [] : result.claimedWorks)));
    for (const [index, result] of results.entries()) {
      if (result.kind === 'seen') {
        tell(arrivals[index]?.carrierId ?? null, { kind: 'seen', messageSid: result.messageSid });
      } else if (result.kind === 'taken') {
        const keyword = judged[index]?.keyword ?? null;
        tell(arrivals[index]?.carrierId ?? null, { kind: 'taken', message: result.message, keyword });
      }
    }
  }

  async function judge(arrival: Arrival, find: FindReceiver): Promise<Judged> {
    const kept = await keep(arrival);
    const receiver = await find(arrival.to);
    const isOurs = async () => (await find(arrival.from)) !== null;
    return judgeArrival({ store, sids: parts.sids, settings, isOurs }, arrival, receiver, kept, clock.now());
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
    const type = 'inbound.received';
    observe({ type, at, sid, accountSid, from: from ?? '', to, body, segments, media, keyword: keyword?.type });
    if (status === 'failed') {
      observe({ type: 'message.status', at, sid, accountSid, status, errorCode: errorCode ?? undefined, createdAt });
    }
    if (result.optOutChanged && intake.optOut) {
      const { change, source, keys } = intake.optOut;
      const channel = keys[0]?.channel ?? 'sms';
      observe({ type: 'opt-out', at, accountSid, change, channel, source });
    }
    if (intake.notice) parts.ring('notice');
    if (intake.reply) parts.ring('reply');
  }

  function tell(carrierId: string | null, fate: Fate): void {
    if (carrierId !== null) watchers.get(carrierId)?.(fate);
  }

  return {
    inbound,
    async takeJoining({ joining, connector, accountSid, lost, message }) {
      const find = receiversOf(store, settings.keywordsOff);
      const rest = { connector, carrierId: null, joining, isLost: lost, media: [], channel: null };
      // Whose it is was known when its parts came: it is kept even if nobody has the number any more.
      await takeAll([{ ...message, ...rest, accountSid }], find);
    },
    watch(carrierId) {
      const fate = new Promise<Fate>((resolve) => watchers.set(carrierId, resolve));
      const cancel = () => void watchers.delete(carrierId);
      return { fate, cancel };
    },
  };
}

function textArrival({ connector, carrierId, from, to, content, media, channel }: Heard): Arrival | null {
  if (content.kind !== 'text') return null;
  const { body, numSegments } = content;
  return { connector, carrierId, from, to, body, numSegments, media, channel, joining: null, isLost: false };
}
