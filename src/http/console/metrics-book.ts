/**
 * What this node has done lately, for the plots: steps of 10 s for an hour, of a minute for a day, kept in memory alone.
 * An event costs an addition; instants are looked at by the timer that closes a step, never by an event.
 */
import type { Clock } from '../../domain/clock.ts';
import type { Observer, PidgeEvent } from '../../domain/events.ts';
import { Bucket, type Gauges } from './metrics-bucket.ts';

const STEP_MS = 10_000;
const STEPS = 360;
const LONG_STEP_MS = 60_000;
const LONG_STEPS = 1_440;

export interface Step {
  /** When it ended, epoch ms. */
  endedAt: number;
  bucket: Bucket;
}

export interface MetricsBookParts {
  clock: Clock;
  /** Reads off what is not counted, at the end of each step. */
  read(): Promise<Gauges>;
  onFault(where: string, error: unknown): void;
}

export class MetricsBook {
  readonly #parts: MetricsBookParts;
  readonly #fine: Step[] = [];
  readonly #coarse: Step[] = [];
  #now = new Bucket();
  #minute = new Bucket();
  #minuteEndsAt = 0;
  #cancel: (() => void) | null = null;
  #reading: Promise<void> = Promise.resolve();

  constructor(parts: MetricsBookParts) {
    this.#parts = parts;
  }

  readonly observe: Observer = (event) => count(this.#now, event);

  /** How long a commit took. */
  commit(ms: number): void {
    this.#now.commits.add(ms);
  }

  start(): void {
    this.#minuteEndsAt = this.#parts.clock.now() + LONG_STEP_MS;
    this.#wait();
  }

  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = null;
    await this.#reading;
  }

  /** Of its clock, epoch ms. */
  now(): number {
    return this.#parts.clock.now();
  }

  /** The steps that ended within the last `rangeMs`, oldest first, as fine as they are kept. */
  steps(rangeMs: number): { stepMs: number; steps: Step[] } {
    const isShort = rangeMs <= STEP_MS * STEPS;
    const since = this.#parts.clock.now() - rangeMs;
    const steps = (isShort ? this.#fine : this.#coarse).filter(({ endedAt }) => endedAt > since);
    return { stepMs: isShort ? STEP_MS : LONG_STEP_MS, steps };
  }

  #wait(): void {
    this.#cancel = this.#parts.clock.after(STEP_MS, () => {
      this.#wait();
      this.#reading = this.#close();
    });
  }

  async #close(): Promise<void> {
    const bucket = this.#now;
    const endedAt = this.#parts.clock.now();
    this.#now = new Bucket();
    try {
      bucket.gauges = await this.#parts.read();
    } catch (error) {
      this.#parts.onFault('metrics', error);
    }
    this.#fine.push({ endedAt, bucket });
    if (this.#fine.length > STEPS) this.#fine.shift();
    this.#minute.merge(bucket);
    if (endedAt < this.#minuteEndsAt) return;
    this.#coarse.push({ endedAt, bucket: this.#minute });
    if (this.#coarse.length > LONG_STEPS) this.#coarse.shift();
    this.#minute = new Bucket();
    this.#minuteEndsAt = endedAt + LONG_STEP_MS;
  }
}

/** The console's own requests are not the apps': its open pages would draw themselves. */
const OWN = /^\/(?:_admin|_test|assets|healthz|readyz|metrics)/;

function count(bucket: Bucket, event: PidgeEvent): void {
  const { counts } = bucket;
  switch (event.type) {
    case 'message.accepted':
      counts.acceptedOut += 1;
      return;
    case 'inbound.received':
      counts.acceptedIn += 1;
      return;
    case 'message.status':
      if (event.status === 'delivered') {
        counts.delivered += 1;
        bucket.delivery.add(Math.max(0, event.at - event.createdAt));
      } else if (event.status === 'undelivered') counts.undelivered += 1;
      else if (event.status === 'failed') counts.failed += 1;
      return;
    case 'callback.attempt':
    case 'reply.document': {
      const isFine = event.type === 'callback.attempt' ? event.decision === 'done' : event.errorCode === undefined;
      if (isFine) counts.callbacksOk += 1;
      else counts.callbacksFailed += 1;
      bucket.callbacks.add(event.ms);
      return;
    }
    case 'request':
      if (OWN.test(event.path)) return;
      counts[event.status >= 500 ? 'api5xx' : event.status >= 400 ? 'api4xx' : 'api2xx'] += 1;
      bucket.api.add(event.ms);
      return;
    case 'dispatch.outcome':
      bucket.send(event.connector, event.outcome === 'sent');
      return;
    default:
      return;
  }
}
