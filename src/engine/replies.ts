/**
 * The replies room: asks apps how to answer the messages that came in. Claims due reply works, asks for one document
 * each (webhook, redirect, fallback or action), judges the replies it orders, and records all of it in one commit (C5):
 * a crash before that repeats the request with the same token, and nothing had been recorded; after it nothing is asked
 * again. A message is `received` with the commit of its last document.
 */
import type { AlertDraft } from '../domain/alert.ts';
import { parseCallbackUrl } from '../domain/callback-url.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { ReplyDone, ReplyWork } from '../store/inbound-shapes.ts';
import type { Accepted, Store } from '../store/store.ts';
import type { Accept } from './accept.ts';
import type { AccountGate } from './account-gate.ts';
import { FairHosts, PARKED_PER_PLACE, WAITING_PER_RUNNING } from './fair-hosts.ts';
import { Loop, type LoopRoom, untilAllEnd } from './loop.ts';
import type { NodeMembership, Term } from './membership.ts';
import { batchLook, oneLook } from './one-look.ts';
import { makePersist } from './persist.ts';
import { OVERDUE_MS, OVERDUE_PER_PLACE, Places } from './places.ts';
import { makeQuarantine } from './quarantine.ts';
import {
  alertsOf,
  boundedAlerts,
  type DocumentParts,
  type DocumentRun,
  givenUp,
  openDocumentOf,
  overWith,
  settleDocument,
} from './reply-document.ts';
import { LoopCounts } from './reply-orders.ts';
import type { ReplySummaries } from './reply-summaries.ts';
import { inOneGo, ResultBook } from './result-book.ts';

export interface ReplySettings {
  /** Documents under way that still count as quick. */
  maxInFlight: number;
  /** At most this many at a time from one app (scheme, host and port). */
  perHost: number;
  /** Claimed work that may stand behind full lines, so that a slow receiver need not wait for a lease to end. */
  mostParked?: number;
  /** Has to outlast the longest asking (15 s) comfortably. */
  leaseMs: number;
  batch?: number;
  pollMs?: number;
}

export interface ReplyParts extends Omit<DocumentParts, 'store' | 'accountOf' | 'counts' | 'onFault' | 'prepare'> {
  store: DocumentParts['store'] & Pick<Store, 'account' | 'claimReplies' | 'finishReplies' | 'nextDueAt'>;
  membership: Pick<NodeMembership, 'term' | 'isOver'>;
  accounts: AccountGate;
  clock: Clock;
  door: Pick<Accept, 'prepare' | 'announce'>;
  /** For the owners of accounts; told after the commit. */
  raise: (alerts: AlertDraft[]) => void;
  /** For who waits for answers in this process. */
  summaries?: ReplySummaries;
  observe: Observer;
  settings: ReplySettings;
}

export type Replies = LoopRoom;

interface Claimed {
  work: ReplyWork;
  term: Term;
  /** Monotonic: when its lease began. */
  takenAt: number;
  /** Of its batch. */
  accountOf: DocumentParts['accountOf'];
}

interface Job extends Claimed {
  origin: string;
  /** It needs no place of the loop any longer. */
  leave(): void;
  /** Settled or dropped. */
  end(): void;
}

interface Finished {
  run: DocumentRun;
  job: Pick<Job, 'takenAt' | 'end'>;
}

/** The longest total budget of a URL's fragment. */
const LONGEST_ASKING_MS = 15_000;
const QUEUE_FULL = 21611;
const LINK_TAKEN = 30103;

