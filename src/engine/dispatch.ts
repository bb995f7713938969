/**
 * Dispatch: claimed sends go to their connector, and what follows from each outcome is decided in here and in
 * `conclude.ts` alone. The claim that made a message `sending` is durable before this room sees it, so whatever still
 * waits is unsent. Just before anything is handed over the fence asks whether it is still this node's.
 */
import type { Connector, Outcome, Submission } from '../connectors/connector.ts';
import type { ChannelRefusal } from '../domain/session-window.ts';
import type { SendPast, SendSettlement, SendWork } from '../store/store.ts';
import { onlyLooked, setAside } from './aside.ts';
import {
  conclude,
  putBack,
  ruleOf,
  settlement,
  submissionOf,
  unreadable,
  unsendable,
  withoutEcho,
} from './conclude.ts';
import type { Claimed, DispatchParts } from './dispatch-parts.ts';
import { HandOverGate } from './hand-over-gate.ts';
import { FENCE_MS, makeFence } from './lease-fence.ts';
import { Loop, type LoopRoom } from './loop.ts';
import { concludeNotice, noticeSubmission } from './notices.ts';
import { ClaimAhead, Pacer } from './pace.ts';
import { makePersist } from './persist.ts';
import { BROKEN, GIVEN_UP, MOST_BROKEN, makeQuarantine } from './quarantine.ts';
import { QueueSearch } from './queue-search.ts';
import { inOneGo, ResultBook } from './result-book.ts';
import type { Routed } from './router.ts';
import { Seats } from './seats.ts';
import { tellOutcome } from './tell-outcome.ts';

export type Dispatch = LoopRoom;

/** What became of one, and who waits until that is written down. */
interface Met {
  claimed: Claimed;
  outcome: Outcome;
  end(): void;
}

const NONE = (): string[] => [];

