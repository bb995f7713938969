/** The only place that puts rooms together. Everything a room needs is made or handed in here. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import type { Connector } from './connectors/connector.ts';
import { CONNECTOR_KINDS } from './connectors/registry.ts';
import { type Clock, realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { type Faults, noFaults } from './domain/faults.ts';
import { preflight } from './domain/preflight.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { makeAccept } from './engine/accept.ts';
import { type Engine, makeEngine } from './engine/engine.ts';
import { registerLab } from './http/lab.ts';
import { parseDraft } from './http/message-create.ts';
import { buildServer } from './http/server.ts';
import { makeOutgoing } from './net/outgoing.ts';
import { type FirstAccount, provisionAccount, provisionSenders } from './provision.ts';
import { sealer } from './seal.ts';
import { SimulatedCarrier } from './simulator/carrier.ts';
import type { ArmedFault } from './store/armed-faults.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Account, Store } from './store/store.ts';

export interface StartOptions {
  observe?: Observer;
  /** Prometheus text for `/metrics`. */
  metrics?: (store: Store) => Promise<string>;
  clock?: Clock;
  random?: (bytes: number) => Uint8Array;
  faults?: Faults;
  /** Instead of the store that the settings name. */
  store?: Store;
  /** For storms: faults inside the store's writer. */
  storeFaults?: { armed: ArmedFault[]; ackBeforeCommit?: boolean };
  /** The store will not go on: its disk failed. The process has to end and recover from disk. */
  onFatal?: (error: unknown) => void;
}

/** A running Pidge. */
export interface Running {
  /** `http://host:port`, as it really listens. */
  address: string;
  account: { sid: string; token: string; fresh: boolean };
  store: Store;
  engine: Engine;
  close(): Promise<void>;
}

const LEASE_MS = 60_000;
const POLL_MS = 5_000;
const BODY_LIMIT = 131_072;
/** A token read within this time is not unsealed again; a rotated one is known everywhere after it. */
const TOKEN_CACHE_MS = 1_000;

