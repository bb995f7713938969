/**
 * The room that tells ESMEs: receipts of what they submitted, and messages that came in for them. It claims for those
 * alone who are bound to this node, and no more than they can take, so that nobody looks at what he cannot deliver: what
 * is for an ESME that is bound nowhere lies still until it is back. After a day it is given up, by whichever node comes
 * by. Order per message is the store's promise; at least once is ours.
 */
import type { Clock } from '../domain/clock.ts';
import { esmeUserOf } from '../domain/esme-address.ts';
import type { Observer } from '../domain/events.ts';
import type { Message } from '../domain/message.ts';
import { backoffMs } from '../domain/pacing.ts';
import type { CallbackResult, CallbackWork } from '../store/callback-shapes.ts';
import type { Store } from '../store/store.ts';
import { bared } from './callback-record.ts';
import { kindOf } from './callback-words.ts';
import { Loop, type LoopRoom } from './loop.ts';
import type { NodeMembership, Term } from './membership.ts';
import { makePersist } from './persist.ts';
import { GIVEN_UP, INTERNAL, makeQuarantine } from './quarantine.ts';
import type { ReplySummaries } from './reply-summaries.ts';
import { inOneGo, ResultBook } from './result-book.ts';

/** What became of telling. */
export type Told = {
  /** `taken`; `busy`: for now; `refused`: for good; `gone`: nobody was there, or went before the answer. */
  kind: 'taken' | 'busy' | 'refused' | 'gone';
  /** For people. */
  note: string;
  /** What was said, as far as it may be kept. */
  text: string;
};

export interface EsmeTeller {
  /** Users bound here who can be told something now, and how much. */
  room(): { user: string; limit: number }[];
  /** `message`: what came in, when it is about that. Never rejects. */
  tell(work: CallbackWork, message: Message | null): Promise<Told>;
}

export interface TellEsmesParts {
  store: Pick<Store, 'claimCallbacks' | 'finishCallbacks' | 'message'>;
  membership: Pick<NodeMembership, 'term' | 'isOver'>;
  /** Left out: nobody binds to this node, which only gives up what is too old. */
  teller?: EsmeTeller;
  /** For who waits in this process for what becomes of an inbound message. */
  summaries?: ReplySummaries;
  clock: Clock;
  random: () => number;
  observe: Observer;
  settings: { leaseMs: number; giveUpAfterMs: number };
}

interface Claimed {
  work: CallbackWork;
  term: Term;
  /** Monotonic: when its lease began. */
  takenAt: number;
  /** Nobody has taken it in time. */
  isUntold: boolean;
}

interface Finished {
  result: CallbackResult;
  leaseUntil: number;
  end(): void;
}

const MOST_IN_FLIGHT = 2_000;
const BATCH = 500;
const POLL_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;
const SWEEP_MS = 60_000;
/** Works of which it is remembered how often their ESME was busy. */
const MOST_BUSY = 100_000;
const UNTOLD_ERROR = 'nobody bound to take it in time';