export function makeDispatch(parts: DispatchParts): Dispatch {
  const { store, clock, membership, settings } = parts;
  const pacer = new Pacer<{ claimed: Claimed; end: () => void }>(clock, start);
  const ahead = new ClaimAhead(settings.wakeAheadMs);
  const persist = makePersist({ clock, observe: parts.observe, where: 'dispatch: settle' });
  const fence = makeFence<Claimed>(parts);
  const quarantine = makeQuarantine({ room: 'dispatch', clock, observe: parts.observe });
  let isStopping = false;
  const search = new QueueSearch({ clock, resting: parts.resting ?? NONE, away: parts.away ?? NONE });

  const loop = new Loop<Claimed>({
    name: 'dispatch',
    clock,
    claim,
    run,
    nextDueAt,
    maxInFlight: settings.maxInFlight,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault: fault,
  });

  const seats = new Seats<Claimed>(settings.maxInFlight, parts.connectors.size, () => loop.ring());
  const book = new ResultBook<Met>(recordMet);
  const gate = new HandOverGate<Claimed>({
    ...{ store, clock, connectors: parts.connectors, persist },
    fault: (error) => fault('dispatch: note', error),
    putBack: putBackAll,
  });

  function fault(where: string, error: unknown): void {
    parts.observe({ type: 'fault', at: clock.now(), where, error });
  }

  async function claim(limit: number): Promise<Claimed[]> {
    const term = membership.term();
    const except = [...parts.except(), ...seats.full()];
    const searched = search.next();
    if (term === null || (isNothingOurs(except) && searched === null)) return [];
    const beginning = gate.begin(term);
    if (beginning) await beginning;
    const asked = clock.monotonic();
    const lookAheadMs = ahead.lookMs;
    const lateLanes = pacer.late(lookAheadMs);
    const { leaseMs } = settings;
    const claim = { owner: term.owner, limit, leaseMs, lookAheadMs };
    const which = searched?.which ?? {
      ...(except.length > 0 && { except }),
      ...(lateLanes.length > 0 && { lateLanes }),
    };
    const works = await store.claimSends({ ...claim, ...which }, clock.now());
    if (searched === null) ahead.learn(clock.monotonic() - asked + gate.noteMs);
    else {
      if (works.length < limit) search.done(searched.kind);
      // What can be sent has its turn next.
      loop.ring();
    }
    const leaseUntil = asked + leaseMs;
    const attached = await parts.attach(works, (error) => fault('dispatch: media', error));
    return works.map((work) => {
      const media = attached.get(work.message.sid) ?? (work.message.numMedia > 0 ? null : []);
      const isEarly = searched?.kind === 'away';
      return { work, media, term, sendUntil: leaseUntil - FENCE_MS, leaseUntil, isEarly };
    });
  }

  async function nextDueAt(): Promise<number | null> {
    const except = [...parts.except(), ...seats.full()];
    if (membership.term() === null || isNothingOurs(except)) return null;
    const dueAt = await store.nextDueAt('send', except.length > 0 ? except : undefined);
    if (dueAt === null) return null;
    // Unpaced work cannot be claimed ahead: who has come early for it comes again in time.
    const early = dueAt - ahead.wakeMs;
    return early > clock.now() ? early : dueAt;
  }

  /** With connectors configured but none of them ours, there is nothing to ask the store for. */
  function isNothingOurs(except: string[]): boolean {
    if (except.length === 0 || parts.connectors.size === 0) return false;
    return [...parts.connectors.keys()].every((name) => except.includes(name));
  }

  async function run(items: Claimed[], done: (count: number) => void): Promise<void> {
    for (const claimed of items) seats.take(claimed, claimed.work.connector, () => done(1));
    try {
      await runAll(items);
    } finally {
      for (const claimed of items) seats.free(claimed);
    }
  }

  async function runAll(items: Claimed[]): Promise<void> {
    const refused: SendSettlement[] = [];
    const hands: Promise<void>[] = [];
    const going: Claimed[] = [];
    const isOpen = await openAccounts(items);
    const refusals = await channelRefusals(items);
    const place = (claimed: Claimed): void => {
      const { work } = claimed;
      const errorCode = unsendable(work, isOpen(work.message.accountSid), settings);
      const refusal = errorCode === null ? refusals?.get(work.message.sid) : { errorCode };
      if (refusal) refused.push(settlement(work, { kind: 'failed', ...refusal }));
      else if (claimed.media === null) refused.push(unreadable(work, clock.now()));
      else if (aside(work, refused)) return;
      else if (claimed.isEarly) refused.push(settlement(work, onlyLooked(work, work.startAt)));
      else going.push(claimed);
    };
    for (const claimed of items) guard(claimed.work, 'dispatch: judge', () => place(claimed), refused);
    for (const claims of byConnector(going)) hands.push(gate.pass(claims, go));
    if (refused.length > 0) hands.push(record(refused, items));
    await Promise.all(hands);
  }

  /** Those of one connector, each at its slot. */
  async function go(claims: Claimed[]): Promise<void> {
    const [unpaced, unsent, hands]: [Claimed[], Claimed[], Promise<void>[]] = [[], [], []];
    for (const claimed of claims) {
      const { lane, startAt } = claimed.work;
      if (lane === null) unpaced.push(claimed);
      else if (isStopping) unsent.push(claimed);
      else hands.push(new Promise((end) => pacer.add({ claimed, end }, lane, startAt)));
    }
    if (hands.length > 0) pacer.go();
    if (unsent.length > 0) hands.push(putBackAll(unsent));
    if (unpaced.length > 0) hands.push(handOver(unpaced));
    await Promise.all(hands);
  }

  /** `null`: our own code broke on it. It comes again with the end of its lease, unless it is given up (H6). */
  function guard<Made>(work: SendWork, where: string, task: () => Made, settled: SendSettlement[]): Made | null {
    const { sid, accountSid } = work.message;
    return quarantine.attempt({ id: work.workId, sid, accountSid }, where, task, () => {
      settled.push(settlement(work, { kind: 'failed', errorCode: BROKEN, note: GIVEN_UP }));
    });
  }

  /** Whether it is not to be handed over now. */
  function aside(work: SendWork, settled: SendSettlement[]): boolean {
    const connector = parts.connectors.get(work.connector);
    const now = clock.now();
    const rule = ruleOf(work.connector, settings);
    const isAway = (name: string) => parts.isAway?.(name) ?? false;
    const isPaused = parts.isPaused?.(work.connector) ?? false;
    const concluded = (outcome: Outcome) => conclude(work, outcome, connector, settings, now, elsewhere);
    const result = setAside(work, { connector, rule, isAway, isPaused, elsewhere, concluded }, now);
    if (result) settled.push(settlement(work, work.isNotice ? concludeNotice(work, result) : result));
    return result !== null;
  }

  function elsewhere(work: SendWork, past?: SendPast): Routed | null {
    return parts.elsewhere?.(work, past) ?? null;
  }

  /** Who may not be known to send is let through: the store has other ways to say that it is in trouble. */
  async function openAccounts(items: Claimed[]): Promise<(accountSid: string) => boolean> {
    const sids = new Set(items.map(({ work }) => work.message.accountSid));
    try {
      const closed = await parts.accounts.closed(sids);
      return (sid) => !closed.has(sid);
    } catch (error) {
      fault('dispatch: accounts', error);
      return () => true;
    }
  }

  /** What cannot be told is left to the channel itself, which judges once more. */
  async function channelRefusals(items: Claimed[]): Promise<ReadonlyMap<string, ChannelRefusal> | null> {
    try {
      const messages = items.flatMap(({ work }) => (work.isNotice ? [] : work.message));
      return (await parts.channels?.refusals(messages)) ?? null;
    } catch (error) {
      fault('dispatch: channels', error);
      return null;
    }
  }

  function start(paced: { claimed: Claimed; end: () => void }[]): void {
    const ends = new Map(paced.map(({ claimed, end }) => [claimed, end]));
    for (const claims of byConnector(ends.keys())) {
      void handOver(claims).then(() => {
        for (const claimed of claims) ends.get(claimed)?.();
      });
    }
  }

  /** All of one connector. Never rejects: what goes wrong is a fault, and the end of the lease makes it due again. */
  async function handOver(claims: Claimed[]): Promise<void> {
    try {
      const name = claims[0]?.work.connector ?? '';
      parts.faults.at('dispatch.before-send');
      const { mine, lost } = fence(claims, name);
      const putAway = putBackAll(lost);
      if (mine.length > 0) await sendAll(mine, name);
      await putAway;
    } catch (error) {
      fault('dispatch: run', error);
    }
  }

  /** Unsent, to its old place in the queue: which changes nothing once somebody else has claimed it. */
  async function putBackAll(claims: Claimed[]): Promise<void> {
    if (claims.length === 0) return;
    const settlements = claims.map(({ work }) => putBack(work));
    const applied = await persist(() => settle(settlements), leaseEnd(claims));
    if (applied) loop.ring();
  }

  async function sendAll(claims: Claimed[], name: string): Promise<void> {
    const connector = parts.connectors.get(name);
    const broken: SendSettlement[] = [];
    const ready = claims.flatMap((claimed) => {
      const submission = guard(claimed.work, 'dispatch: submission', () => handed(claimed), broken);
      return submission ? { claimed, work: claimed.work, submission } : [];
    });
    const written = broken.length > 0 ? [record(broken, claims)] : [];
    const told = new Set<number>();
    const tell = (index: number, outcome: Outcome) => {
      const one = ready[index];
      if (one && !told.has(index)) {
        gate.answered(one.claimed);
        written.push(new Promise((end) => book.add({ claimed: one.claimed, outcome, end })));
      }
      told.add(index);
    };
    const outcomes = connector
      ? await send(connector, ready, tell)
      : ready.map((): Outcome => ({ kind: 'unreachable', note: `no connector named ${name}` }));
    for (const at of ready.keys()) tell(at, outcomes[at] ?? { kind: 'unsure', note: 'the connector gave no outcome' });
    await Promise.all(written);
  }

  /** What became of some, of whichever hand-overs. Never rejects, as those do not. */
  async function recordMet(some: Met[]): Promise<void> {
    const claims = some.map(({ claimed }) => claimed);
    try {
      parts.faults.at('dispatch.after-send');
      const now = clock.now();
      const settled: SendSettlement[] = [];
      for (const { claimed, outcome } of some) {
        const { work } = claimed;
        parts.health?.heard(work.connector, [outcome]);
        const connector = parts.connectors.get(work.connector);
        const judge = () => conclude(work, outcome, connector, settings, now, elsewhere);
        const result = guard(work, 'dispatch: conclude', judge, settled);
        if (result) settled.push(settlement(work, work.isNotice ? concludeNotice(work, result) : result));
      }
      if (settled.length > 0) await record(settled, claims);
    } catch (error) {
      fault('dispatch: run', error);
    }
    for (const { claimed, end } of some) {
      gate.closed(claimed);
      seats.free(claimed);
      end();
    }
  }

  function handed({ work, media, term, sendUntil }: Claimed): Submission {
    const writeBy = Math.min(sendUntil, membership.holdsUntil?.(term) ?? sendUntil);
    const limits = { now: clock.now(), writeBy };
    return work.isNotice ? noticeSubmission(work, limits) : submissionOf(work, media ?? [], limits);
  }

  async function send(
    connector: Connector,
    ready: { work: SendWork; submission: Submission }[],
    tell: (index: number, outcome: Outcome) => void,
  ): Promise<Outcome[]> {
    try {
      return await connector.send(
        ready.map(({ submission }) => submission),
        tell,
      );
    } catch (error) {
      // A connector promises outcomes; one that throws is broken, and nobody knows what it had sent.
      fault(`connector ${connector.name}`, error);
      return ready.map(({ work }) =>
        work.attempt >= MOST_BROKEN
          ? { kind: 'refused', errorCode: BROKEN, note: 'the connector broke three times on it' }
          : { kind: 'unsure', note: 'the connector broke' },
      );
    }
  }

  async function record(settlements: SendSettlement[], claims: Claimed[]): Promise<void> {
    const bySid = new Map(claims.map(({ work }) => [work.message.sid, work]));
    const told = settlements.map((one) => withoutEcho(one, bySid.get(one.messageSid)));
    const applied = await persist(() => settle(told), leaseEnd(claims));
    if (applied === null) return;
    settlements.forEach((one, index) => {
      const work = bySid.get(one.messageSid);
      if (applied[index] && work) tellOutcome(parts, one, work);
      if (one.result.kind === 'again') loop.ring(one.result.dueAt);
    });
    parts.ringCallbacks();
  }

  function settle(batch: SendSettlement[]): Promise<boolean[]> {
    return inOneGo(batch, (some) => store.settleSends(some, clock.now()), unsettled);
  }

  /** What cannot be recorded would be sent again and again. */
  async function unsettled(one: SendSettlement, error: unknown): Promise<boolean[]> {
    const { workId: id, messageSid: sid, accountSid } = one;
    if (!quarantine.broke({ id, sid, accountSid }, 'dispatch: settle', error)) return [false];
    return settle([{ ...one, result: { kind: 'failed', errorCode: BROKEN, note: GIVEN_UP } }]);
  }

  return {
    start: () => loop.start(),
    ring: (dueAt) => loop.ring(dueAt === undefined ? undefined : dueAt - ahead.wakeMs),
    idle: () => loop.idle(),
    async stop(limitMs) {
      isStopping = true;
      // What waits for its slot is unsent. It says so itself: what leaving the store gives back may have been sent.
      const waiting = pacer.clear();
      const putAway = putBackAll([...gate.clear(), ...waiting.map(({ claimed }) => claimed)]);
      for (const { end } of waiting) end();
      const inTime = await loop.stop(limitMs);
      await putAway;
      persist.end();
      return inTime;
    },
  };
}

function byConnector(claims: Iterable<Claimed>): Iterable<Claimed[]> {
  return Map.groupBy(claims, ({ work }) => work.connector).values();
}

function leaseEnd(claims: Claimed[]): number {
  return claims.reduce((latest, { leaseUntil }) => Math.max(latest, leaseUntil), 0);
}
