/**
 * Dispatch: claimed sends go to their connector, and what follows from each outcome is decided in here and in
 * `conclude.ts` alone. The claim that made a message `sending` is durable before this room sees it, so whatever still
 * waits is unsent. Just before anything is handed over the fence asks whether it is still this node's.
 */
import type { Connector, Outcome, SubmissionMedia } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { ChargeOf } from '../domain/prices.ts';
import type { ChannelRefusal } from '../domain/session-window.ts';
import { type SendSettlement, type SendWork, type Store, StoreUnavailable } from '../store/store.ts';
import type { AccountGate } from './account-gate.ts';
import type { Attach } from './attach.ts';
import type { ChannelGate } from './channel-gate.ts';
import { conclude, putBack, settlement, submissionOf, unreadable, unsendable } from './conclude.ts';
import { Loop, type LoopRoom } from './loop.ts';
import type { NodeMembership, Term } from './membership.ts';
import type { Overtaken } from './overtaken.ts';
import { ClaimAhead, Pacer } from './pace.ts';
import { makePersist } from './persist.ts';

export interface DispatchSettings {
  /** Messages handed over but not yet answered. */
  maxInFlight: number;
  batch: number;
  /** A claim is somebody's for so long; longer than any connector takes to answer. */
  leaseMs: number;
  pollMs: number;
  /**
   * How far ahead of a due time claiming begins at least, so that its commit does not make the message late. It grows
   * with the time that claims take.
   */
  wakeAheadMs: number;
  chargeOf: ChargeOf;
  /** Countries that get MMS (30011 elsewhere). */
  mmsCountries: readonly string[];
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
}

export interface DispatchParts {
  store: Pick<Store, 'claimSends' | 'settleSends' | 'nextDueAt'>;
  connectors: ReadonlyMap<string, Connector>;
  membership: Pick<NodeMembership, 'term' | 'holds'>;
  accounts: AccountGate;
  /** Left out: every channel carries everything. */
  channels?: Pick<ChannelGate, 'refusals'>;
  attach: Attach;
  /** Whether a connector runs here and its sends are this node's. */
  runs: (connector: string) => boolean;
  /** Connectors whose sends are to be left alone. */
  except: () => string[];
  clock: Clock;
  observe: Observer;
  faults: Faults;
  settings: DispatchSettings;
  /** Told after a commit that may have made a callback due. */
  ringCallbacks: () => void;
  /** Knows of receipts that were parked. */
  overtaken?: Pick<Overtaken, 'take'>;
}

export type Dispatch = LoopRoom;

/** Work with what the fence needs to know. */
interface Claimed {
  work: SendWork;
  /** `null`: it has some, and they could not be read. */
  media: SubmissionMedia[] | null;
  term: Term;
  /** Monotonic: the last instant at which it may be handed over. */
  sendUntil: number;
  /** Monotonic: from here on it is due for somebody else. */
  leaseUntil: number;
}

/** What must be left of a work's lease when it is handed over (H9). */
const FENCE_MS = 5_000;
/** A hand-over that breaks the connector itself so often is given up, so that it cannot hold up the rest. */
const MAX_BROKEN_ATTEMPTS = 3;

