import type { Agent, Dispatcher } from 'undici';
import type { Clock } from '../domain/clock.ts';
import { failure, failureOf, type OutgoingFailure } from './failure.ts';

/** What one request without redirects came to. */
export type Hop =
  | {
      kind: 'answer';
      status: number;
      headers: Record<string, string>;
      /** One for each `Set-Cookie`: dates in them hold commas, so joined ones cannot be told apart again. */
      setCookies: string[];
      body: string;
      bytes?: Buffer;
      partial: boolean;
      ms: number;
    }
  | OutgoingFailure;

export interface HopRequest {
  origin: string;
  path: string;
  method: 'GET' | 'POST' | 'PUT';
  headers: Record<string, string>;
  body: string | Uint8Array | undefined;
}

export interface HopLimits {
  connectMs: number;
  readMs: number;
  maxBytes: number;
  cut?: boolean;
  binary?: boolean;
  raw?: boolean;
}

/** Timers may fire this much before their time by the monotonic clock. */
const EARLY_MS = 1;

/**
 * One request and its answer, as a handler of undici's `dispatch`: the barest of its interfaces, because callbacks
 * are the ceiling of the whole engine. It waits for a connection (`connectMs`), then for packets (`readMs` between
 * them), all within `leftMs`, on one timer that is moved only when it fires.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #clock: Clock;
  readonly #limits: HopLimits;
  readonly #startedAt: number;
  readonly #deadline: number;
  #controller: Dispatcher.DispatchController | null = null;
  #heardAt = 0;
  /** When the timer fires. */
  #wakeAt = Number.POSITIVE_INFINITY;
  #status = 0;
  #headers: Record<string, string> = {};
  #setCookies: string[] = [];
  #chunks: Buffer[] = [];
  #bytes = 0;
  #cancelTimer: (() => void) | null = null;
  #resolve: ((hop: Hop) => void) | null = null;

  constructor(clock: Clock, limits: HopLimits, leftMs: number) {
    this.#clock = clock;
    this.#limits = limits;
    this.#startedAt = clock.monotonic();
    this.#deadline = this.#startedAt + leftMs;
  }

  run(agent: Agent, request: HopRequest): Promise<Hop> {
    return new Promise((resolve) => {
      this.#resolve = resolve;
      try {
        agent.dispatch(request, this);
      } catch (error) {
        this.#end(failureOf(error as Error));
      }
      // On a warm connection the request has left by now, and only the answer has to be waited for.
      if (this.#controller === null && this.#resolve !== null) this.#watch(this.#limits.connectMs);
    });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // Given up while it waited for a connection: it must not leave any more.
    if (this.#resolve === null) {
      controller.abort(new Error('given up'));
      return;
    }
    this.#heardAt = this.#clock.monotonic();
    this.#watch(this.#limits.readMs);
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ) {
    if (status < 200) return;
    this.#heardAt = this.#clock.monotonic();
    this.#status = status;
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) this.#headers[name] = typeof value === 'string' ? value : value.join(', ');
    }
    const cookies = headers['set-cookie'];
    if (cookies !== undefined) this.#setCookies = typeof cookies === 'string' ? [cookies] : cookies;
    if (this.#limits.binary) this.#judgeFile(controller);
  }

  /** Of a file the head tells already when its body is not wanted, or is too large. */
  #judgeFile(controller: Dispatcher.DispatchController): void {
    if (this.#status < 300 && !(Number(this.#headers['content-length']) > this.#limits.maxBytes)) return;
    if (this.#status >= 300) this.#answer(false);
    else this.#end(this.#tooLarge());
    controller.abort(new Error('not wanted'));
  }

  #tooLarge(): OutgoingFailure {
    return { ...failure('too-large', `the answer is larger than ${this.#limits.maxBytes} bytes`), hasLeft: true };
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#heardAt = this.#clock.monotonic();
    const room = this.#limits.maxBytes - this.#bytes;
    this.#bytes += chunk.length;
    this.#chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    if (chunk.length <= room) return;
    if (this.#limits.cut) this.#answer(false);
    else this.#end(this.#tooLarge());
    controller.abort(new Error('too large'));
  }

  onResponseEnd(): void {
    this.#answer(false);
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#fail(failureOf(error));
  }

  /** Sets the timer to the first of: `ms` from now, the end of the whole budget. One that fires sooner looks again. */
  #watch(ms: number): void {
    const now = this.#clock.monotonic();
    const wakeAt = Math.min(now + ms, this.#deadline);
    if (wakeAt >= this.#wakeAt) return;
    this.#cancelTimer?.();
    this.#wakeAt = wakeAt;
    this.#cancelTimer = this.#clock.after(wakeAt - now, () => this.#onTimer());
  }

  #onTimer(): void {
    this.#wakeAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.monotonic() + EARLY_MS;
    const { connectMs, readMs } = this.#limits;
    if (!this.#controller && now - this.#startedAt >= connectMs) {
      this.#fail(failure('connect-timeout', `no connection within ${connectMs} ms`));
    } else if (now >= this.#deadline) {
      this.#fail(failure('total-timeout', 'the time for the whole request ran out'));
    } else if (this.#controller && now - this.#heardAt >= readMs) {
      this.#fail(failure('read-timeout', `nothing heard for ${readMs} ms`));
    } else {
      this.#watch(this.#controller ? this.#heardAt + readMs - now : this.#startedAt + connectMs - now);
      return;
    }
    this.#controller?.abort(new Error('timed out'));
  }

  #fail(reason: OutgoingFailure): void {
    if (this.#limits.cut && this.#status > 0) this.#answer(true);
    else if (this.#status > 0) this.#end({ ...reason, hasLeft: true, isTorn: true });
    else this.#end(this.#controller ? { ...reason, hasLeft: true } : reason);
  }

  #answer(partial: boolean): void {
    if (!this.#resolve) return;
    const asBytes = this.#limits.binary || this.#limits.raw;
    const [status, headers, setCookies] = [this.#status, this.#headers, this.#setCookies];
    const body = asBytes || this.#chunks.length === 0 ? '' : Buffer.concat(this.#chunks).toString('utf8');
    const answer = { kind: 'answer', status, headers, setCookies, body, partial, ms: 0 } as const;
    this.#end(asBytes ? { ...answer, bytes: Buffer.concat(this.#chunks) } : answer);
  }

  /** Everything after the first end is an echo of our own abort. */
  #end(hop: Hop): void {
    const resolve = this.#resolve;
    if (!resolve) return;
    this.#resolve = null;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    resolve(hop);
  }
}
