import type { AlertDraft } from '../domain/alert.ts';
import { type ParsedCallbackUrl, parseCallbackUrl } from '../domain/callback-url.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { Outgoing, OutgoingResult } from '../net/outgoing.ts';
import type { CallbackAttempt, CallbackResult, CallbackWork } from '../store/callback-shapes.ts';
import type { Store } from '../store/store.ts';
import { makeCallbackAlerts } from './callback-alerts.ts';
import { type Decision, decide } from './callback-plan.ts';
import { bared, complaint, keptAnswer } from './callback-record.ts';
import { callbackRequest } from './callback-request.ts';
import { kindOf, makeWords } from './callback-words.ts';
import type { InstallSidOf } from './channel-installs.ts';
import { FairHosts, PARKED_PER_PLACE, WAITING_PER_RUNNING } from './fair-hosts.ts';
import { Loop, type LoopRoom, untilAllEnd } from './loop.ts';
import type { NodeMembership, Term } from './membership.ts';
import { makePersist } from './persist.ts';
import { OVERDUE_MS, OVERDUE_PER_PLACE, Places } from './places.ts';
import { GIVEN_UP, INTERNAL, makeQuarantine } from './quarantine.ts';
import { inOneGo, ResultBook } from './result-book.ts';

/**
 * The callbacks room: tells customers what became of their messages. Claims due callbacks, signs and posts each,
 * records the attempt with its answer and decides what follows. Order per message is the store's promise; at least
 * once is ours: work that is dropped here without being finished comes back when its lease ends.
 */
export interface CallbackSettings {
  /** Callbacks in flight that still count as quick. */
  maxInFlight: number;
  /** At most this many at a time to one receiver (scheme, host and port). */
  perHost: number;
  /** Without `#rc`/`#rp`: how long after its event a callback is retried. */
  giveUpAfterMs: number;
  /** Claimed work that may stand behind full lines, so that a slow receiver need not wait for a lease to end. */
  mostParked?: number;
  /** Has to outlast the longest attempt (15 s) comfortably. */
  leaseMs: number;
  batch?: number;
  pollMs?: number;
}

export interface CallbackParts {
  store: Pick<Store, 'claimCallbacks' | 'finishCallbacks' | 'nextDueAt'>;
  /** Left out: nobody is told of alerts. */
  alerts?: Pick<Store, 'alert' | 'account'>;
  /** Takes alerts of what fails. */
  raise?: (drafts: AlertDraft[]) => void;
  membership: Pick<NodeMembership, 'term' | 'isOver'>;
  outgoing: Pick<Outgoing, 'request'>;
  clock: Clock;
  /** The primary token of an account: signatures are made at the time of sending (settled; C4). */
  tokenOf: (accountSid: string) => Promise<string>;
  /** Left out: callbacks do not name their channel's sender. */
  installSidOf?: InstallSidOf;
  random: () => number;
  observe: Observer;
  faults: Faults;
  settings: CallbackSettings;
}

export type Callbacks = LoopRoom;

type Receiver = ParsedCallbackUrl & { ok: true };

interface Claimed {
  work: CallbackWork;
  term: Term;
  /** Monotonic: when its lease began. */
  takenAt: number;
}

interface Job extends Claimed {
  receiver: Receiver;
  /** It needs no place of the loop any longer. */
  leave(): void;
  /** Settled or dropped. */
  end(): void;
}

interface Finished {
  result: CallbackResult;
  leaseUntil: number;
  end(): void;
}

/** Read to its end so that the connection can be kept. */
const MAX_ANSWER_BYTES = 65_536;
const URLS_KEPT = 1_000;
const SPENT_KEPT = 10_000;

