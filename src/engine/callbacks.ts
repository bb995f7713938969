import { hash } from 'node:crypto';
import { type ParsedCallbackUrl, parseCallbackUrl } from '../domain/callback-url.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import { signForm } from '../domain/signature.ts';
import type { Outgoing, OutgoingResult } from '../net/outgoing.ts';
import {
  type CallbackAttempt,
  type CallbackResult,
  type CallbackWork,
  type Store,
  StoreUnavailable,
} from '../store/store.ts';
import { callbackParams, type Decision, decide, encodeForm } from './callback-plan.ts';
import { FairHosts } from './fair-hosts.ts';
import { Loop } from './loop.ts';
import type { NodeMembership, Term } from './membership.ts';
import { makePersist } from './persist.ts';

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
  /** Has to outlast the longest attempt (15 s) comfortably. */
  leaseMs: number;
  batch?: number;
  pollMs?: number;
}

export interface CallbackParts {
  store: Pick<Store, 'claimCallbacks' | 'finishCallbacks' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term' | 'isOver'>;
  outgoing: Pick<Outgoing, 'request'>;
  clock: Clock;
  /** The primary token of an account: signatures are made at the time of sending (settled; C4). */
  tokenOf: (accountSid: string) => Promise<string>;
  random: () => number;
  observe: Observer;
  faults: Faults;
  settings: CallbackSettings;
}

export interface Callbacks {
  start(): void;
  ring(dueAt?: number): void;
  stop(limitMs: number): Promise<boolean>;
  idle(): Promise<void>;
}

type Receiver = ParsedCallbackUrl & { ok: true };

interface Claimed {
  work: CallbackWork;
  term: Term;
  /** Monotonic: when its lease began. */
  takenAt: number;
}

interface Job extends Claimed {
  receiver: Receiver;
  /** Has been under way for so long that its place went to somebody else. */
  overdue: boolean;
  /** Gives back the place in the loop, at most once. */
  freePlace(): void;
  /** Settled or dropped. */
  end(): void;
}

const USER_AGENT = 'TwilioProxy/1.1';
/** Read to its end so that the connection can be kept; of it, this much is kept. */
const MAX_ANSWER_BYTES = 65_536;
const KEPT_ANSWER_BYTES = 4_096;
/**
 * After this long a job gives its place in the loop to another one, so hanging receivers cannot use up the places
 * (C3: with 5 % hanging, a second of arrivals is all they ever hold). They stay bounded by `OVERDUE_PER_PLACE`.
 */
const OVERDUE_MS = 1_000;
const OVERDUE_PER_PLACE = 4;
const SWEEP_MS = 250;
const WAITING_PER_RUNNING = 8;
const URLS_KEPT = 1_000;
const SPENT_KEPT = 10_000;

