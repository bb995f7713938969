/**
 * Releases: messages that came without a sender, and those whose hour has come, get what they lack and enter the queue.
 * The store says what is due, so by its clock nothing is early; a release that is stale (canceled meanwhile, or
 * claimed by somebody else) changes nothing there. One batch at a time: who is picked depends on who was picked before.
 * That holds on one node; on several, two first messages to somebody at the same instant may get two senders.
 */
import { parseSender, parseTo } from '../domain/address.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import { leavesAsMms, partsOf, standIns } from '../domain/mms.ts';
import { type Release, type Released, type ReleaseWork, type Store, StoreUnavailable } from '../store/store.ts';
import type { ChannelGate } from './channel-gate.ts';
import { Loop, type LoopRoom } from './loop.ts';
import type { NodeMembership } from './membership.ts';
import { isForbidden, OPTED_OUT, type OptOutReads } from './opt-outs.ts';
import { makePersist } from './persist.ts';
import { makePickRound, type PickParts, type PickRound } from './pick.ts';

export interface ReleaseSettings {
  batch: number;
  leaseMs: number;
  /** Also the longest delay after the wall clock has been put forward. */
  pollMs: number;
}

export interface ReleaseParts extends PickParts {
  store: PickParts['store'] & OptOutReads & Pick<Store, 'claimReleases' | 'release' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term'>;
  clock: Clock;
  observe: Observer;
  settings: ReleaseSettings;
  /** The public address of a medium, for counting what leaves as links. */
  mediaLink: (sid: string) => string;
  /** Left out: the store is asked each time. */
  optOuts?: OptOutReads;
  /** Left out: every channel carries everything. */
  channels?: Pick<ChannelGate, 'refusal'>;
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

const SUSPENDED = 30002;
const QUEUE_OVERFLOW = 30001;
const EXPIRED = 30036;

export function makeReleases(parts: ReleaseParts): Releases {
  const { store, clock, membership, settings, observe } = parts;
  const persist = makePersist({ clock, observe, where: 'release' });
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
      const round = makePickRound(parts);
      const prepared: Prepared[] = [];
      for (const work of works) prepared.push(await prepare(work, round, now));
      const answers = await store.release(
        prepared.map(({ release }) => release),
        now,
      );
      for (const [index, one] of prepared.entries()) tell(one, answers[index] ?? null, now);
      parts.ringCallbacks();
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (works.length > 1) for (const work of works) await releaseAll([work]);
      else fault('release', error);
    }
  }

  async function prepare(work: ReleaseWork, round: PickRound, now: number): Promise<Prepared> {
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
    const asked = { accountSid, from: parseSender(from), to, serviceSid: message.serviceSid };
    if (await isForbidden(parts.optOuts ?? store, asked)) return made({ kind: 'fail', errorCode: OPTED_OUT }, reasons);
    const refusal = await parts.channels?.refusal({ ...message, from });
    if (refusal) return made({ kind: 'fail', ...refusal }, reasons);
    const queued = { kind: 'queue', from, validUntil: message.validUntil, connector, lane } as const;
    // A plain recipient may be written to by RCS.
    const numSegments = from.includes(':') ? 1 : mediaAsLinks ? costAsLinks : cost;
    const changes = {
      ...(callbackUrl !== null && { callbackUrl }),
      ...(picked.note !== undefined && { note: picked.note }),
      ...(mediaAsLinks && { options: converted.options }),
    };
    return made({ ...queued, numSegments, ...changes }, reasons);
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
