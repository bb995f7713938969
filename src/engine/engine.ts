/** The engine: starts its rooms in order and stops them in reverse, each with a limit. */
import type { Connector } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { Outgoing } from '../net/outgoing.ts';
import type { Store } from '../store/store.ts';
import { type CallbackSettings, type Callbacks, makeCallbacks } from './callbacks.ts';
import { type Dispatch, type DispatchSettings, makeDispatch } from './dispatch.ts';
import { type MembershipSettings, NodeMembership } from './membership.ts';
import type { PickParts } from './pick.ts';
import { makeReceipts } from './receipts.ts';
import { makeReleases, type ReleaseSettings, type Releases } from './release.ts';
import { makeConnectorRunner } from './run-connectors.ts';
import { makeUpkeep } from './upkeep.ts';

export interface EngineParts {
  store: Store;
  clock: Clock;
  connectors: Connector[];
  outgoing: Outgoing;
  /** The account's primary token, which signs its webhooks. */
  tokenOf: (accountSid: string) => Promise<string>;
  random: () => number;
  /** For messages that a service sends. */
  route: PickParts['route'];
  laneOf: PickParts['laneOf'];
  observe: Observer;
  faults: Faults;
  /** A name for a life of this node, never used before. */
  makeOwner: () => string;
  /** Brings the clock in line with the store's. */
  measureClock: () => Promise<void>;
  settings: EngineSettings;
}

export interface EngineSettings {
  dispatch: DispatchSettings;
  callbacks: CallbackSettings;
  releases: ReleaseSettings;
  membership: Pick<MembershipSettings, 'leaseMs' | 'beatMs' | 'marginMs'>;
  /** Of what a node can do, what this one does. `dispatch` (which also releases) and `callbacks` are here. */
  roles: readonly string[];
  /** How long messages are kept; `null`: for ever. */
  keepMs: number | null;
}

export interface Engine {
  /** `address`: where this node listens, for people. Resolves when everything of its roles runs. */
  start(address: string): Promise<void>;
  /** Something may be sent at `dueAt`. */
  ringDispatch(dueAt?: number): void;
  /** A callback may be due. */
  ringCallbacks(): void;
  /** A message may be given its sender at `dueAt`. */
  ringReleases(dueAt?: number): void;
  /** Whether this node is sure to be alive to the others; while it is not, it does no work. */
  isAlive(): boolean;
  /** Resolves when nothing is due and nothing is under way at the present instant. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** So long are awaited on the way down releases, then answers of carriers, then callbacks: together under 20 s. */
const RELEASES_STOP_MS = 2_000;
const DISPATCH_STOP_MS = 10_000;
const CALLBACKS_STOP_MS = 5_000;

export function makeEngine(parts: EngineParts): Engine {
  const { store, clock, observe, faults, settings } = parts;
  // Without the role no connector is this node's business.
  const connectors = settings.roles.includes('dispatch') ? parts.connectors : [];
  const names = connectors.map(({ name }) => name);
  const shared = connectors.filter((connector) => connector.shared).map(({ name }) => name);
  let stopping = false;

  const ringDispatch = (dueAt?: number) => dispatch?.ring(dueAt);
  const ringCallbacks = () => callbacks?.ring();
  const ringReleases = (dueAt?: number) => releases?.ring(dueAt);
  const rings = { send: () => ringDispatch(), callback: () => ringCallbacks(), release: () => ringReleases() };
  const ear = makeReceipts({ store, clock, observe, faults, ringCallbacks });
  const runner = makeConnectorRunner({ store, connectors, ear, onUp: () => ringDispatch() });
  const membership = new NodeMembership({
    store,
    clock,
    observe,
    makeOwner: parts.makeOwner,
    measureClock: parts.measureClock,
    onHeld: (held) => runner.run(stopping ? [] : [...held, ...shared]),
    onWork() {
      ringDispatch();
      ringCallbacks();
      ringReleases();
    },
    settings: {
      ...settings.membership,
      roles: [...settings.roles],
      connectors: names.filter((name) => !shared.includes(name)),
    },
  });
  const callbacks: Callbacks | null = settings.roles.includes('callbacks')
    ? makeCallbacks({
        store,
        clock,
        observe,
        faults,
        membership,
        outgoing: parts.outgoing,
        tokenOf: parts.tokenOf,
        random: parts.random,
        settings: settings.callbacks,
      })
    : null;
  const dispatch: Dispatch | null = settings.roles.includes('dispatch')
    ? makeDispatch({
        store,
        clock,
        observe,
        faults,
        membership,
        connectors: new Map(connectors.map((connector) => [connector.name, connector])),
        runs,
        except: () => [...new Set([...membership.except(), ...names.filter((name) => !runs(name))])],
        settings: settings.dispatch,
        ringCallbacks,
      })
    : null;
  const releases: Releases | null = settings.roles.includes('dispatch')
    ? makeReleases({
        store,
        clock,
        observe,
        membership,
        route: parts.route,
        laneOf: parts.laneOf,
        random: parts.random,
        settings: settings.releases,
        ringDispatch,
        ringCallbacks,
      })
    : null;
  const upkeep = makeUpkeep({ store, clock, observe, keepMs: settings.keepMs });
  let unwatch: () => void = () => undefined;

  function runs(name: string): boolean {
    return runner.isUp(name) && (shared.includes(name) || membership.holdsConnector(name));
  }

  /** One that breaks on its way out must not keep the rest from ending well. */
  async function stopConnectors(): Promise<void> {
    await runner.run([]).catch((error: unknown) => {
      observe({ type: 'fault', at: clock.now(), where: 'connectors: stop', error });
    });
  }

  return {
    async start(address) {
      // The first heartbeat frees what a dead process held before anything is claimed (settled 41).
      try {
        await membership.start(address);
      } catch (error) {
        stopping = true;
        await stopConnectors();
        await membership.stop();
        throw error;
      }
      dispatch?.start();
      callbacks?.start();
      releases?.start();
      upkeep.start();
      unwatch = store.watch((kind) => rings[kind]());
    },
    ringDispatch,
    ringCallbacks,
    ringReleases,
    isAlive: () => membership.term() !== null,
    async idle() {
      await releases?.idle();
      await dispatch?.idle();
      await callbacks?.idle();
    },
    async stop() {
      stopping = true;
      unwatch();
      await upkeep.stop();
      await releases?.stop(RELEASES_STOP_MS);
      await dispatch?.stop(DISPATCH_STOP_MS);
      await stopConnectors();
      await callbacks?.stop(CALLBACKS_STOP_MS);
      await membership.stop();
    },
  };
}