/** Starts Pidge as configured. `config.secretKey` must be set. Throws what the store or the port refuse. */
export async function startPidge(config: Config, options: StartOptions = {}): Promise<Running> {
  const clock = options.clock ?? realClock;
  const observe = options.observe ?? (() => undefined);
  const faults = options.faults ?? noFaults;
  const random = options.random ?? cryptoRandom;
  if (!config.secretKey) throw new Error('startPidge needs config.secretKey: the mode makes or demands one');
  const vault = sealer(config.secretKey);
  const sids = new SidMaker(clock, random);

  if (config.database !== ':memory:') mkdirSync(config.data, { recursive: true, mode: 0o700 });
  const store =
    options.store ??
    (await openSqlite({
      path: config.database,
      clock,
      faults: options.storeFaults?.armed,
      ackBeforeCommit: options.storeFaults?.ackBeforeCommit,
      onFatal: options.onFatal ?? raise,
    }));

  try {
    const first = await provision();
    return await open(first);
  } catch (error) {
    await store.close();
    throw error;
  }

  async function provision(): Promise<FirstAccount> {
    const parts = {
      store,
      clock,
      sids,
      makeToken: () => randomBytes(16).toString('hex'),
      seal: vault.seal,
      open: vault.open,
    };
    const first = await provisionAccount(parts, config.auth);
    await provisionSenders(parts, first.account, config);
    return first;
  }

  async function open(first: FirstAccount): Promise<Running> {
    const carrier = new SimulatedCarrier({
      clock,
      settings: { submitMs: config.simulator.submitAfterMs, receiptMs: config.simulator.receiptAfterMs },
    });
    const wanted = config.mode === 'dev' ? [{ kind: 'simulated' as const, name: 'simulated' }] : config.connectors;
    const connectors: Connector[] = wanted.map(({ kind, name }) =>
      CONNECTOR_KINDS[kind]({ name, simulatedCarrier: carrier }),
    );
    const listeners: { address: string; port: number }[] = [];
    const outgoing = makeOutgoing({ clock, policy: { allow: config.webhooks.allowPrivate, forbid: listeners } });
    const engine = makeEngine({
      store,
      clock,
      connectors,
      outgoing,
      tokenOf: cachedTokens(store, clock, vault.open),
      random: Math.random,
      observe,
      faults,
      // A name of its own for each start: what an earlier process of this folder had claimed is recognised as its.
      settings: engineSettings(config, sids.make('RQ')),
    });
    const accept = makeAccept({
      store,
      clock,
      sids,
      observe,
      route: () => connectors[0]?.name ?? null,
      preflight: config.mode === 'dev' ? preflight : undefined,
      settings: {
        defaultRate: config.limits.defaultRate,
        queueHorizonMs: config.limits.queueHorizonMs,
        anyAlphanumeric: config.mode === 'dev',
        lenient: config.strictness === 'lenient',
        allowedCountries: config.limits.allowedCountries,
        segmentPriceMicros: config.prices.smsMicros,
        enforceMaxPrice: config.limits.maxPrice === 'enforce',
      },
      ring: (dueAt) => engine.ringDispatch(dueAt),
    });
    const createLimits = {
      scheduleMinLead: config.limits.scheduleMinLeadMs / 1_000,
      scheduleMaxLead: config.limits.scheduleMaxLeadMs / 1_000,
      enforceMaxPrice: config.limits.maxPrice === 'enforce',
    };
    let ready = false;
    const app = buildServer({
      store,
      clock,
      sids,
      openToken: vault.open,
      sealToken: vault.seal,
      create: (account: Account, form) => accept(account, parseDraft(form, clock, createLimits)),
      settings: {
        publicUrl: config.http.publicUrl ?? undefined,
        lenient: config.strictness === 'lenient',
        mode: config.mode,
        metricsToken: config.metrics.token ?? undefined,
        defaultServiceSid: config.messages.defaultService,
        bodyLimit: BODY_LIMIT,
      },
      observe,
      faults,
      ready: () => (ready ? { ok: true, why: '' } : { ok: false, why: 'starting or stopping' }),
      onSenderChanged: () => accept.forgetSenders(),
      lab:
        config.mode === 'dev'
          ? (lab: FastifyInstance) =>
              registerLab(lab, {
                handsets: carrier.handsets,
                store,
                clock,
                accountOf,
                hosts: publicHosts(config),
                ringCallbacks: () => engine.ringCallbacks(),
              })
          : undefined,
      metrics: async () => (options.metrics ? await options.metrics(store) : ''),
    });

    async function accountOf(sandbox: string): Promise<Account | null> {
      return sandbox === 'default' ? store.account(first.account.sid) : null;
    }

    faults.at('start.before-listen');
    await app.listen({ port: config.http.port, host: config.http.host });
    faults.at('start.after-listen');
    const { address, port } = app.server.address() as AddressInfo;
    listeners.push({ address, port });
    await engine.start();
    ready = true;

    return {
      address: `http://${config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host}:${port}`,
      account: { sid: first.account.sid, token: first.token, fresh: first.fresh },
      store,
      engine,
      async close() {
        ready = false;
        await app.close();
        await engine.stop();
        await outgoing.close();
        faults.at('stop.before-close');
        await store.close();
      },
    };
  }
}

/** Names under which the test-support side may be reached beside localhost. */
function publicHosts(config: Config): string[] {
  const { publicUrl, host } = config.http;
  return publicUrl ? [host, new URL(publicUrl).hostname] : [host];
}

function engineSettings(config: Config, owner: string) {
  const dispatch = {
    owner,
    maxInFlight: 2_000,
    batch: 200,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    lookAheadMs: 20,
    segmentPriceMicros: config.prices.smsMicros,
    inDoubtHoldMs: 30_000,
  };
  const callbacks = {
    owner,
    maxInFlight: config.webhooks.inFlight,
    perHost: Math.ceil(config.webhooks.inFlight / 2),
    giveUpAfterMs: config.webhooks.giveUpAfterMs,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
  };
  return { dispatch, callbacks };
}

function cachedTokens(store: Store, clock: Clock, open: (sealed: string) => string) {
  const known = new Map<string, { token: string; until: number }>();
  return async (accountSid: string): Promise<string> => {
    const cached = known.get(accountSid);
    if (cached && cached.until > clock.monotonic()) return cached.token;
    const account = await store.account(accountSid);
    if (!account) throw new Error(`No account ${accountSid}, although it owns a message`);
    const token = open(account.sealedToken);
    known.set(accountSid, { token, until: clock.monotonic() + TOKEN_CACHE_MS });
    return token;
  };
}

function raise(error: unknown): never {
  throw error;
}
