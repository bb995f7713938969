/**
 * Releases: messages that came without a sender, and those whose hour has come, get what they lack and enter the queue.
 * The store says what is due, so by its clock nothing is early; a release that is stale (canceled meanwhile, or
 * claimed by somebody else) changes nothing there. One batch at a time: who is picked depends on who was picked before.
 * That holds on one node; on several, two first messages to somebody at the same instant may get two senders.
 */
import { parseSender, parseTo, typeRefusal } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Message } from '../domain/message.ts';
import { leavesAsMms, partsOf, standIns } from '../domain/mms.ts';
import { segmentsFrom } from '../domain/rcs-segments.ts';
import { type Release, type Released, type ReleaseWork, type Store, StoreUnavailable } from '../store/store.ts';
import { type BatchOptOutReads, readOptOuts } from './batch-opt-outs.ts';
import type { ChannelGate } from './channel-gate.ts';
import { Loop, type LoopRoom } from './loop.ts';
import type { NodeMembership } from './membership.ts';
import { isForbidden, OPTED_OUT, type OptOutQuestion } from './opt-outs.ts';
import { makePersist } from './persist.ts';
import { makePickRound, type PickParts, type PickRound } from './pick.ts';
import { BROKEN, GIVEN_UP, makeQuarantine } from './quarantine.ts';

export interface ReleaseSettings {
  batch: number;
  leaseMs: number;
  /** Also the longest delay after the wall clock has been put forward. */
  pollMs: number;
}

export interface ReleaseParts extends PickParts {
  store: PickParts['store'] & BatchOptOutReads & Pick<Store, 'claimReleases' | 'release' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term'>;
  clock: Clock;
  observe: Observer;
  settings: ReleaseSettings;
  /** The public address of a medium, for counting what leaves as links. */
  mediaLink: (sid: string) => string;
  /** Left out: the store is asked each time. */
  optOuts?: BatchOptOutReads;
  /** Left out: every channel carries everything. */
  channels?: Pick<ChannelGate, 'refusals'>;
  /** Told when a released message may be sent. */
  ringDispatch: (dueAt: number) => void;
  /** Told after a commit that may have made a callback due. */
  ringCallbacks: () => void;
}

export type Releases = LoopRoom;

/** A release with what is told of it afterwards. */
interface Prepared {
  work: ReleaseWork;
  release: Release;
  encoding: string;
  reasons: string[];
}

/** One that has a sender, and has yet to be judged against what is known of its recipient. */
interface Chosen extends Prepared {
  asked: OptOutQuestion;
  /** As it would leave. */
  leaving: Message;
}

function failed(one: Prepared, refusal: { errorCode: number; note?: string }): Prepared {
  return { ...one, release: { ...one.release, result: { kind: 'fail', ...refusal } } };
}

const SUSPENDED = 30002;
const QUEUE_OVERFLOW = 30001;
const EXPIRED = 30036;