export function makeCallbacks(parts: CallbackParts): Callbacks {
  const { store, membership, outgoing, clock, observe, faults, settings } = parts;
  const { leaseMs, perHost, maxInFlight } = settings;
  const persist = makePersist({ clock, observe, where: 'callbacks: finish' });
  const receivers = new Map<string, ParsedCallbackUrl>();
  /** Jobs that hold a place, oldest first. */
  const quick = new Set<Job>();
  let overdue = 0;
  let cancelSweep: (() => void) | null = null;
  /** Per work with Twilio's retry rule: what its attempts have used of the total budget. A restart forgives it. */
  const spentMs = new Map<number, number>();
  let finished: { result: CallbackResult; leaseUntil: number; end: () => void }[] = [];
  let flushing = false;

  const hosts = new FairHosts<Job>({ perHost, maxWaiting: perHost * WAITING_PER_RUNNING, launch });
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
    return new Promise((resolve) => {
      let left = items.length;
      const end = () => {
        left -= 1;
        if (left === 0) resolve();
      };
      for (const claimed of items) admit(claimed, done, end);
    });
  }

  function admit(claimed: Claimed, done: (count: number) => void, endOfBatch: () => void): void {
    const receiver = receiverOf(claimed.work.payload.url);
    if (!receiver.ok) {
      finishUnusable(claimed, receiver.why, endOfBatch);
      return;
    }
    const job: Job = {
      ...claimed,
      receiver,
      overdue: false,
      freePlace: () => done(1),
      end() {
        quick.delete(job);
        if (job.overdue) overdue -= 1;
        else job.freePlace();
        if (quick.size === 0) stopSweeping();
        endOfBatch();
      },
    };
    quick.add(job);
    sweepLater();
    // Turned away: the end of its lease makes it due again, without a write.
    if (!hosts.enter(receiver.origin, job)) job.end();
  }

  function sweepLater(): void {
    if (cancelSweep || quick.size === 0) return;
    cancelSweep = clock.after(SWEEP_MS, () => {
      cancelSweep = null;
      const since = clock.monotonic() - OVERDUE_MS;
      for (const job of quick) {
        if (job.takenAt > since || overdue >= maxInFlight * OVERDUE_PER_PLACE) break;
        quick.delete(job);
        overdue += 1;
        job.overdue = true;
        job.freePlace();
      }
      sweepLater();
    });
  }

  function stopSweeping(): void {
    cancelSweep?.();
    cancelSweep = null;
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
      const params = callbackParams(work);
      const body = encodeForm(params);
      const headers: Record<string, string> = {
        'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8',
        'I-Twilio-Idempotency-Token': idempotencyToken(work),
        'User-Agent': USER_AGENT,
        Accept: '*/*',
      };
      const at = clock.now();
      const token = await tokenFor(work.accountSid);
      let result: OutgoingResult | null = null;
      if (token !== null) {
        headers['X-Twilio-Signature'] = signForm(token, receiver.target, params);
        faults.at('callback.before-request');
        result = await outgoing.request({
          method: 'POST',
          url: receiver.url,
          headers,
          body,
          connectMs: receiver.rules.connectMs,
          readMs: receiver.rules.readMs,
          totalMs: budgetOf(job),
          maxBytes: MAX_ANSWER_BYTES,
          follow: true,
          cut: true,
        });
        faults.at('callback.after-request');
      }
      // Kept without user and password.
      conclude(job, at, { method: 'POST', url: receiver.target, headers, body }, result);
    } catch (error) {
      fault('callbacks: send', error);
      job.end();
    } finally {
      hosts.leave(receiver.origin);
    }
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
    const response = answer && { status: answer.status, headers: answer.headers, body: keep(answer.body) };
    finish(job, decision, { at, ms, request, response, ...complaint(result) }, () => job.end());
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
    finished.push({ result, leaseUntil: takenAt + leaseMs, end });
    observe({
      type: 'callback.attempt',
      at: what.at,
      sid: messageSid,
      status: payload.status,
      url: what.request.url,
      httpStatus: what.response?.status ?? null,
      ms: what.ms,
      attempt,
      decision: decision.decision,
      ...(what.errorCode === null ? {} : { errorCode: what.errorCode }),
      ...(decision.decision === 'retry' ? { retryAt: decision.retryAt } : {}),
    });
    if (flushing) return;
    flushing = true;
    queueMicrotask(() => void flush());
  }

  /** One commit at a time; what finishes meanwhile makes the next group, so groups grow with the load. */
  async function flush(): Promise<void> {
    while (finished.length > 0) {
      const group = finished;
      finished = [];
      const leaseUntil = group.reduce((latest, one) => Math.max(latest, one.leaseUntil), 0);
      const results = group.map((one) => one.result);
      await persist(() => record(results), leaseUntil);
      let freed = false;
      for (const { result, end } of group) {
        if (result.retryAt === undefined) freed = true;
        else loop.ring(result.retryAt);
        end();
      }
      // The messages' next callbacks may go now.
      if (freed) loop.ring();
    }
    flushing = false;
  }

  /** When a group fails its items are tried alone, so one bad item cannot make all the others be sent again. */
  async function record(results: CallbackResult[]): Promise<void> {
    try {
      await store.finishCallbacks(results, clock.now());
    } catch (error) {
      if (error instanceof StoreUnavailable) throw error;
      if (results.length === 1) fault('callbacks: finish', error);
      else for (const result of results) await record([result]);
    }
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

/** The same for every attempt of one event, another one for each event: a UUID (version 8) made from both ids. */
function idempotencyToken({ workId, messageSid }: CallbackWork): string {
  const hex = hash('sha256', `${messageSid}/${workId}`, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

function complaint(result: OutgoingResult | null): Pick<CallbackAttempt, 'errorCode' | 'error'> {
  if (result === null) return { errorCode: 11200, error: 'not sent: no token to sign it with' };
  if (result.kind === 'failed') return { errorCode: result.errorCode, error: result.text };
  const fine = result.status >= 200 && result.status < 300;
  return fine ? { errorCode: null, error: null } : { errorCode: 11200, error: `answered ${result.status}` };
}

function keep(body: string): string {
  if (body.length * 3 <= KEPT_ANSWER_BYTES || Buffer.byteLength(body) <= KEPT_ANSWER_BYTES) return body;
  // A character cut in half at the end is dropped.
  return Buffer.from(body)
    .subarray(0, KEPT_ANSWER_BYTES)
    .toString('utf8')
    .replace(/\ufffd$/, '');
}
