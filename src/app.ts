/** The only place that puts rooms together. Everything a room needs is made or handed in here. */
import { randomBytes } from 'node:crypto';
import { lookup } from 'node:dns/promises';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { cachedTokens } from './cached-tokens.ts';
import type { Config } from './config.ts';
import { blobSettings } from './config-media.ts';
import { makeConnectorRoom } from './connector-room.ts';
import type { Connector } from './connectors/connector.ts';
import { CONNECTOR_KINDS } from './connectors/registry.ts';
import { makeInsight } from './console-insight.ts';
import { makeConsoleRoom, withLiveFeed } from './console-room.ts';
import { type Clock, OffsetClock, realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { type Faults, noFaults } from './domain/faults.ts';
import { preflight } from './domain/preflight.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { makeAccept } from './engine/accept.ts';
import { type Engine, makeEngine } from './engine/engine.ts';
import { makeForesee } from './engine/foresee.ts';
import { makePduKeeper, type PduKeeper } from './engine/keep-pdus.ts';
import { makeLanes } from './engine/lanes.ts';
import { PausedConnectors } from './engine/paused-connectors.ts';
import type { Reaches } from './engine/rcs.ts';
import type { RateChange } from './engine/repace.ts';
import { ReplySummaries } from './engine/reply-summaries.ts';
import { engineSettings } from './engine-settings.ts';
import { isWithin } from './esme/addresses.ts';
import { makeEsmeDoor } from './esme-door.ts';
import type { Readiness } from './http/context.ts';
import { readIdempotency } from './http/idempotency.ts';
import { registerLab } from './http/lab.ts';
import { mediaPath } from './http/media.ts';
import { makeMediaLinks } from './http/media-links.ts';
import { parseDraft } from './http/message-create.ts';
import { RemovedPlaces } from './http/removed-places.ts';
import { buildServer, closeServer } from './http/server.ts';
import { labRooms } from './lab-rooms.ts';
import { makeLinkDomains } from './link-domains.ts';
import { makeOutgoing } from './net/outgoing.ts';
import { openStore } from './open-store.ts';
import { type FirstAccount, provisionAccount, provisionSenders, provisionTypes } from './provision.ts';
import { provisionHolds } from './provision-holds.ts';
import { applyRateChanges } from './provision-rates.ts';
import { makeRouting, wantedConnectors } from './routing.ts';
import { sealer } from './seal.ts';
import { SimulatedCarrier } from './simulator/carrier.ts';
import type { ArmedFault } from './store/armed-faults.ts';
import { openBlobs } from './store/blobs/open.ts';
import type { BlobStore } from './store/blobs.ts';
import type { Account } from './store/directory.ts';
import type { Store } from './store/store.ts';
import { makeTrouble, storeTrouble } from './trouble.ts';

export interface StartOptions {
  observe?: Observer;
  /** Prometheus text for `/metrics`. */
  metrics?: (store: Store, connectors: readonly Connector[]) => Promise<string>;
  /** Left alone; without it the real one, corrected by its distance from the store's. */
  clock?: Clock;
  random?: (bytes: number) => Uint8Array;
  faults?: Faults;
  /** Instead of the store that the settings name. */
  store?: Store;
  /** Instead of where the settings keep media. */
  blobs?: BlobStore;
  /** Instead of those that the settings name; `name` is what the first of them would be called. */
  connectors?: (parts: { name: string; clock: Clock; keepPdu: PduKeeper['keep'] }) => Connector[];
  /** For storms: faults inside the store's writer. */
  storeFaults?: { armed: ArmedFault[]; ackBeforeCommit?: boolean };
  /** The store will not go on: its disk failed. The process has to end and recover from disk. */
  onFatal?: (error: unknown) => void;
}

/** A running Pidge. */
export interface Running {
  /** `http://host:port`, as it really listens. */
  address: string;
  /** Where SMPP clients bind, when they can. */
  esmePort?: number;
  account: { sid: string; token: string; fresh: boolean };
  store: Store;
  engine: Engine;
  close(): Promise<void>;
}

const BODY_LIMIT = 131_072;
/** Of one account (35125). */
const MOST_SCHEDULED = 500_000;
const EVERYWHERE = ['0.0.0.0/0', '::/0'];

/** Starts Pidge as configured. `config.secretKey` must be set. Throws what the store or the port refuse. */
export async function startPidge(config: Config, options: StartOptions = {}): Promise<Running> {
  const offsetClock = options.clock ? null : new OffsetClock(realClock);
  const clock = options.clock ?? offsetClock ?? realClock;
  const insight = makeInsight(config, clock, (where, error) =>
    observe({ type: 'fault', at: clock.now(), where, error }),
  );
  const { live, observe } = withLiveFeed(options.observe, insight.observe);
  const faults = options.faults ?? noFaults;
  const random = options.random ?? cryptoRandom;
  if (!config.secretKey) throw new Error('startPidge needs config.secretKey: the mode makes or demands one');
  const { secretKey } = config;
  const vault = sealer(secretKey);
  const sids = new SidMaker(clock, random);
  const blobs = options.blobs ?? (await openBlobs(blobSettings(config)));
  const store = insight.timed(await openStore(config, secretKey, { ...options, observe }));
  const measureClock = async (): Promise<void> => {
    if (offsetClock) offsetClock.offsetMs = await store.clockOffset();
  };

  try {
    await measureClock();
    const first = await provision();
    return await open(first);
  } catch (error) {
    await store.close();
    await blobs.close();
    throw error;
  }

  async function provision(): Promise<FirstAccount & { rateChanges: RateChange[] }> {
    const parts = {
      store,
      clock,
      sids,
      makeToken: () => randomBytes(16).toString('hex'),
      seal: vault.seal,
      open: vault.open,
    };
    const first = await provisionAccount(parts, config.auth, config.accountTypes);
    await provisionTypes(parts, config.accountTypes);
    await provisionHolds(parts, config.suspendedAccounts);
    return { ...first, rateChanges: await provisionSenders(parts, first.account, config) };
  }

  async function open(first: FirstAccount & { rateChanges: RateChange[] }): Promise<Running> {
    const carrier = new SimulatedCarrier({
      clock,
      observe,
      oursOf: async (some) => new Set((await store.sendersByAddress(some)).map(({ address }) => address)),
      settings: { submitMs: config.simulator.submitAfterMs, receiptMs: config.simulator.receiptAfterMs },
    });
    const listeners: { address: string; port: number }[] = [];
    const outgoing = makeOutgoing({ clock, policy: { allow: config.webhooks.allowPrivate, forbid: listeners } });
    // Carriers may stand beside this server: the operator wrote their addresses.
    const carrierHttp = makeOutgoing({ clock, policy: { allow: EVERYWHERE, forbid: listeners } });
    let ownOrigin = config.http.publicUrl ?? 'http://localhost';
    const pdus = makePduKeeper({ store, clock, observe, settings: config.retention.pdus });
    const keepPdu = pdus.keep;
    const shared = { clock, random: Math.random, observe, keepPdu, carrierHttp, outgoing, ownUrl: () => ownOrigin };
    const wanted = wantedConnectors(config);
    const made = insight.watched(
      options.connectors?.({ name: wanted[0]?.name ?? 'simulated', clock, keepPdu }) ??
        wanted.map(({ kind, ...its }) => CONNECTOR_KINDS[kind]({ ...its, ...shared, simulatedCarrier: carrier })),
    );
    const paused = new PausedConnectors({
      ...{ store, clock, operatorSid: first.account.sid },
      onChange(connector, pause) {
        engine.ringDispatch();
        observe({
          type: 'connector.pause',
          at: clock.now(),
          connector,
          reason: null,
          ...pause,
          isPaused: pause !== null,
        });
      },
      fault: (error) => observe({ type: 'fault', at: clock.now(), where: 'connectors: paused', error }),
    });
    const domains = makeLinkDomains(config.linkDomains, config.mode, () => ownOrigin);
    const mediaLinks = makeMediaLinks(secretKey);
    const mediaLink = (sid: string) => ownOrigin.replace(/(?<!\/)\/+$/, '') + mediaLinks.short(sid);
    const { connectors, router, mayText } = makeRouting(
      ...([config, made, (name: string) => engine.isAway(name), (name: string) => paused.has(name)] as const),
    );
    const route = router.routeOf;
    const { defaultRate, queueHorizonMs } = config.limits;
    const laneOf = makeLanes({ defaultRate, queueHorizonMs });
    const names = connectors.map(({ name }) => name);
    await applyRateChanges({ store, clock, laneOf, connectors: names }, first.rateChanges);
    const reaches: Reaches = async (name, from, to) =>
      (await connectors.find((one) => one.name === name)?.reachesByRcs?.(from, to)) ?? false;
    const foresee = makeForesee({
      store,
      clock,
      route,
      laneOf,
      reaches,
      random: Math.random,
      mmsCountries: config.limits.mmsCountries,
    });
    const createLimits = {
      scheduleMinLead: config.limits.scheduleMinLeadMs / 1_000,
      scheduleMaxLead: config.limits.scheduleMaxLeadMs / 1_000,
      enforceMaxPrice: config.limits.maxPrice === 'enforce',
    };
    const trouble = makeTrouble(clock);
    // Only the test-support side waits for answers.
    const summaries = config.mode === 'dev' ? new ReplySummaries() : undefined;
    const esmes = makeEsmeDoor({
      config,
      firstAccountSid: first.account.sid,
      ...{ store, clock, sids, observe, createLimits },
      ...{ openToken: vault.open, sealToken: vault.seal, keepPdu },
      accept: (...draft) => trouble.watch(accept(...draft)),
      ring: () => engine.ringEsmes(),
    });
    const tokens = cachedTokens(store, clock, vault.open);
    const engine = makeEngine({
      esmes,
      store,
      clock,
      connectors,
      outgoing,
      tokenOf: tokens.tokenOf,
      random: Math.random,
      route,
      router,
      paused,
      laneOf,
      reaches,
      media: { blobs, sids, link: mediaLink },
      replies: {
        door: { prepare: (...draft) => accept.prepare(...draft), announce: (...made) => accept.announce(...made) },
        mediaUrl: (medium) => ownOrigin.replace(/(?<!\/)\/+$/, '') + mediaPath(medium),
        use: config.inbound.twimlAction,
        summaries,
      },
      observe,
      faults,
      // A name of its own for each start: what an earlier process had claimed is recognised as its.
      makeOwner: () => sids.make('RQ'),
      measureClock,
      settings: engineSettings(config),
    });
    const accept = makeAccept({
      store,
      clock,
      sids,
      observe,
      route,
      laneOf,
      foresee,
      optOuts: engine.optOuts,
      shorten: { domains, random: cryptoRandom },
      preflight: config.mode === 'dev' ? preflight : undefined,
      settings: {
        anyAlphanumeric: config.mode === 'dev',
        lenient: config.strictness === 'lenient',
        allowedCountries: config.limits.allowedCountries,
        mayText,
        enforceMaxPrice: config.limits.maxPrice === 'enforce',
        mostScheduled: MOST_SCHEDULED,
        mmsCountries: config.limits.mmsCountries,
        refuseOptedOutForServices: config.inbound.optOutSyncForServices,
      },
      mediaLink,
      ringFetches: (dueAt) => engine.ringFetches(dueAt),
      ring: (dueAt) => engine.ringDispatch(dueAt),
      ringReleases: (dueAt) => engine.ringReleases(dueAt),
    });
    live.hasOthers = () => engine.hasOthers();
    const operatorSid = first.account.sid;
    const { safety } = config;
    const connectorRoom = makeConnectorRoom({
      ...{ store, connectors, paused, router, settings: wanted, safety, book: insight.connectors, operatorSid },
      ownUrl: shared.ownUrl,
    });
    let isUp = false;
    const risk = await store.risk();
    const { trustedProxies } = config.http;
    const app = buildServer({
      store,
      clock,
      sids,
      openToken: vault.open,
      sealToken: vault.seal,
      create(account: Account, form, meta) {
        const idempotency = readIdempotency(meta.idempotencyKey, { ...meta, form });
        return trouble.watch(accept(account, parseDraft(form, clock, createLimits), { idempotency }));
      },
      check: async (account, form) => accept.prepare(account, parseDraft(form, clock, createLimits)),
      settings: {
        publicUrl: config.http.publicUrl ?? undefined,
        lenient: config.strictness === 'lenient',
        mode: config.mode,
        metricsToken: config.metrics.token ?? undefined,
        defaultServiceSid: config.messages.defaultService,
        bodyLimit: BODY_LIMIT,
        socketsPerAddress: config.http.socketsPerAddress,
        ...(trustedProxies.length > 0 && { isTrustedProxy: (address) => isWithin(address, trustedProxies) }),
        numberPools: config.numberPools,
        suspendedAccounts: config.suspendedAccounts,
        balanceMicros: config.balanceMicros,
        api: config.node.roles.includes('api'),
      },
      risk,
      observe,
      faults,
      ready,
      ringCallbacks: () => engine.ringCallbacks(),
      foresee,
      changeOptOuts: (change) => engine.inbound.changeOptOuts(change),
      onSenderChanged: () => accept.forgetSenders(),
      onTokenChanged: (accountSid) => tokens.forget(accountSid),
      carriers: (name, call) => made.find((one) => one.name === name)?.called?.(call, engine.ear) ?? null,
      connectors: connectorRoom,
      console: makeConsoleRoom(config, secretKey, operatorSid, {
        live,
        scheduleLimits: createLimits,
        ...insight.parts({ outgoing, connectors, address: () => ownOrigin }),
      }),
      links: { domains, ownerSid: first.account.sid, resolve: resolveName },
      removedPlaces: new RemovedPlaces(),
      media: {
        links: mediaLinks,
        blobs,
        access: config.media.access,
        onRemoved: () => engine.ringSweeper(),
      },
      lab: summaries
        ? (lab: FastifyInstance) =>
            registerLab(lab, {
              handsets: carrier.handsets,
              talk: carrier,
              ...labRooms(engine, summaries, outgoing, mediaLink),
              store,
              clock,
              accountOf,
              pdus: connectorRoom.pdus,
              hosts: [config.http.host, ...config.console.allowHosts],
              ringCallbacks: () => engine.ringCallbacks(),
            })
        : undefined,
      metrics: async () => (options.metrics ? await options.metrics(store, connectors) : ''),
    });

    async function accountOf(sandbox: string): Promise<Account | null> {
      return store.account(sandbox === 'default' ? first.account.sid : sandbox);
    }

    async function ready(): Promise<Readiness> {
      if (!isUp) return { ok: false, why: 'starting or stopping' };
      const why = trouble.why() ?? (await storeTrouble(store));
      if (why !== null) return { ok: false, why };
      return engine.isAlive() ? { ok: true, why: '' } : { ok: false, why: 'waits for a heartbeat to reach the store' };
    }

    faults.at('start.before-listen');
    await app.listen({ port: config.http.port, host: config.http.host });
    faults.at('start.after-listen');
    const { address, port } = app.server.address() as AddressInfo;
    listeners.push({ address, port });
    const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
    if (config.http.publicUrl === null) ownOrigin = `http://${host}:${port}`;
    await engine.start(`${host}:${port}`);
    pdus.start();
    insight.start();
    const esmeAddress = await esmes.listen();
    if (esmeAddress) listeners.push(esmeAddress);
    isUp = true;

    return {
      address: `http://${host}:${port}`,
      ...(esmeAddress && { esmePort: esmeAddress.port }),
      account: { sid: first.account.sid, token: first.token, fresh: first.fresh },
      store,
      engine,
      async close() {
        isUp = false;
        await Promise.all([closeServer(app, realClock), esmes.close()]);
        await engine.stop();
        await pdus.stop();
        await insight.stop();
        await outgoing.close();
        await carrierHttp.close();
        faults.at('stop.before-close');
        await store.close();
        await blobs.close();
      },
    };
  }
}

async function resolveName(hostname: string): Promise<string[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => address);
}