export function makeCallbacks(parts: CallbackParts): Callbacks {
  const { store, membership, outgoing, clock, observe, faults, settings } = parts;
  const { leaseMs, perHost, maxInFlight } = settings;
  const persist = makePersist({ clock, observe, where: 'callbacks: finish' });
  const wordsOf = makeWords({ store: parts.alerts, installSidOf: parts.installSidOf, onFault: fault });
  const tellOf = makeCallbackAlerts(parts.raise ?? (() => undefined));
  const receivers = new Map<string, ParsedCallbackUrl>();
  const quarantine = makeQuarantine({ room: 'callbacks', clock, observe });
  const places = new Places(clock, maxInFlight * OVERDUE_PER_PLACE);
  /** Per work with Twilio's retry rule: what its attempts have used of the total budget. A restart forgives it. */
  const spentMs = new Map<number, number>();
  const book = new ResultBook<Finished>(writeDown);

  const hosts = new FairHosts<Job>({
    perHost,
    maxWaiting: perHost * WAITING_PER_RUNNING,
    park: (job) => job.leave(),
    maxParked: settings.mostParked ?? maxInFlight * PARKED_PER_PLACE,
    launch,
  });
  const loop = new Loop<Claimed>({
    name: 'callbacks',
    clock,
    claim,
    run,
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('callback')),
    maxInFlight,
    batch: settings.batch ?? 250,
    pollMs: settings.pollMs ?? 1_000,
    onFault: fault,
  });

  async function claim(limit: number): Promise<Claimed[]> {
    const term = membership.term();
    if (term === null) return [];
    const takenAt = clock.monotonic();
    const works = await store.claimCallbacks({ owner: term.owner, limit, leaseMs }, clock.now());
    return works.map((work) => ({ work, term, takenAt }));
  }

  function fault(where: string, error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  function receiverOf(url: string): ParsedCallbackUrl {
    const known = receivers.get(url);
    if (known) return known;
    const receiver = parseCallbackUrl(url);
    if (receivers.size >= URLS_KEPT) receivers.clear();
    receivers.set(url, receiver);
    return receiver;
  }

  function run(items: Claimed[], done: (count: number) => void): Promise<void> {
    return untilAllEnd(items, (claimed, end) => {
      try {
        admit(claimed, done, end);
      } catch (error) {
        breaks(claimed, 'callbacks: admit', error, end);
      }
    });
  }

  function admit(claimed: Claimed, done: (count: number) => void, endOfBatch: () => void): void {
    const receiver = receiverOf(claimed.work.payload.url);
    if (!receiver.ok) {
      finishUnusable(claimed, receiver.why, endOfBatch);
      return;
    }
    const leave = places.take(claimed.takenAt, () => done(1));
    const job: Job = {
      ...claimed,
      receiver,
      leave,
      end() {
        leave();
        endOfBatch();
      },
    };
    // Turned away: the end of its lease makes it due again, without a write.
    if (!hosts.enter(receiver.origin, job)) job.end();
  }

  function launch(job: Job): boolean {
    // One that waited in line until its lease, or its node's, is nearly over would be sent twice: it comes back by itself.
    const latest = Math.max(leaseMs / 2, leaseMs - job.receiver.rules.totalMs - OVERDUE_MS);
    if (clock.monotonic() - job.takenAt > latest || membership.isOver(job.term)) {
      job.end();
      return false;
    }
    void send(job);
    return true;
  }

  async function send(job: Job): Promise<void> {
    const { work, receiver } = job;
    try {
      const at = clock.now();
      const token = await tokenFor(work.accountSid);
      const words = await wordsOf(work);
      if (words === null) {
        finishGone(job, at);
        return;
      }
      const { kept, ...request } = callbackRequest(work, receiver, token, words);
      let result: OutgoingResult | null = null;
      if (token !== null) {
        faults.at('callback.before-request');
        result = await outgoing.request({
          ...request,
          connectMs: receiver.rules.connectMs,
          readMs: receiver.rules.readMs,
          totalMs: budgetOf(job),
          maxBytes: MAX_ANSWER_BYTES,
          follow: true,
          cut: true,
        });
        faults.at('callback.after-request');
      }
      conclude(job, at, kept, result);
    } catch (error) {
      breaks(job, 'callbacks: send', error, () => job.end());
    } finally {
      hosts.leave(receiver.origin);
    }
  }

  /** Due again when its lease is over, unless that has been often enough: then it is given up, and listed as such. */
  function breaks(claimed: Claimed, where: string, error: unknown, end: () => void): void {
    const { workId: id, messageSid: sid, accountSid, payload } = claimed.work;
    if (!quarantine.broke({ id, sid, accountSid }, where, error)) {
      end();
      return;
    }
    const request = { method: 'POST', url: payload.url, headers: {}, body: '' };
    const record = { at: clock.now(), ms: 0, request, response: null, errorCode: INTERNAL, error: GIVEN_UP };
    finish(claimed, { decision: 'gave_up' }, record, end);
  }

  async function tokenFor(accountSid: string): Promise<string | null> {
    try {
      return await parts.tokenOf(accountSid);
    } catch (error) {
      fault('callbacks: token', error);
      return null;
    }
  }

  function budgetOf({ work, receiver }: Job): number {
    return receiver.rules.retry ? receiver.rules.totalMs - (spentMs.get(work.workId) ?? 0) : receiver.rules.totalMs;
  }

  function conclude(job: Job, at: number, request: CallbackAttempt['request'], result: OutgoingResult | null): void {
    const { work, receiver } = job;
    const ms = result?.ms ?? 0;
    const spent = (spentMs.get(work.workId) ?? 0) + ms;
    const decision = decide({
      result,
      attempt: work.attempt,
      rules: receiver.rules,
      eventAt: work.payload.at,
      now: clock.now(),
      spentMs: spent,
      giveUpAfterMs: settings.giveUpAfterMs,
      jitter: parts.random(),
    });
    spentMs.delete(work.workId);
    if (receiver.rules.retry && decision.decision === 'retry' && spentMs.size < SPENT_KEPT)
      spentMs.set(work.workId, spent);
    const answer = result?.kind === 'answer' ? result : null;
    const response = answer && { status: answer.status, headers: answer.headers, body: keptAnswer(answer.body) };
    finish(job, decision, { at, ms, request, response, ...complaint(result) }, () => job.end());
  }

  /** The alert is forgotten, or its account. */
  function finishGone(job: Job, at: number): void {
    const request = { method: 'POST', url: job.receiver.target, headers: {}, body: '' };
    const record = { at, ms: 0, request, response: null, errorCode: null, error: 'what it was about is gone' };
    finish(job, { decision: 'gave_up' }, record, () => job.end());
  }

  function finishUnusable(claimed: Claimed, why: string, end: () => void): void {
    const request = { method: 'POST', url: claimed.work.payload.url, headers: {}, body: '' };
    const record = { at: clock.now(), ms: 0, request, response: null, errorCode: 11100, error: why };
    finish(claimed, { decision: 'gave_up' }, record, end);
  }

  function finish(
    { work, takenAt }: Claimed,
    decision: Decision,
    what: Pick<CallbackAttempt, 'at' | 'ms' | 'request' | 'response' | 'errorCode' | 'error'>,
    end: () => void,
  ): void {
    const { workId, attempt, messageSid, accountSid, payload } = work;
    const record = { workId, messageSid, accountSid, attempt, payload, decision: decision.decision, ...what };
    const result = { workId, attempt, messageSid, ...decision, record };
    const receiver = receiverOf(payload.url);
    tellOf(work, record, receiver.ok ? receiver.rules.warnings : []);
    book.add({ result, leaseUntil: takenAt + leaseMs, end });
    observe({
      type: 'callback.attempt',
      at: what.at,
      sid: messageSid,
      accountSid,
      status: kindOf(payload),
      // The parameters of a GET are kept with its attempt, and stay out of the log.
      url: receiver.ok ? receiver.target : payload.url,
      httpStatus: what.response?.status ?? null,
      ms: what.ms,
      attempt,
      decision: decision.decision,
      ...(what.errorCode === null ? {} : { errorCode: what.errorCode }),
      ...(decision.decision === 'retry' ? { retryAt: decision.retryAt } : {}),
    });
  }

  async function writeDown(group: Finished[]): Promise<void> {
    const leaseUntil = group.reduce((latest, one) => Math.max(latest, one.leaseUntil), 0);
    const results = group.map(({ result }) => result);
    await persist(() => inOneGo(results, record, unrecorded), leaseUntil);
    let freed = false;
    for (const { result, end } of group) {
      if (result.retryAt === undefined) freed = true;
      else loop.ring(result.retryAt);
      end();
    }
    // The messages' next callbacks may go now.
    if (freed) loop.ring();
  }

  function record(results: CallbackResult[]): Promise<boolean[]> {
    return store.finishCallbacks(results, clock.now());
  }

  /** To send it again and again because its attempt cannot be kept would help nobody. */
  async function unrecorded(result: CallbackResult, error: unknown): Promise<boolean[]> {
    fault('callbacks: finish', error);
    const less = bared(result);
    return less ? inOneGo([less], record, unrecorded) : [false];
  }

  return {
    start: () => loop.start(),
    ring: (dueAt) => loop.ring(dueAt),
    async stop(limitMs) {
      const inTime = await loop.stop(limitMs);
      persist.end();
      return inTime;
    },
    idle: () => loop.idle(),
  };
}
