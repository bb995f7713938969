/** The only place that puts rooms together. Everything a room needs is made or handed in here. */
import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Config } from './config.ts';
import { isPostgres } from './config-values.ts';
import type { Connector } from './connectors/connector.ts';
import { CONNECTOR_KINDS } from './connectors/registry.ts';
import { type Clock, OffsetClock, realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { type Faults, noFaults } from './domain/faults.ts';
import { preflight } from './domain/preflight.ts';
import { cryptoRandom, SidMaker } from './domain/sid.ts';
import { makeAccept } from './engine/accept.ts';
import { type Engine, type EngineSettings, makeEngine } from './engine/engine.ts';
import { makeLanes } from './engine/lanes.ts';
import type { Readiness } from './http/context.ts';
import { readIdempotency } from './http/idempotency.ts';
import { registerLab } from './http/lab.ts';
import { parseDraft } from './http/message-create.ts';
import { buildServer, closeServer } from './http/server.ts';
import { makeOutgoing } from './net/outgoing.ts';
import { type FirstAccount, provisionAccount, provisionSenders } from './provision.ts';
import { sealer } from './seal.ts';
import { SimulatedCarrier } from './simulator/carrier.ts';
import { type ArmedFault, ArmedFaults } from './store/armed-faults.ts';
import type { Account } from './store/directory.ts';
import { openSqlite } from './store/sqlite.ts';
import { type Store, StoreUnavailable } from './store/store.ts';

export interface StartOptions {
  observe?: Observer;
  /** Prometheus text for `/metrics`. */
  metrics?: (store: Store) => Promise<string>;
  /** Left alone; without it the real one, corrected by its distance from the store's. */
  clock?: Clock;
  random?: (bytes: number) => Uint8Array;
  faults?: Faults;
  /** Instead of the store that the settings name. */
  store?: Store;
  /** Instead of those that the settings name; `name` is what the first of them would be called. */
  connectors?: (parts: { name: string; clock: Clock }) => Connector[];
  /** For storms: faults inside the store's writer. */
  storeFaults?: { armed: ArmedFault[]; ackBeforeCommit?: boolean };
  /** The store will not go on: its disk failed. The process has to end and recover from disk. */
  onFatal?: (error: unknown) => void;
}

/** The database that the settings name cannot be used; the message says why. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
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
/** How late a message may be released when the clock was put forward: half a second, of the second that is promised. */
const RELEASE_POLL_MS = 500;
/** Of one account (35125). */
const MOST_SCHEDULED = 500_000;
/** How long a refused write keeps this node from being called ready. */
const TROUBLE_MS = 5_000;
/** A token read within this time is not unsealed again; a rotated one is known everywhere after it. */
const TOKEN_CACHE_MS = 1_000;

/** Starts Pidge as configured. `config.secretKey` must be set. Throws what the store or the port refuse. */
export async function startPidge(config: Config, options: StartOptions = {}): Promise<Running> {
  const offsetClock = options.clock ? null : new OffsetClock(realClock);
  const clock = options.clock ?? offsetClock ?? realClock;
  const observe = options.observe ?? (() => undefined);
  const faults = options.faults ?? noFaults;
  const random = options.random ?? cryptoRandom;
  if (!config.secretKey) throw new Error('startPidge needs config.secretKey: the mode makes or demands one');
  const vault = sealer(config.secretKey);
  const sids = new SidMaker(clock, random);
  const store = options.store ?? (await openStore(config, options));
  const measureClock = async (): Promise<void> => {
    if (offsetClock) offsetClock.offsetMs = await store.clockOffset();
  };

  try {
    await measureClock();
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
    const connectors: Connector[] =
      options.connectors?.({ name: wanted[0]?.name ?? 'simulated', clock }) ??
      wanted.map(({ kind, name }) => CONNECTOR_KINDS[kind]({ name, simulatedCarrier: carrier }));
    const listeners: { address: string; port: number }[] = [];
    const outgoing = makeOutgoing({ clock, policy: { allow: config.webhooks.allowPrivate, forbid: listeners } });
    const route = () => connectors[0]?.name ?? null;
    const { defaultRate, queueHorizonMs } = config.limits;
    const laneOf = makeLanes({ defaultRate, queueHorizonMs });
    const engine = makeEngine({
      store,
      clock,
      connectors,
      outgoing,
      tokenOf: cachedTokens(store, clock, vault.open),
      random: Math.random,
      route,
      laneOf,
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
      preflight: config.mode === 'dev' ? preflight : undefined,
      settings: {
        anyAlphanumeric: config.mode === 'dev',
        lenient: config.strictness === 'lenient',
        allowedCountries: config.limits.allowedCountries,
        segmentPriceMicros: config.prices.smsMicros,
        enforceMaxPrice: config.limits.maxPrice === 'enforce',
        mostScheduled: MOST_SCHEDULED,
      },
      ring: (dueAt) => engine.ringDispatch(dueAt),
      ringReleases: (dueAt) => engine.ringReleases(dueAt),
    });
    const createLimits = {
      scheduleMinLead: config.limits.scheduleMinLeadMs / 1_000,
      scheduleMaxLead: config.limits.scheduleMaxLeadMs / 1_000,
      enforceMaxPrice: config.limits.maxPrice === 'enforce',
    };
    let isUp = false;
    const trouble = makeTrouble(clock);
    const risk = await store.risk();
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
      settings: {
        publicUrl: config.http.publicUrl ?? undefined,
        lenient: config.strictness === 'lenient',
        mode: config.mode,
        metricsToken: config.metrics.token ?? undefined,
        defaultServiceSid: config.messages.defaultService,
        bodyLimit: BODY_LIMIT,
        api: config.node.roles.includes('api'),
      },
      risk,
      observe,
      faults,
      ready,
      ringCallbacks: () => engine.ringCallbacks(),
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
    await engine.start(`${host}:${port}`);
    isUp = true;

    return {
      address: `http://${host}:${port}`,
      account: { sid: first.account.sid, token: first.token, fresh: first.fresh },
      store,
      engine,
      async close() {
        isUp = false;
        await closeServer(app, realClock);
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

function engineSettings(config: Config): EngineSettings {
  const dispatch = {
    maxInFlight: 2_000,
    batch: 200,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
    wakeAheadMs: 10,
    segmentPriceMicros: config.prices.smsMicros,
    inDoubtHoldMs: 30_000,
  };
  const callbacks = {
    maxInFlight: config.webhooks.inFlight,
    perHost: Math.ceil(config.webhooks.inFlight / 2),
    giveUpAfterMs: config.webhooks.giveUpAfterMs,
    leaseMs: LEASE_MS,
    pollMs: POLL_MS,
  };
  const releases = { batch: 200, leaseMs: LEASE_MS, pollMs: RELEASE_POLL_MS };
  // A dead node is noticed after a lease, its work is due again at most one heartbeat later: within 15 s (settled 41).
  const membership = { leaseMs: 10_000, beatMs: 2_000, marginMs: 5_000 };
  const keepMs = config.retention.messagesMs;
  return { dispatch, callbacks, releases, membership, roles: config.node.roles, keepMs };
}

async function openStore(config: Config, options: StartOptions): Promise<Store> {
  // The machine's own clock: the store measures its distance from its own against this one.
  const clock = options.clock ?? realClock;
  if (isPostgres(config.database)) {
    // Loaded here, so that a start on SQLite does not pay for it.
    const { openPostgres } = await import('./store/postgres/open.ts');
    const faults = new ArmedFaults(options.storeFaults?.armed ?? []);
    try {
      return await openPostgres({ url: config.database, clock, faults, acceptLoss: config.store.acceptLoss });
    } catch (error) {
      throw new DatabaseRefused(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
  if (config.database !== ':memory:') mkdirSync(config.data, { recursive: true, mode: 0o700 });
  return openSqlite({
    path: config.database,
    clock,
    faults: options.storeFaults?.armed,
    ackBeforeCommit: options.storeFaults?.ackBeforeCommit,
    onFatal: options.onFatal ?? raise,
  });
}

/**
 * Remembers for a while that the store could not write, for `/readyz`: a full disk still answers reads. Not for longer,
 * as a node nobody sends to has no other way to show that it can write again.
 */
function makeTrouble(clock: Clock) {
  let last: { text: string; until: number } | null = null;
  return {
    async watch<T>(write: Promise<T>): Promise<T> {
      try {
        const value = await write;
        last = null;
        return value;
      } catch (error) {
        if (error instanceof StoreUnavailable) last = { text: error.message, until: clock.monotonic() + TROUBLE_MS };
        throw error;
      }
    },
    why: () => (last && last.until > clock.monotonic() ? last.text : null),
  };
}

/** Why the store cannot even be read, or `null`. */
async function storeTrouble(store: Store): Promise<string | null> {
  try {
    await store.nextDueAt('send');
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
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
