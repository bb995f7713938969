/** What one stretch of time holds for the plots: counts, and durations by logarithmic bins. */
import { Durations } from '../../domain/durations.ts';

/** What is read off rather than counted; `null`: it could not be read. */
export interface Gauges {
  /** By what waits: how many, and for how long the first has been due. */
  queues: Record<string, { waiting: number; overdueMs: number }> | null;
  /** Of those connectors that have one: the share of their window that is taken, 0 to 1. */
  windows: Record<string, number>;
  /** Share of one processor since the last reading; above 1 with several threads. */
  cpu: number;
  memoryBytes: number;
  /** 99 of 100 turns of the event loop were late by less. */
  loopDelayMs: number;
}

export type Counter =
  | 'acceptedOut'
  | 'acceptedIn'
  | 'delivered'
  | 'undelivered'
  | 'failed'
  | 'callbacksOk'
  | 'callbacksFailed'
  | 'api2xx'
  | 'api4xx'
  | 'api5xx';
const COUNTERS: readonly Counter[] = [
  ...(['acceptedOut', 'acceptedIn', 'delivered', 'undelivered', 'failed'] as const),
  ...(['callbacksOk', 'callbacksFailed', 'api2xx', 'api4xx', 'api5xx'] as const),
];

export class Bucket {
  readonly counts: Record<Counter, number>;
  readonly delivery = new Durations();
  readonly callbacks = new Durations();
  readonly api = new Durations();
  readonly commits = new Durations();
  readonly sends = new Map<string, { ok: number; failed: number }>();
  gauges: Gauges | null = null;

  constructor() {
    this.counts = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Record<Counter, number>;
  }

  send(connector: string, isFine: boolean): void {
    let sends = this.sends.get(connector);
    if (!sends) {
      sends = { ok: 0, failed: 0 };
      this.sends.set(connector, sends);
    }
    if (isFine) sends.ok += 1;
    else sends.failed += 1;
  }

  /** Takes in a later one. Of what is read off, the worst stays. */
  merge(other: Bucket): void {
    for (const name of COUNTERS) this.counts[name] += other.counts[name];
    this.delivery.merge(other.delivery);
    this.callbacks.merge(other.callbacks);
    this.api.merge(other.api);
    this.commits.merge(other.commits);
    for (const [connector, { ok, failed }] of other.sends) {
      const sends = this.sends.get(connector) ?? { ok: 0, failed: 0 };
      this.sends.set(connector, { ok: sends.ok + ok, failed: sends.failed + failed });
    }
    this.gauges = worse(this.gauges, other.gauges);
  }
}

function worse(a: Gauges | null, b: Gauges | null): Gauges | null {
  if (a === null || b === null) return a ?? b;
  const windows = { ...a.windows };
  for (const [name, used] of Object.entries(b.windows)) windows[name] = Math.max(windows[name] ?? 0, used);
  const queues = { ...a.queues };
  for (const [name, { waiting, overdueMs }] of Object.entries(b.queues ?? {})) {
    const before = queues[name] ?? { waiting: 0, overdueMs: 0 };
    queues[name] = { waiting: Math.max(before.waiting, waiting), overdueMs: Math.max(before.overdueMs, overdueMs) };
  }
  return {
    queues: a.queues === null && b.queues === null ? null : queues,
    windows,
    cpu: Math.max(a.cpu, b.cpu),
    memoryBytes: Math.max(a.memoryBytes, b.memoryBytes),
    loopDelayMs: Math.max(a.loopDelayMs, b.loopDelayMs),
  };
}