export function makeReleases(parts: ReleaseParts): Releases {
  const { store, clock, membership, settings, observe } = parts;
  const persist = makePersist({ clock, observe, where: 'release' });
  const quarantine = makeQuarantine({ room: 'releases', clock, observe });
  /** The batch before this one: the loop claims the next while it is being written. */
  let before: Promise<void> = Promise.resolve();
  const loop = new Loop<ReleaseWork & { leaseUntil: number }>({
    name: 'release',
    clock,
    async claim(limit) {
      const term = membership.term();
      if (term === null) return [];
      const leaseUntil = clock.monotonic() + settings.leaseMs;
      const claim = { owner: term.owner, limit, leaseMs: settings.leaseMs };
      const works = await store.claimReleases(claim, clock.now());
      return works.map((work) => ({ ...work, leaseUntil }));
    },
    run(works) {
      const leaseUntil = Math.min(...works.map((work) => work.leaseUntil));
      const mine = before.then(async () => void (await persist(() => releaseAll(works), leaseUntil)));
      before = mine.catch(() => undefined);
      return mine;
    },
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('release')),
    maxInFlight: settings.batch,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault: fault,
  });

  function fault(where: string, error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  /** When a batch fails its items are tried alone, so that one bad item cannot hold up all the others. */
  async function releaseAll(works: ReleaseWork[]): Promise<void> {
    try {
      const now = clock.now();
      const prepared = await judged(await pickAll(works, now));
      const answers = await store.release(
        prepared.map(({ release }) => release),
        now,
      );
      for (const [index, one] of prepared.entries()) tell(one, answers[index] ?? null, now);
      parts.ringCallbacks();
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      const [only] = works;
      if (works.length > 1) for (const work of works) await releaseAll([work]);
      else if (only) await breaks(only, error);
    }
  }

  async function breaks(work: ReleaseWork, error: unknown): Promise<void> {
    const { workId, attempt, message } = work;
    const { sid: messageSid, accountSid } = message;
    if (!quarantine.broke({ id: workId, sid: messageSid, accountSid }, 'release', error)) return;
    const result: Release['result'] = { kind: 'fail', errorCode: BROKEN, note: GIVEN_UP };
    const release = { workId, attempt, accountSid, messageSid, result };
    const now = clock.now();
    try {
      const [answer] = await store.release([release], now);
      tell({ work, release, encoding: '', reasons: [] }, answer ?? null, now);
      parts.ringCallbacks();
    } catch (reason) {
      if (reason instanceof StoreUnavailable) throw reason;
      fault('release: give up', reason);
    }
  }

  /** One after the other, as who is picked depends on who was picked before. What the picking needs is read together. */
  async function pickAll(works: ReleaseWork[], now: number): Promise<(Prepared | Chosen)[]> {
    const round = makePickRound(parts);
    await expectAll(works, round);
    const picked: (Prepared | Chosen)[] = [];
    for (const work of works) picked.push(await pick(work, round, now));
    return picked;
  }

  async function expectAll(works: ReleaseWork[], round: PickRound): Promise<void> {
    const open = works.filter(({ message }) => message.from === null && message.serviceSid !== null);
    for (const some of Map.groupBy(open, ({ message }) => `${message.accountSid} ${message.serviceSid}`).values()) {
      const [{ message } = { message: null }] = some;
      const account = message && (await round.account(message.accountSid));
      if (account?.status !== 'active' || !message?.serviceSid) continue;
      const recipients = some.map((work) => work.message.to);
      await round.expect(account, message.serviceSid, recipients);
    }
  }

  async function pick(work: ReleaseWork, round: PickRound, now: number): Promise<Prepared | Chosen> {
    const { message } = work;
    const { accountSid, sid: messageSid } = message;
    const links = standIns(message.numMedia, parts.mediaLink);
    const text = partsOf(message, links);
    const made = (result: Release['result'], reasons: string[] = []): Prepared => ({
      work,
      release: { workId: work.workId, attempt: work.attempt, accountSid, messageSid, result },
      encoding: text.encoding,
      reasons,
    });
    const account = await round.account(accountSid);
    if (account?.status !== 'active') return made({ kind: 'fail', errorCode: SUSPENDED });
    if (now > message.validUntil) return made({ kind: 'fail', errorCode: EXPIRED });
    const to = parseTo(message.to);
    if (!to || message.serviceSid === null)
      throw new Error(`${messageSid} cannot be released: no service or recipient`);
    const refused = typeRefusal(to);
    if (refused !== null) return made({ kind: 'fail', errorCode: refused });
    const converted = { ...message, options: { ...message.options, mediaAsLinks: true as const } };
    const { fallbackFrom } = message.options;
    const cost = text.parts.length;
    const costAsLinks = partsOf(converted, links).parts.length;
    const hasMedia = leavesAsMms({ ...message, from: null });
    const wish = { to, pinned: message.from, hasMedia, cost, costAsLinks, fallbackFrom };
    const picked = await round.pick(account, message.serviceSid, wish, now);
    const { reasons } = picked;
    if (picked.kind === 'none')
      return made({ kind: 'fail', errorCode: picked.errorCode, note: reasons.at(-1) }, reasons);
    const { from, connector, lane, callbackUrl, mediaAsLinks } = picked;
    const queued = { kind: 'queue', from, validUntil: message.validUntil, connector, lane } as const;
    // A plain recipient may be written to by RCS.
    const numSegments = segmentsFrom(from, message, mediaAsLinks ? costAsLinks : cost);
    const changes = {
      ...(callbackUrl !== null && { callbackUrl }),
      ...(picked.note !== undefined && { note: picked.note }),
      ...(mediaAsLinks && { options: converted.options }),
    };
    const asked = { accountSid, from: parseSender(from), to, serviceSid: message.serviceSid };
    return { ...made({ ...queued, numSegments, ...changes }, reasons), asked, leaving: { ...message, from } };
  }

  /** Those that have a sender now, against what is known of their recipients. */
  async function judged(picked: (Prepared | Chosen)[]): Promise<Prepared[]> {
    const chosen = picked.filter((one) => 'asked' in one);
    const optOuts = await readOptOuts(
      parts.optOuts ?? store,
      chosen.map(({ asked }) => asked),
    );
    const forbidden = new Set<Prepared>();
    for (const one of chosen) if (await isForbidden(optOuts, one.asked)) forbidden.add(one);
    const leaving = chosen.flatMap((one) => (forbidden.has(one) ? [] : one.leaving));
    const refusals = await parts.channels?.refusals(leaving);
    return picked.map((one) => {
      if (forbidden.has(one)) return failed(one, { errorCode: OPTED_OUT });
      const refusal = 'asked' in one && refusals?.get(one.leaving.sid);
      return refusal ? failed(one, refusal) : one;
    });
  }

  /** `null`: canceled, or released by somebody else. */
  function tell({ work, release, encoding, reasons }: Prepared, answer: Released | null, at: number): void {
    if (answer === null) return;
    const { sid, accountSid, createdAt } = work.message;
    const { result } = release;
    const errorCode =
      answer.status === 'queued' ? undefined : result.kind === 'fail' ? result.errorCode : QUEUE_OVERFLOW;
    observe({ type: 'message.status', at, sid, accountSid, status: answer.status, errorCode, createdAt });
    if (answer.dueAt === null || result.kind !== 'queue') return;
    const { from, numSegments: segments } = result;
    const wasScheduled = work.message.status === 'scheduled';
    observe({ type: 'message.released', at, sid, accountSid, wasScheduled, from, segments, encoding, reasons });
    parts.ringDispatch(answer.dueAt);
  }

  return {
    start: () => loop.start(),
    ring: (dueAt) => loop.ring(dueAt),
    idle: () => loop.idle(),
    async stop(limitMs) {
      const inTime = await loop.stop(limitMs);
      persist.end();
      return inTime;
    },
  };
}
