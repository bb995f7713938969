/** The engine: starts its rooms in order and stops them in reverse, each with a limit. */
import type { Connector } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { Outgoing } from '../net/outgoing.ts';
import type { Store } from '../store/store.ts';
import { type CallbackSettings, makeCallbacks } from './callbacks.ts';
import { type DispatchSettings, makeDispatch } from './dispatch.ts';
import { makeReceipts } from './receipts.ts';

export interface EngineParts {
  store: Store;
  clock: Clock;
  connectors: Connector[];
  outgoing: Outgoing;
  /** The account's primary token, which signs its webhooks. */
  tokenOf: (accountSid: string) => Promise<string>;
  random: () => number;
  observe: Observer;
  faults: Faults;
  settings: { dispatch: DispatchSettings; callbacks: CallbackSettings };
}

export interface Engine {
  start(): Promise<void>;
  /** Something may be sent at `dueAt`. */
  ringDispatch(dueAt?: number): void;
  /** A callback may be due. */
  ringCallbacks(): void;
  /** Resolves when nothing is due and nothing is under way at the present instant. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** Answers of carriers are awaited so long on the way down, then callbacks: together under 20 s. */
const DISPATCH_STOP_MS = 10_000;
const CALLBACKS_STOP_MS = 5_000;

/** Receipts a carrier of our own is asked for again after a restart; what is older keeps the status it has. */
const MOST_RESUMED = 100_000;

export function makeEngine(parts: EngineParts): Engine {
  const { store, clock, observe, faults, settings } = parts;
  const callbacks = makeCallbacks({
    store,
    clock,
    observe,
    faults,
    outgoing: parts.outgoing,
    tokenOf: parts.tokenOf,
    random: parts.random,
    settings: settings.callbacks,
  });
  const ringCallbacks = () => callbacks.ring();
  const connectors = new Map(parts.connectors.map((connector) => [connector.name, connector]));
  const dispatch = makeDispatch({
    store,
    clock,
    observe,
    faults,
    connectors,
    settings: settings.dispatch,
    ringCallbacks,
  });
  const ear = makeReceipts({ store, clock, observe, faults, ringCallbacks });

  return {
    async start() {
      // Before anything is claimed: what a dead process held is free again at once (settled 41).
      await store.takeOver(settings.dispatch.owner, clock.now());
      for (const connector of connectors.values()) {
        await connector.start(ear);
        await connector.resume?.(await store.awaitedParts(connector.name, MOST_RESUMED));
      }
      dispatch.start();
      callbacks.start();
    },
    ringDispatch: (dueAt) => dispatch.ring(dueAt),
    ringCallbacks,
    async idle() {
      await dispatch.idle();
      await callbacks.idle();
    },
    async stop() {
      await dispatch.stop(DISPATCH_STOP_MS);
      for (const connector of [...connectors.values()].reverse()) await connector.stop();
      await callbacks.stop(CALLBACKS_STOP_MS);
    },
  };
}
