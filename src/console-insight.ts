/** What the console's pages of webhooks, errors, metrics and settings need of the machine, put together. */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Config } from './config.ts';
import { shownSettings, shownTables } from './config-shown.ts';
import { ConnectorBook } from './connector-book.ts';
import type { Connector } from './connectors/connector.ts';
import { type Clock, realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { MetricsBook } from './http/console/metrics-book.ts';
import type { Gauges } from './http/console/metrics-bucket.ts';
import type { ConsoleParts } from './http/console/parts.ts';
import { RefusalsBook } from './http/console/refusals-book.ts';
import type { Outgoing } from './net/outgoing.ts';
import type { Store } from './store/store.ts';

const MAX_ANSWER_BYTES = 65_536;
const LOOP_RESOLUTION_MS = 50;

export interface Insight {
  /** Hears everything from the first event on. */
  observe: Observer;
  /** Times the commits of a store; the same store. */
  timed(store: Store): Store;
  /** The same connectors, listened to. */
  watched(connectors: Connector[]): Connector[];
  /** What they did lately; `null`: nobody listens. */
  connectors: ConnectorBook | null;
  /** What the console is given; `address`: where this node listens. */
  parts(given: {
    outgoing: Outgoing;
    connectors: readonly Connector[];
    address: () => string;
  }): Pick<ConsoleParts, 'ask' | 'refusals' | 'metrics' | 'settings'>;
  start(): void;
  stop(): Promise<void>;
}

/** Nothing is heard, and nothing costs anything, where there is no console. */
export function makeInsight(config: Config, clock: Clock, onFault: (where: string, error: unknown) => void): Insight {
  const { enabled } = config.console;
  let store: Pick<Store, 'stats'> | null = null;
  let connectors: readonly Connector[] = [];
  const startedAt = realClock.now();
  const loop = enabled ? monitorEventLoopDelay({ resolution: LOOP_RESOLUTION_MS }) : null;
  let cpu = process.cpuUsage();
  let readAt = realClock.monotonic();

  async function read(): Promise<Gauges> {
    const used = process.cpuUsage(cpu);
    const now = realClock.monotonic();
    const tookMs = Math.max(1, now - readAt);
    const loopDelayMs = loop === null ? 0 : Math.max(0, loop.percentile(99) / 1e6 - LOOP_RESOLUTION_MS);
    loop?.reset();
    cpu = process.cpuUsage();
    readAt = now;
    return {
      queues: await queues(),
      windows: windowsOf(connectors),
      cpu: (used.user + used.system) / 1_000 / tookMs,
      memoryBytes: process.memoryUsage.rss(),
      loopDelayMs,
    };
  }

  async function queues(): Promise<Gauges['queues']> {
    const stats = await store?.stats().catch(() => null);
    if (!stats) return null;
    const now = clock.now();
    const overdueMs = (dueAt: number | undefined) => Math.max(0, now - (dueAt ?? now));
    return {
      Sends: { waiting: stats.sendsDue, overdueMs: overdueMs(stats.dueAt.send) },
      Callbacks: { waiting: stats.callbacksDue, overdueMs: overdueMs(stats.dueAt.callback) },
      'Not released': { waiting: stats.releasesDue, overdueMs: overdueMs(stats.dueAt.release) },
      Replies: { waiting: stats.repliesDue, overdueMs: overdueMs(stats.dueAt.reply) },
    };
  }

  // Of a machine, so in real time, whatever the server's clock is told.
  const book = new MetricsBook({ clock: realClock, read, onFault });
  const connectorBook = new ConnectorBook(clock);
  const refusals = new RefusalsBook(() => clock.now());

  return {
    observe(event) {
      if (!enabled) return;
      book.observe(event);
      refusals.observe(event);
      connectorBook.observe(event);
    },
    connectors: enabled ? connectorBook : null,
    watched: (all) => (enabled ? all.map((one) => connectorBook.watch(one)) : all),
    timed(whole) {
      store = whole;
      if (!enabled) return whole;
      const accept = whole.accept.bind(whole);
      whole.accept = async (...batch) => {
        const from = realClock.monotonic();
        const accepted = await accept(...batch);
        book.commit(realClock.monotonic() - from);
        return accepted;
      };
      return whole;
    },
    parts({ outgoing, connectors: all, address }) {
      connectors = all;
      const node = {
        get name() {
          return address();
        },
        roles: config.node.roles,
        startedAt,
      };
      const { mode, written } = config;
      return {
        refusals,
        metrics: { book, node },
        settings: { mode, file: written.file, settings: shownSettings(config), tables: shownTables(config), node },
        async ask({ method, url, headers, headersAt, body, rules: { connectMs, readMs, totalMs } }) {
          const limits = { connectMs, readMs, totalMs, maxBytes: MAX_ANSWER_BYTES };
          const request = { method, url, headers, headersAt, body, ...limits };
          const got = await outgoing.request({ ...request, follow: true, cut: true });
          if (got.kind === 'failed') return { kind: 'failed', errorCode: got.errorCode, text: got.text, ms: got.ms };
          return { kind: 'answer', status: got.status, headers: got.headers, body: got.body, ms: got.ms };
        },
      };
    },
    start() {
      if (!enabled) return;
      loop?.enable();
      book.start();
    },
    async stop() {
      loop?.disable();
      await book.stop();
    },
  };
}

/** Of those connectors that have one and are there. */
function windowsOf(connectors: readonly Connector[]): Record<string, number> {
  return Object.fromEntries(
    connectors.flatMap(({ name, windowUsed }): [string, number][] => (windowUsed == null ? [] : [[name, windowUsed]])),
  );
}
