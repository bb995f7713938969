/** The engine: starts its rooms in order and stops them in reverse, each with a limit. */
import type { Connector, Ear } from '../connectors/connector.ts';
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Faults } from '../domain/faults.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { Outgoing } from '../net/outgoing.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Store, WorkKind } from '../store/store.ts';
import { makeAccountGate } from './account-gate.ts';
import { makeAttach } from './attach.ts';
import { makeAvailability } from './availability.ts';
import { type CallbackSettings, type Callbacks, makeCallbacks } from './callbacks.ts';
import { type ChannelGateParts, makeChannelGate } from './channel-gate.ts';
import { makeInstalls } from './channel-installs.ts';
import { ConnectorHealth } from './connector-health.ts';
import { type Dispatch, makeDispatch } from './dispatch.ts';
import type { DispatchSettings } from './dispatch-parts.ts';
import { type Fetches, type FetchSettings, makeFetches } from './fetches.ts';
import { type InboundRooms, type InboundRoomsSettings, makeInboundRooms } from './inbound-rooms.ts';
import type { JoiningsParts } from './joinings.ts';
import { type MembershipSettings, NodeMembership } from './membership.ts';
import { makeOptOutPeek } from './opt-out-peek.ts';
import type { OptOutReads } from './opt-outs.ts';
import { makeOvertaken } from './overtaken.ts';
import { makeOwnMedia } from './own-media.ts';
import type { PausedConnectors } from './paused-connectors.ts';
import type { PickParts } from './pick.ts';
import { makeReceipts } from './receipts.ts';
import { makeReleases, type ReleaseSettings, type Releases } from './release.ts';
import { makeReplies, type Replies, type ReplyParts, type ReplySettings } from './replies.ts';
import { makeReports, type ReportSettings } from './reports.ts';
import { makeRetention, type RetentionParts } from './retention.ts';
import type { Router } from './router.ts';
import { makeConnectorRunner } from './run-connectors.ts';
import { makeSweeper } from './sweep-blobs.ts';
import { makeTellEsmes, type TellEsmesParts } from './tell-esmes.ts';
import { makeUpkeep } from './upkeep.ts';

export interface EngineParts {
  store: Store;
  clock: Clock;
  connectors: Connector[];
  outgoing: Outgoing;
  /** The account's primary token, which signs its webhooks. */
  tokenOf: (accountSid: string) => Promise<string>;
  random: () => number;
  media: EngineMedia;
  /** How apps' answers to messages become messages. */
  replies: Pick<ReplyParts, 'door' | 'mediaUrl' | 'use' | 'summaries'>;
  /** The SMPP server's share: who tells ESMEs, and what becomes of long submits that nobody is waiting with. */
  esmes?: { teller: TellEsmesParts['teller']; takeSubmitted: JoiningsParts['takeSubmitted'] };
  /** For messages that a service sends. */
  route: PickParts['route'];
  /** Left out: nobody pauses connectors. */
  paused?: PausedConnectors;
  /** Where a message goes when its connector cannot have it; left out: nowhere. */
  router?: Pick<Router, 'elsewhere' | 'hasOthers'>;
  laneOf: PickParts['laneOf'];
  reaches: NonNullable<PickParts['reaches']>;
  observe: Observer;
  faults: Faults;
  /** A name for a life of this node, never used before. */
  makeOwner: () => string;
  /** Brings the clock in line with the store's. */
  measureClock: () => Promise<void>;
  settings: EngineSettings;
}

export interface EngineMedia {
  blobs: BlobStore;
  sids: Pick<SidMaker, 'make'>;
  /** The public address of a medium, for carriers and for links in texts. */
  link: (sid: string) => string;
}

export interface EngineSettings {
  dispatch: DispatchSettings;
  callbacks: CallbackSettings;
  replies: ReplySettings;
  releases: ReleaseSettings;
  fetches: FetchSettings;
  inbound: InboundRoomsSettings;
  membership: Pick<MembershipSettings, 'leaseMs' | 'beatMs' | 'marginMs'>;
  /** Of what a node can do, what this one does. `dispatch` (which also fetches and releases) and `callbacks` are here. */
  roles: readonly string[];
  /** How long messages are kept; `null`: for ever. */
  keepMs: number | null;
  reports: ReportSettings;
  /** Whether free texts fail outside the 24-hour window of a channel. */
  sessionWindow: ChannelGateParts['sessionWindow'];
  /** Templates that are known to a carrier by a name of its connector's settings. */
  namedTemplates?: ChannelGateParts['namedTemplates'];
  /** What accounts keep for some days only. */
  retention: RetentionParts['keepMs'];
}