export function makeReplies(parts: ReplyParts): Replies {
  const { store, membership, clock, observe, settings, door } = parts;
  const { leaseMs, perHost, maxInFlight } = settings;
  const persist = makePersist({ clock, observe, where: 'replies' });
  const quarantine = makeQuarantine({ room: 'replies', clock, observe });
  const places = new Places(clock, maxInFlight * OVERDUE_PER_PLACE);
  const documents: DocumentParts = {
    ...parts,
    // Most of what is under way is of few accounts.
    accountOf: oneLook((sid) => store.account(sid)),
    prepare: door.prepare,
    counts: new LoopCounts(),
    onFault: fault,
  };
  const book = new ResultBook<Finished>(writeDown);

  const hosts = new FairHosts<Job>({
    perHost,
    maxWaiting: perHost * WAITING_PER_RUNNING,
    park: (job) => job.leave(),
    maxParked: settings.mostParked ?? maxInFlight * PARKED_PER_PLACE,
    launch,
  });
  const loop = new Loop<Claimed>({
    name: 'replies',
    clock,
    async claim(limit) {
      const term = membership.term();
      if (term === null) return [];
      const takenAt = clock.monotonic();
      const works = await store.claimReplies({ owner: term.owner, limit, leaseMs }, clock.now());
      // Most of a batch is of few accounts, and whoever is suspended meanwhile is told of elsewhere (`accounts`).
      const accountOf = batchLook(documents.accountOf);
      return works.map((work) => ({ work, term, takenAt, accountOf }));
    },
    run: (items, done) => untilAllEnd(items, (claimed, end) => admitOrEnd(claimed, done, end)),
    nextDueAt: async () => (membership.term() === null ? null : store.nextDueAt('reply')),
    maxInFlight,
    batch: settings.batch ?? 250,
    pollMs: settings.pollMs ?? 1_000,
    onFault: fault,
  });

  function fault(where: string, error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  /** What cannot even be looked at must not keep those behind it in its batch from their turn. */
  function admitOrEnd(claimed: Claimed, done: (count: number) => void, end: () => void): void {
    try {
      admit(claimed, done, end);
    } catch (error) {
      breaks(claimed, 'replies: admit', error, end);
    }
  }

  function admit(claimed: Claimed, done: (count: number) => void, endOfBatch: () => void): void {
    const { url } = claimed.work.payload.document.target;
    const parsed = parseCallbackUrl(url);
    const leave = places.take(claimed.takenAt, () => done(1));
    const job: Job = {
      ...claimed,
      origin: parsed.ok ? parsed.origin : '',
      leave,
      end() {
        leave();
        endOfBatch();
      },
    };
    // Turned away: the end of its lease makes it due again, without a write.
    if (!hosts.enter(job.origin, job)) job.end();
  }

  function launch(job: Job): boolean {
    // One that waited in line until its lease, or its node's, is nearly over would be asked twice: it comes back by itself.
    const latest = Math.max(leaseMs / 2, leaseMs - LONGEST_ASKING_MS - OVERDUE_MS);
    if (clock.monotonic() - job.takenAt > latest || membership.isOver(job.term)) {
      job.end();
      return false;
    }
    void answer(job);
    return true;
  }

  async function answer(job: Job): Promise<void> {
    const { work } = job;
    const { accountSid } = work.message;
    try {
      if (work.unreadable) throw new Error(`${work.message.sid} does not open`);
      const closed = await parts.accounts.closed(new Set([accountSid]));
      if (closed.has(accountSid)) {
        finish(job, overWith(work));
        return;
      }
      const document = await openDocumentOf(documents, work);
      const run = await persist(
        () => settleDocument({ ...documents, accountOf: job.accountOf }, work, document),
        job.takenAt + leaseMs,
      );
      if (run) finish(job, run);
      else job.end();
    } catch (error) {
      breaks(job, 'replies: ask', error, () => job.end());
    } finally {
      hosts.leave(job.origin);
    }
  }

  /** Due again when its lease is over, unless that has been often enough: then its message is received as it is. */
  function breaks({ work, takenAt }: Claimed, where: string, error: unknown, end: () => void): void {
    const { sid, accountSid } = work.message;
    if (quarantine.broke({ id: work.workId, sid, accountSid }, where, error)) {
      finish({ takenAt, end }, givenUp(work, clock.now()));
    } else end();
  }

  function finish(job: Finished['job'], run: DocumentRun): void {
    book.add({ run, job });
  }

  async function writeDown(group: Finished[]): Promise<void> {
    const leaseUntil = group.reduce((latest, { job }) => Math.max(latest, job.takenAt + leaseMs), 0);
    const runs = group.map(({ run }) => run);
    await persist(() => inOneGo(runs, record, unrecorded), leaseUntil);
    for (const { job } of group) job.end();
  }

  async function record(runs: DocumentRun[]): Promise<ReplyDone[]> {
    const results = runs.map(({ result }) => result);
    const done = await store.finishReplies(results, clock.now());
    for (const [index, run] of runs.entries()) tell(run, done[index] ?? null);
    return done;
  }

  /** It ends without its replies: to ask again and again what cannot be recorded would help nobody. */
  async function unrecorded({ work, result }: DocumentRun, error: unknown): Promise<ReplyDone[]> {
    fault('replies: finish', error);
    const isMore = result.replies.length > 0 || result.next !== null || result.record !== null;
    return isMore ? inOneGo([overWith(work)], record, unrecorded) : [null];
  }

  /** `null`: it was somebody else's by then. */
  function tell(run: DocumentRun, done: ReplyDone): void {
    if (!done) return;
    const { work, result } = run;
    const { sid, accountSid, createdAt } = work.message;
    const at = clock.now();
    const late = done.accepted.flatMap((accepted) => (accepted.ok ? [] : [refusalOf(accepted)]));
    const dropped = [...run.dropped, ...late];
    if (run.event) observe({ ...run.event, replies: run.prepared.length - late.length });
    for (const [index, prepared] of run.prepared.entries()) {
      const accepted = done.accepted[index];
      if (accepted?.ok) door.announce(prepared, accepted.dueAt);
    }
    for (const { code, text } of dropped) observe({ type: 'reply.dropped', at, sid, accountSid, code, text });
    const alertOf = alertsOf(work, null, at);
    const alerts = boundedAlerts([...run.alerts, ...late.map(({ code, text }) => alertOf(code, text))]);
    for (const { code, level, text, resourceSid } of alerts) {
      observe({ type: 'alert', at, accountSid, resourceSid, code, level, text });
    }
    if (alerts.length > 0) parts.raise(alerts);
    const replies = run.prepared.flatMap(({ acceptance }, index) =>
      done.accepted[index]?.ok ? [acceptance.message] : [],
    );
    parts.summaries?.add(sid, { webhook: run.webhook, replies, alerts }, result.next === null);
    if (result.next === null) observe({ type: 'message.status', at, sid, accountSid, status: 'received', createdAt });
    else loop.ring();
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

/** What the store alone can tell of a reply, as it accepts it. */
function refusalOf(accepted: Extract<Accepted, { ok: false }>): { code: number; text: string } {
  if (accepted.reason === 'link-taken') return { code: LINK_TAKEN, text: 'its short links are in use' };
  return { code: QUEUE_FULL, text: 'the queue of its sender is full' };
}
