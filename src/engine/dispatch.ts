/**
 * Dispatch: claimed sends go to their connector, and what follows from each outcome is decided here and nowhere else.
 * The claim that made a message `sending` is durable before this room sees it, so whatever still waits is unsent.
 */
import type { Connector, Outcome, Submission } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import { priceOf } from '../domain/money.ts';
import { segment } from '../domain/segments.ts';
import { smartEncode } from '../domain/smart-encoding.ts';
import type { SendSettlement, SendWork, Store } from '../store/store.ts';
import { Loop } from './loop.ts';

export interface DispatchSettings {
  owner: string;
  /** Messages handed over but not yet answered. */
  maxInFlight: number;
  batch: number;
  /** A claim is somebody's for so long; longer than any connector takes to answer. */
  leaseMs: number;
  pollMs: number;
  /** How far ahead of its slot a paced message may be claimed; it still leaves at its slot. */
  lookAheadMs: number;
  /** Charge per segment in micro-units. */
  segmentPriceMicros: number;
  /** Wait before a submission that got no answer is repeated once (settled 9). */
  inDoubtHoldMs: number;
}

export interface DispatchParts {
  store: Store;
  connectors: ReadonlyMap<string, Connector>;
  clock: Clock;
  observe: Observer;
  faults: Faults;
  settings: DispatchSettings;
  /** Told after a commit that may have made a callback due. */
  ringCallbacks: () => void;
}

/** The first wait after a busy or unreachable carrier, and the longest. */
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** A hand-over that breaks the connector itself so often is given up, so that it cannot hold up the rest. */
const MAX_BROKEN_ATTEMPTS = 3;

export function makeDispatch(parts: DispatchParts): Loop<SendWork> {
  const { store, clock, settings } = parts;

  const loop: Loop<SendWork> = new Loop<SendWork>({
    name: 'dispatch',
    clock,
    claim: (limit) =>
      store.claimSends(
        { owner: settings.owner, limit, leaseMs: settings.leaseMs, lookAheadMs: settings.lookAheadMs },
        clock.now(),
      ),
    run,
    nextDueAt: () => store.nextDueAt('send'),
    maxInFlight: settings.maxInFlight,
    batch: settings.batch,
    pollMs: settings.pollMs,
    onFault: (where, error) => parts.observe({ type: 'fault', at: clock.now(), where, error }),
  });
  return loop;

  async function run(items: SendWork[]): Promise<void> {
    const settlements: SendSettlement[] = [];
    const ready = new Map<string, SendWork[]>();
    for (const work of items) {
      const refusal = unsendable(work);
      if (refusal !== null) settlements.push(settlement(work, { kind: 'failed', errorCode: refusal }));
      else group(ready, `${work.connector}\n${work.startAt}`, work);
    }
    const hands = [...ready.values()].map((works) => handOver(works));
    if (settlements.length > 0) hands.push(record(settlements, items));
    await Promise.all(hands);
  }

  /** The code with which a message fails before it is sent, or `null`. */
  function unsendable(work: SendWork): number | null {
    if (work.expired) return 30036;
    const { maxPriceMicros, numSegments } = work.message;
    if (maxPriceMicros !== null && numSegments * settings.segmentPriceMicros > maxPriceMicros) return 30010;
    return null;
  }

  /** All of one connector and one slot. */
  async function handOver(works: SendWork[]): Promise<void> {
    const first = works[0];
    if (!first) return;
    const connector = parts.connectors.get(first.connector);
    if (first.startAt > clock.now()) await sleep(first.startAt - clock.now());
    let outcomes: Outcome[];
    if (!connector) {
      outcomes = works.map(() => ({ kind: 'unreachable', note: `no connector named ${first.connector}` }));
    } else {
      parts.faults.at('dispatch.before-send');
      outcomes = await send(connector, works);
      parts.faults.at('dispatch.after-send');
    }
    const settlements = works.map((work, index) => {
      const outcome = outcomes[index] ?? { kind: 'unsure', note: 'the connector gave no outcome' };
      return settlement(work, conclude(work, outcome, connector));
    });
    await record(settlements, works);
  }

  async function send(connector: Connector, works: SendWork[]): Promise<Outcome[]> {
    try {
      return await connector.send(works.map(submissionOf));
    } catch (error) {
      // A connector promises outcomes; one that throws is broken, and nobody knows what it had sent.
      parts.observe({ type: 'fault', at: clock.now(), where: `connector ${connector.name}`, error });
      return works.map((work) =>
        work.attempt >= MAX_BROKEN_ATTEMPTS
          ? { kind: 'refused', errorCode: 30008, note: 'the connector broke three times on it' }
          : { kind: 'unsure', note: 'the connector broke' },
      );
    }
  }

  function conclude(work: SendWork, outcome: Outcome, connector: Connector | undefined): SendSettlement['result'] {
    const now = clock.now();
    switch (outcome.kind) {
      case 'accepted':
        return {
          kind: 'sent',
          connector: work.connector,
          carrierIds: outcome.carrierIds,
          priceMicros: priceOf(work.message.numSegments, settings.segmentPriceMicros),
        };
      case 'refused':
        return { kind: 'failed', errorCode: outcome.errorCode, note: outcome.note };
      case 'busy':
        return { kind: 'again', dueAt: now + (outcome.retryAfterMs ?? retryMs(work.attempt)), note: 'carrier busy' };
      case 'unreachable':
        return { kind: 'again', dueAt: now + retryMs(work.attempt), note: outcome.note ?? 'carrier unreachable' };
      case 'unsure':
        if (connector?.honoursIdempotencyKeys) {
          return { kind: 'again', dueAt: now + retryMs(work.attempt), note: outcome.note ?? 'no answer' };
        }
        // Repeated once, then given up: a second silence says more about the carrier than a third try would.
        return work.attempt > 1
          ? { kind: 'failed', errorCode: 30410, note: outcome.note ?? 'no answer, twice' }
          : { kind: 'again', dueAt: now + settings.inDoubtHoldMs, note: outcome.note ?? 'no answer, held' };
    }
  }

  async function record(settlements: SendSettlement[], works: SendWork[]): Promise<void> {
    const applied = await store.settleSends(settlements, clock.now());
    const bySid = new Map(works.map((work) => [work.message.sid, work]));
    settlements.forEach((one, index) => {
      const work = bySid.get(one.messageSid);
      if (applied[index] && work) tell(one, work);
      if (one.result.kind === 'again') loop.ring(one.result.dueAt);
    });
    parts.ringCallbacks();
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
    parts.observe({ type: 'message.status', at, sid: one.messageSid, accountSid, status, errorCode, createdAt });
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      clock.after(ms, resolve);
    });
  }
}

function submissionOf(work: SendWork): Submission {
  const { message } = work;
  const { parts, encoding } = segment(message.smartEncoded ? smartEncode(message.body) : message.body);
  return {
    messageSid: message.sid,
    accountSid: message.accountSid,
    from: message.from ?? '',
    to: message.to,
    parts: message.to.includes(':') ? [message.body] : parts,
    encoding,
    attempt: work.attempt,
    idempotencyKey: message.sid,
  };
}

function settlement(work: SendWork, result: SendSettlement['result']): SendSettlement {
  const { sid: messageSid, accountSid } = work.message;
  return { workId: work.workId, attempt: work.attempt, accountSid, messageSid, result };
}

function retryMs(attempt: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempt - 1, 10));
}

function group<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const items = groups.get(key);
  if (items) items.push(item);
  else groups.set(key, [item]);
}