export interface Engine {
  /** `address`: where this node listens, for people. Resolves when everything of its roles runs. */
  start(address: string): Promise<void>;
  /** Something may be sent at `dueAt`. */
  ringDispatch(dueAt?: number): void;
  /** A callback may be due. */
  ringCallbacks(): void;
  /** An ESME may have something to hear. */
  ringEsmes(): void;
  /** A message may be given its sender at `dueAt`. */
  ringReleases(dueAt?: number): void;
  /** The media of a message may be fetched at `dueAt`. */
  ringFetches(dueAt?: number): void;
  /** Media were removed, and their bytes may have to go. */
  ringSweeper(): void;
  /** For carriers that call: any node hears them. */
  ear: Ear;
  /** What comes in, and who wants nothing more. */
  inbound: Pick<InboundRooms, 'watch' | 'changeOptOuts'>;
  /** Opt-outs as this process knows them, for who accepts messages. */
  optOuts: OptOutReads;
  /** Whether others have to carry what this connector would. */
  isAway(connector: string): boolean;
  /** Whether this node is sure to be alive to the others; while it is not, it does no work. */
  isAlive(): boolean;
  /** Whether other nodes were alive at the last heartbeat. */
  hasOthers(): boolean;
  /** Resolves when every alert that was raised is kept, or dropped. */
  alertsKept(): Promise<void>;
  /** Resolves when nothing is due and nothing is under way at the present instant. */
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** So long are awaited on the way down fetches and releases, then answers of carriers and apps, then callbacks: together under 20 s. */
const RELEASES_STOP_MS = 2_000;
const DISPATCH_STOP_MS = 10_000;
const CALLBACKS_STOP_MS = 5_000;

export function makeEngine(parts: EngineParts): Engine {
  const { store, clock, faults, settings, media } = parts;
  const reports = makeReports({
    store,
    clock,
    sids: media.sids,
    observe: parts.observe,
    settings: settings.reports,
    ringCallbacks: () => ringCallbacks(),
  });
  const { observe } = reports;
  // Without the role no connector is this node's business.
  const connectors = settings.roles.includes('dispatch') ? parts.connectors : [];
  const names = connectors.map(({ name }) => name);
  const shared = connectors.filter((connector) => connector.shared).map(({ name }) => name);
  let stopping = false;

  const ringDispatch = (dueAt?: number) => dispatch?.ring(dueAt);
  // A change of status makes one or the other due, and who rings does not look which.
  const ringCallbacks = () => {
    callbacks?.ring();
    tellEsmes.ring();
  };
  const ringReleases = (dueAt?: number) => releases?.ring(dueAt);
  const ringFetches = (dueAt?: number) => fetches?.ring(dueAt);
  const rings: Partial<Record<WorkKind, () => void>> = {
    send: () => ringDispatch(),
    callback: () => ringCallbacks(),
    esme: () => tellEsmes.ring(),
    release: () => ringReleases(),
    fetch: () => ringFetches(),
    reply: () => replies?.ring(),
    joining: () => inbound.ring(),
  };
  const overtaken = makeOvertaken();
  const health = new ConnectorHealth({
    connectors: new Map(connectors.map((connector) => [connector.name, connector])),
    runs,
    clock,
    awayAfterMs: settings.dispatch.failoverAfterMs ?? (() => Number.POSITIVE_INFINITY),
  });
  const availability = makeAvailability({
    ...{ names, runs, health, paused: parts.paused },
    foreign: () => membership.except(),
    hasOthers: (name) => parts.router?.hasOthers(name) ?? false,
  });
  const receipts = makeReceipts({ store, clock, observe, faults, ringCallbacks, overtaken });
  const ear: Ear = { ...receipts, inbound: (batch) => inbound.inbound(batch), bound: () => ringDispatch() };
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
      ringFetches();
      replies?.ring();
      inbound.ring();
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
        installSidOf: makeInstalls({ store, clock }),
        alerts: store,
        raise: reports.raise,
        random: parts.random,
        settings: settings.callbacks,
      })
    : null;
  const { giveUpAfterMs, leaseMs } = settings.callbacks;
  const tellEsmes = makeTellEsmes({
    ...{ store, clock, observe, membership, random: parts.random, teller: parts.esmes?.teller },
    ...{ summaries: parts.replies.summaries, settings: { leaseMs, giveUpAfterMs } },
  });
  const accounts = makeAccountGate({ store, clock });
  const optOuts = makeOptOutPeek({ store, clock });
  const { sessionWindow, namedTemplates } = settings;
  const channels = makeChannelGate({ store, clock, sessionWindow, namedTemplates });
  const replies: Replies | null = settings.roles.includes('callbacks')
    ? makeReplies({
        ...parts.replies,
        raise: reports.raise,
        store,
        clock,
        observe,
        faults,
        membership,
        accounts,
        outgoing: parts.outgoing,
        tokenOf: parts.tokenOf,
        settings: settings.replies,
      })
    : null;
  const dispatch: Dispatch | null = settings.roles.includes('dispatch')
    ? makeDispatch({
        store,
        clock,
        observe,
        faults,
        membership,
        accounts,
        channels,
        attach: makeAttach({ store, blobs: media.blobs, mediaLink: media.link }),
        connectors: new Map(connectors.map((connector) => [connector.name, connector])),
        runs,
        ...availability,
        health,
        elsewhere: parts.router?.elsewhere,
        settings: settings.dispatch,
        ringCallbacks,
        overtaken,
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
        reaches: parts.reaches,
        random: parts.random,
        mmsCountries: settings.dispatch.mmsCountries,
        mediaLink: media.link,
        optOuts,
        channels,
        settings: settings.releases,
        ringDispatch,
        ringCallbacks,
      })
    : null;
  const fetches: Fetches | null = settings.roles.includes('dispatch')
    ? makeFetches({
        store,
        blobs: media.blobs,
        sids: media.sids,
        clock,
        observe,
        membership,
        outgoing: parts.outgoing,
        own: makeOwnMedia({ store, blobs: media.blobs, mediaUrl: parts.replies.mediaUrl }),
        settings: settings.fetches,
        ringDispatch,
        ringReleases,
        ringCallbacks,
      })
    : null;
  const inbound = makeInboundRooms({
    store,
    blobs: media.blobs,
    sids: media.sids,
    clock,
    observe,
    membership,
    laneOf: parts.laneOf,
    ring: (kind, dueAt) => (kind === 'send' ? ringDispatch(dueAt) : rings[kind]?.()),
    forgetOptOuts: optOuts.forget,
    takeSubmitted: parts.esmes?.takeSubmitted,
    settings: settings.inbound,
  });
  const sweeper = makeSweeper({ store, blobs: media.blobs, clock, observe });
  const { keepAlertsMs } = settings.reports;
  const upkeep = makeUpkeep({ store, clock, observe, keepMs: settings.keepMs, keepAlertsMs });
  const onMediaGone = () => sweeper.ring();
  const retention = makeRetention({ store, clock, observe, keepMs: settings.retention, onMediaGone });
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
        await parts.paused?.load();
        await membership.start(address);
      } catch (error) {
        stopping = true;
        await stopConnectors();
        await membership.stop();
        throw error;
      }
      dispatch?.start();
      callbacks?.start();
      tellEsmes.start();
      replies?.start();
      releases?.start();
      fetches?.start();
      if (settings.roles.includes('dispatch')) inbound.start();
      upkeep.start();
      sweeper.start();
      retention.start();
      reports.start();
      unwatch = store.watch((kind) => rings[kind]?.());
    },
    ringDispatch,
    ringCallbacks,
    ringEsmes: () => tellEsmes.ring(),
    ringReleases,
    ringFetches,
    ringSweeper: () => sweeper.ring(),
    inbound,
    optOuts,
    ear,
    isAway: availability.isAway,
    isAlive: () => membership.term() !== null,
    hasOthers: () => membership.hasOthers(),
    alertsKept: () => reports.idle(),
    async idle() {
      await inbound.idle();
      await replies?.idle();
      await fetches?.idle();
      await releases?.idle();
      await dispatch?.idle();
      await callbacks?.idle();
      await tellEsmes.idle();
      await reports.idle();
      await callbacks?.idle();
    },
    async stop() {
      stopping = true;
      unwatch();
      await upkeep.stop();
      await retention.stop();
      await sweeper.stop();
      await Promise.all([fetches?.stop(RELEASES_STOP_MS), releases?.stop(RELEASES_STOP_MS)]);
      await inbound.stop(RELEASES_STOP_MS);
      await Promise.all([dispatch?.stop(DISPATCH_STOP_MS), replies?.stop(DISPATCH_STOP_MS)]);
      await stopConnectors();
      await Promise.all([callbacks?.stop(CALLBACKS_STOP_MS), tellEsmes.stop(CALLBACKS_STOP_MS)]);
      await reports.stop();
      await membership.stop();
    },
  };
}