export function makeTellEsmes(parts: TellEsmesParts): LoopRoom {
  const { store, membership, teller, clock, observe, settings } = parts;
  const { leaseMs, giveUpAfterMs } = settings;
  const persist = makePersist({ clock, observe, where: 'esmes: finish' });
  const quarantine = makeQuarantine({ room: 'esmes', clock, observe });
  const book = new ResultBook<Finished>(writeDown);
  /** Busy answers by work, as this node heard them: an attempt may also be a claim of a node that died. */
  const busied = new Map<number, number>();
  let sweepAt = Number.NEGATIVE_INFINITY;

  const loop = new Loop<Claimed>({
    name: 'esmes',
    clock,
    claim,
    async run(items, done) {
      await Promise.all(items.map((one) => take(one).then(() => done(1))));
    },
    // Retries are rung for here; what another node has made due is hinted at, or found by the poll.
    nextDueAt: async () => null,
    maxInFlight: MOST_IN_FLIGHT,
    batch: BATCH,
    pollMs: POLL_MS,
    onFault: fault,
  });

  function fault(where: string, error: unknown): void {
    observe({ type: 'fault', at: clock.now(), where, error });
  }

  async function claim(limit: number): Promise<Claimed[]> {
    const term = membership.term();
    if (term === null) return [];
    const takenAt = clock.monotonic();
    const claimed = (works: CallbackWork[], isUntold: boolean) =>
      works.map((work) => ({ work, term, takenAt, isUntold }));
    const { owner } = term;
    if (takenAt >= sweepAt) {
      const untoldSince = clock.now() - giveUpAfterMs;
      const works = await store.claimCallbacks({ owner, limit, leaseMs, untoldSince }, clock.now());
      if (works.length < limit) sweepAt = takenAt + SWEEP_MS;
      if (works.length > 0) return claimed(works, true);
    }
    let left = limit;
    const esmes = (teller?.room() ?? []).flatMap((one) => {
      const its = Math.min(one.limit, left);
      left -= its;
      return its > 0 ? [{ user: one.user, limit: its }] : [];
    });
    if (esmes.length === 0) return [];
    return claimed(await store.claimCallbacks({ owner, limit, leaseMs, esmes }, clock.now()), false);
  }

  /** Never rejects. */
  async function take(claimed: Claimed): Promise<void> {
    const at = clock.now();
    const { workId: id, messageSid: sid, accountSid } = claimed.work;
    try {
      await tell(claimed, at);
    } catch (error) {
      // Due again when its lease is over, unless that has been often enough: then it is given up, and listed as such.
      if (!quarantine.broke({ id, sid, accountSid }, 'esmes: tell', error)) return;
      const what = { kind: 'refused', note: GIVEN_UP, text: '', errorCode: INTERNAL } as const;
      await finish(claimed, at, what, { decision: 'gave_up' });
    }
  }

  async function tell(claimed: Claimed, at: number): Promise<void> {
    const { work, term, takenAt } = claimed;
    const { payload } = work;
    // What is old is told all the same to who is there: it may have been replayed.
    if (claimed.isUntold) {
      const isOld = at - payload.at > giveUpAfterMs;
      // Let go by one that was given up: its own time goes on.
      const next = isOld ? { decision: 'gave_up' as const } : { decision: 'retry' as const, retryAt: payload.at };
      await finish(claimed, at, { kind: 'gone', note: UNTOLD_ERROR, text: '' }, next);
    } else if (!teller || membership.isOver(term) || clock.monotonic() - takenAt > leaseMs / 2) {
      // Its lease makes it due again.
      return;
    } else {
      const message = payload.arrival ? await store.message(work.accountSid, work.messageSid) : null;
      const told: Told =
        payload.arrival && message === null
          ? { kind: 'refused', note: 'what it was about is gone', text: '' }
          : await teller.tell(work, message);
      await finish(claimed, at, told, decide(work, told));
    }
  }

  function decide({ workId, payload }: CallbackWork, { kind }: Told): Pick<CallbackResult, 'decision' | 'retryAt'> {
    const now = clock.now();
    const times = (busied.get(workId) ?? 0) + 1;
    busied.delete(workId);
    switch (kind) {
      case 'taken':
        return { decision: 'done' };
      case 'refused':
        return { decision: 'gave_up' };
      // Whoever is bound, now or later, may take it at once.
      case 'gone':
        return { decision: 'retry', retryAt: now };
      case 'busy': {
        const [oldest] = busied.keys();
        if (oldest !== undefined && busied.size >= MOST_BUSY) busied.delete(oldest);
        busied.set(workId, times);
        const retryAt = now + Math.min(LONGEST_PAUSE_MS, backoffMs(times, parts.random()));
        return retryAt - payload.at > giveUpAfterMs ? { decision: 'gave_up' } : { decision: 'retry', retryAt };
      }
    }
  }

  function finish(
    { work, takenAt }: Claimed,
    at: number,
    { kind, note, text, errorCode = null }: Told & { errorCode?: number | null },
    { decision, retryAt }: Pick<CallbackResult, 'decision' | 'retryAt'>,
  ): Promise<void> {
    const { workId, attempt, messageSid, accountSid, payload } = work;
    const ms = Math.max(0, clock.now() - at);
    const error = kind === 'taken' ? null : note;
    const request = { method: 'DELIVER_SM', url: payload.url, headers: {}, body: text };
    const record = { workId, messageSid, accountSid, attempt, at, ms, decision, payload, request };
    const result: CallbackResult = {
      ...{ workId, attempt, messageSid, decision },
      ...(retryAt !== undefined && { retryAt }),
      record: { ...record, response: null, errorCode, error },
    };
    observe({
      ...{ type: 'esme.told', at, user: esmeUserOf(payload.url) ?? '', sid: messageSid, status: kindOf(payload) },
      ...{ told: kind, note, ms, attempt, decision },
      ...(retryAt !== undefined && { retryAt }),
    });
    return new Promise((end) => book.add({ result, leaseUntil: takenAt + leaseMs, end }));
  }

  async function writeDown(group: Finished[]): Promise<void> {
    const leaseUntil = group.reduce((latest, one) => Math.max(latest, one.leaseUntil), 0);
    const results = group.map(({ result }) => result);
    await persist(() => inOneGo(results, record, unrecorded), leaseUntil);
    for (const { result, end } of group) {
      tellOfArrival(result);
      end();
      loop.ring(result.retryAt);
    }
  }

  function record(results: CallbackResult[]): Promise<boolean[]> {
    // What is given up for its age lets go what is as old: at that hour, or it would have another day.
    const isSweep = results.every(({ decision, record: { error } }) => decision !== 'done' && error === UNTOLD_ERROR);
    return store.finishCallbacks(results, isSweep ? clock.now() - giveUpAfterMs : clock.now());
  }

  /** To tell it again and again because its attempt cannot be kept would help nobody. */
  async function unrecorded(result: CallbackResult, error: unknown): Promise<boolean[]> {
    fault('esmes: finish', error);
    const less = bared(result);
    return less ? inOneGo([less], record, unrecorded) : [false];
  }

  function tellOfArrival({ decision, record: { payload, accountSid, messageSid: sid } }: CallbackResult): void {
    if (!payload.arrival || decision === 'retry') return;
    parts.summaries?.add(sid, { webhook: null, replies: [], alerts: [] }, true);
    observe({ type: 'message.status', at: clock.now(), sid, accountSid, status: 'received', createdAt: payload.at });
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