export function makeDispatch(parts: DispatchParts): Dispatch {
  const { store, clock, membership, settings } = parts;
  const pacer = new Pacer<{ claimed: Claimed; end: () => void }>(clock, start);
  const ahead = new ClaimAhead(settings.wakeAheadMs);
  const persist = makePersist({ clock, observe: parts.observe, where: 'dispatch: settle' });
  let isStopping = false;

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

  function fault(where: string, error: unknown): void {
    parts.observe({ type: 'fault', at: clock.now(), where, error });
  }

  async function claim(limit: number): Promise<Claimed[]> {
    const term = membership.term();
    const except = parts.except();
    if (term === null || isNothingOurs(except)) return [];
    const asked = clock.monotonic();
    const lookAheadMs = ahead.lookMs;
    const lateLanes = pacer.late(lookAheadMs);
    const { leaseMs } = settings;
    const works = await store.claimSends(
      {
        owner: term.owner,
        limit,
        leaseMs,
        lookAheadMs,
        ...(except.length > 0 && { except }),
        ...(lateLanes.length > 0 && { lateLanes }),
      },
      clock.now(),
    );
    ahead.learn(clock.monotonic() - asked);
    const leaseUntil = asked + leaseMs;
    const attached = await parts.attach(works, (error) => fault('dispatch: media', error));
    return works.map((work) => {
      const media = attached.get(work.message.sid) ?? (work.message.numMedia > 0 ? null : []);
      return { work, media, term, sendUntil: leaseUntil - FENCE_MS, leaseUntil };
    });
  }

  async function nextDueAt(): Promise<number | null> {
    const except = parts.except();
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

  async function run(items: Claimed[]): Promise<void> {
    const refused: SendSettlement[] = [];
    const hands: Promise<void>[] = [];
    const unpaced: Claimed[] = [];
    const isOpen = await openAccounts(items);
    const refusals = await channelRefusals(items);
    for (const claimed of items) {
      const { work } = claimed;
      const errorCode = unsendable(work, isOpen(work.message.accountSid), settings);
      const refusal = errorCode === null ? refusals?.get(work.message.sid) : { errorCode };
      if (refusal) refused.push(settlement(work, { kind: 'failed', ...refusal }));
      else if (claimed.media === null) refused.push(unreadable(work, clock.now()));
      else if (work.lane === null) unpaced.push(claimed);
      else if (!isStopping) {
        const { lane, startAt } = work;
        hands.push(new Promise((end) => pacer.add({ claimed, end }, lane, startAt)));
      }
    }
    if (hands.length > 0) pacer.go();
    for (const claims of byConnector(unpaced)) hands.push(handOver(claims));
    if (refused.length > 0) hands.push(record(refused, items));
    await Promise.all(hands);
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
      return (await parts.channels?.refusals(items.map(({ work }) => work.message))) ?? null;
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

  /** What may be sent at this instant, and what may be somebody else's by now. */
  function fence(claims: Claimed[], name: string): { mine: Claimed[]; lost: Claimed[] } {
    const now = clock.monotonic();
    const isElsewhere = parts.connectors.has(name) && !parts.runs(name);
    const mine: Claimed[] = [];
    const lost: Claimed[] = [];
    const reasons = new Set<string>();
    for (const claimed of claims) {
      const why = !membership.holds(claimed.term)
        ? 'this node is not sure that it is still alive to others'
        : isElsewhere
          ? 'the connector is not held here'
          : claimed.sendUntil < now
            ? 'its lease is nearly over'
            : null;
      if (why !== null) reasons.add(why);
      (why === null ? mine : lost).push(claimed);
    }
    if (lost.length > 0) {
      const why = [...reasons].join(', ');
      parts.observe({ type: 'dispatch.dropped', at: clock.now(), connector: name, works: lost.length, why });
    }
    return { mine, lost };
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
    const works = claims.map(({ work }) => work);
    const outcomes = connector
      ? await send(connector, claims)
      : works.map((): Outcome => ({ kind: 'unreachable', note: `no connector named ${name}` }));
    parts.faults.at('dispatch.after-send');
    const now = clock.now();
    const settlements = works.map((work, index) => {
      const outcome = outcomes[index] ?? { kind: 'unsure', note: 'the connector gave no outcome' };
      return settlement(work, conclude(work, outcome, connector, settings, now));
    });
    await record(settlements, claims);
  }

  async function send(connector: Connector, claims: Claimed[]): Promise<Outcome[]> {
    try {
      return await connector.send(claims.map(({ work, media }) => submissionOf(work, media ?? [])));
    } catch (error) {
      // A connector promises outcomes; one that throws is broken, and nobody knows what it had sent.
      fault(`connector ${connector.name}`, error);
      return claims.map(({ work }) =>
        work.attempt >= MAX_BROKEN_ATTEMPTS
          ? { kind: 'refused', errorCode: 30008, note: 'the connector broke three times on it' }
          : { kind: 'unsure', note: 'the connector broke' },
      );
    }
  }

  async function record(settlements: SendSettlement[], claims: Claimed[]): Promise<void> {
    const applied = await persist(() => settle(settlements), leaseEnd(claims));
    if (applied === null) return;
    const bySid = new Map(claims.map(({ work }) => [work.message.sid, work]));
    settlements.forEach((one, index) => {
      const work = bySid.get(one.messageSid);
      if (applied[index] && work) tell(one, work);
      if (one.result.kind === 'again') loop.ring(one.result.dueAt);
    });
    parts.ringCallbacks();
  }

  /** When a batch fails its items are tried alone, so that one bad item cannot make all the others be sent again. */
  async function settle(batch: SendSettlement[]): Promise<boolean[]> {
    try {
      return await store.settleSends(batch, clock.now());
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (batch.length > 1) return (await Promise.all(batch.map((one) => settle([one])))).flat();
      fault('dispatch: settle', error);
      return [false];
    }
  }

  function tell(one: SendSettlement, work: SendWork): void {
    const { result } = one;
    const at = clock.now();
    parts.observe({
      type: 'dispatch.outcome',
      at,
      sid: one.messageSid,
      connector: work.connector,
      outcome: result.kind,
      attempt: one.attempt,
      note: result.kind === 'sent' ? undefined : result.note,
    });
    if (result.kind === 'again') return;
    const { accountSid, createdAt } = work.message;
    const status = result.kind === 'sent' ? 'sent' : 'failed';
    const errorCode = result.kind === 'failed' ? result.errorCode : undefined;
    const event = { type: 'message.status', at, sid: one.messageSid, accountSid, createdAt } as const;
    parts.observe({ ...event, status, errorCode });
    const overtaken = result.kind === 'sent' && parts.overtaken?.take(result.connector, result.carrierIds);
    if (overtaken) parts.observe({ ...event, status: 'undelivered', errorCode: overtaken });
  }

  return {
    start: () => loop.start(),
    ring: (dueAt) => loop.ring(dueAt === undefined ? undefined : dueAt - ahead.wakeMs),
    idle: () => loop.idle(),
    async stop(limitMs) {
      isStopping = true;
      // What waits for its slot is unsent: leaving the store gives it back.
      for (const { end } of pacer.clear()) end();
      const inTime = await loop.stop(limitMs);
      persist.end();
      return inTime;
    },
  };
}

function byConnector(claims: Iterable<Claimed>): Iterable<Claimed[]> {
  const groups = new Map<string, Claimed[]>();
  for (const claimed of claims) {
    const group = groups.get(claimed.work.connector);
    if (group) group.push(claimed);
    else groups.set(claimed.work.connector, [claimed]);
  }
  return groups.values();
}

function leaseEnd(claims: Claimed[]): number {
  return claims.reduce((latest, { leaseUntil }) => Math.max(latest, leaseUntil), 0);
}
