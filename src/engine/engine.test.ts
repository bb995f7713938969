import { afterEach, describe, expect, it } from 'vitest';
import { acceptance, lane } from '../../tests/contract/store.fixtures.ts';
import { FakeNodes, StoppableClock } from '../../tests/helpers/fake-nodes.ts';
import { MemoryBlobs } from '../../tests/helpers/memory-blobs.ts';
import type { Connector, Ear } from '../connectors/connector.ts';
import { HandWoundClock } from '../domain/clock.ts';
import type { PidgeEvent } from '../domain/events.ts';
import { noFaults } from '../domain/faults.ts';
import { SidMaker } from '../domain/sid.ts';
import { openSqlite } from '../store/sqlite.ts';
import type { Store, WorkKind } from '../store/store.ts';
import { type Engine, makeEngine } from './engine.ts';

interface Sent {
  node: string;
  sid: string;
  at: number;
}

/** Nodes in this process on one store, whose half about nodes is in memory; a connector of one name on each. */
async function village(options: { shared?: boolean; start?: () => Promise<void> } = {}) {
  const wound = new HandWoundClock();
  const real = await openSqlite({
    path: ':memory:',
    clock: wound,
    onFatal: (error) => {
      throw error;
    },
  });
  const nodes = new FakeNodes();
  nodes.giveBack = (owner, now) => real.leave(owner, now);
  const watchers = new Set<(kind: WorkKind) => void>();
  const verbs: Partial<Store> = {
    heartbeat: (beat, now) => nodes.heartbeat(beat, now),
    takeOver: (owner, now) => nodes.takeOver(owner, now),
    leave: (owner, now) => nodes.leave(owner, now),
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
  const store = new Proxy(real, {
    get(target, name: keyof Store) {
      const value = verbs[name] ?? target[name];
      return typeof value === 'function' ? value.bind(verbs[name] ? verbs : target) : value;
    },
  });
  const sent: Sent[] = [];
  const log: string[] = [];
  const engines: Engine[] = [];

  function node(name: string, roles: string[] = ['dispatch', 'callbacks']) {
    const clock = new StoppableClock(wound);
    const events: PidgeEvent[] = [];
    let terms = 0;
    let ear: Ear | null = null;
    const connector: Connector = {
      name: 'smpp',
      honoursIdempotencyKeys: true,
      ...(options.shared && { shared: true }),
      async start(given) {
        await options.start?.();
        ear = given;
        log.push(`${name} starts`);
      },
      async send(batch) {
        if (ear === null) throw new Error(`${name} sends on a connector that does not run`);
        for (const { messageSid } of batch) sent.push({ node: name, sid: messageSid, at: clock.monotonic() });
        return batch.map(({ messageSid }) => ({ kind: 'accepted', carrierIds: [`${messageSid}-1`] }));
      },
      async stop() {
        if (ear) log.push(`${name} stops`);
        ear = null;
      },
    };
    const engine = makeEngine({
      store,
      clock,
      connectors: [connector],
      outgoing: { request: () => Promise.reject(new Error('nobody is called here')), close: async () => undefined },
      tokenOf: async () => 'token',
      media: { blobs: new MemoryBlobs(), sids: new SidMaker(clock), link: (sid) => sid },
      replies: {
        door: { prepare: () => Promise.reject(new Error('nothing is ordered here')), announce: () => undefined },
        mediaUrl: ({ sid }) => sid,
        use: 'both',
      },
      random: () => 0.5,
      route: () => null,
      laneOf: () => null,
      reaches: async () => false,
      observe: (event) => events.push(event),
      faults: noFaults,
      makeOwner: () => `${name}-${++terms}`,
      measureClock: async () => undefined,
      settings: {
        dispatch: {
          maxInFlight: 100,
          batch: 20,
          leaseMs: 60_000,
          pollMs: 5_000,
          wakeAheadMs: 10,
          chargeOf: () => 0,
          mmsCountries: ['US'],
          inDoubtHoldMs: 30_000,
        },
        callbacks: { maxInFlight: 10, perHost: 5, giveUpAfterMs: 60_000, leaseMs: 60_000 },
        replies: { maxInFlight: 10, perHost: 5, leaseMs: 60_000 },
        reports: { debuggerUrlOf: () => null, keepAlertsMs: 86_400_000 },
        sessionWindow: 'ignore',
        releases: { batch: 20, leaseMs: 60_000, pollMs: 5_000 },
        fetches: { maxInFlight: 4, perHost: 2, leaseMs: 60_000, holdMs: 30_000, pollMs: 5_000 },
        inbound: {
          partsWaitMs: 120_000,
          deliverPartial: false,
          keywordsOff: false,
          chargeOf: () => 7_500,
          leaseMs: 60_000,
          pollMs: 5_000,
          holdMs: 30_000,
        },
        membership: { leaseMs: 10_000, beatMs: 2_000, marginMs: 5_000 },
        roles,
        keepMs: null,
        retention: () => null,
      },
    });
    engines.push(engine);
    return { name, engine, clock, events };
  }

  /** Winds all clocks, letting the store's thread answer in between. */
  async function wind(ms: number, step = 100): Promise<void> {
    for (let left = ms; left > 0; left -= step) {
      wound.advance(Math.min(step, left));
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Winds until the state has come: how long the store's thread takes must not matter. */
  async function until(done: () => boolean, stepMs = 10): Promise<void> {
    const limit = wound.monotonic() + 120_000;
    while (!done()) {
      if (wound.monotonic() > limit) throw new Error('The state never came, although 120 s were wound');
      await wind(stepMs, stepMs);
    }
  }

  async function accept(count: number, rate: number | null): Promise<string[]> {
    const batch = Array.from({ length: count }, () => {
      const made = acceptance(
        { createdAt: wound.now(), callbackUrl: null },
        rate ? lane({ key: 'smpp a', intervalMicros: 1_000_000 / rate }) : null,
      );
      return { ...made, connector: 'smpp' };
    });
    await store.accept(batch, wound.now());
    return batch.map(({ message }) => message.sid);
  }

  async function close(): Promise<void> {
    // Stops wait on a clock that somebody has to wind.
    let done = false;
    const stopped = Promise.all(engines.map((engine) => engine.stop())).then(() => {
      done = true;
    });
    while (!done) await wind(100);
    await stopped;
    expect(await real.verify()).toEqual([]);
    await real.close();
    expect(wound.untilNext()).toBeNull();
  }
  return { wound, store, nodes, sent, log, watchers, node, wind, until, accept, close };
}

describe('engines of two nodes', () => {
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0)) await one.close();
  });
  async function pair(options: Parameters<typeof village>[0] = {}) {
    const made = await village(options);
    open.push(made);
    const one = made.node('one');
    const two = made.node('two');
    await one.engine.start('one');
    await two.engine.start('two');
    return { ...made, one, two };
  }
  const sidsOf = (sent: Sent[]) => sent.map(({ sid }) => sid);

  it('send everything of a connector from the one that holds it, once and in order', async () => {
    const { accept, until, sent, log, one, two } = await pair();
    const sids = await accept(60, 100);
    one.engine.ringDispatch();
    two.engine.ringDispatch();
    await until(() => sent.length >= 60, 5);
    expect(sidsOf(sent)).toEqual(sids);
    expect(new Set(sent.map(({ node }) => node))).toEqual(new Set(['one']));
    expect(log).toEqual(['one starts']);
  });

  it('hand the connector over when its holder stops, with nothing lost, nothing twice and the order kept', async () => {
    const { accept, until, sent, log, one } = await pair();
    const sids = await accept(100, 20);
    one.engine.ringDispatch();
    await until(() => sent.length > 20);
    const before = sent.length;
    let stopped = false;
    void one.engine.stop().then(() => {
      stopped = true;
    });
    await until(() => stopped && sent.length >= 100);
    expect(sidsOf(sent)).toEqual(sids);
    expect(new Set(sent.slice(0, before).map(({ node }) => node))).toEqual(new Set(['one']));
    expect(sent.at(-1)?.node).toBe('two');
    expect(log).toEqual(['one starts', 'one stops', 'two starts']);
    const gaps = sent.slice(1).map(({ at }, index) => at - (sent[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
  });

  it('go on within 15 s when the holder sleeps, and it sends nothing more when it wakes', async () => {
    const { accept, wind, until, sent, log, one } = await pair();
    await wind(12_000);
    const sids = await accept(400, 20);
    one.engine.ringDispatch();
    await until(() => sent.length > 10);
    one.clock.stop();
    const slept = one.clock.monotonic();
    await wind(20_000, 20);
    const taken = sent.find(({ node }) => node === 'two');
    expect((taken?.at ?? 0) - slept).toBeLessThan(15_000);
    one.clock.goOn();
    await until(() => sent.length >= sids.length, 20);
    await wind(2_000);
    // What it had in hand may still leave while it is sure of its lease.
    expect(sent.filter(({ node, at }) => node === 'one' && at > slept + 5_000)).toEqual([]);
    expect(new Set(sidsOf(sent))).toEqual(new Set(sids));
    expect(sent).toHaveLength(sids.length);
    expect(log).toEqual(['one starts', 'two starts', 'one stops']);
    expect(one.events.map(({ type }) => type)).toContain('node.term');
  });

  it('stand still while the store does not answer heartbeats, and go on by themselves', async () => {
    const { accept, wind, until, sent, nodes, one, two } = await pair();
    await wind(12_000);
    const sids = await accept(200, 20);
    one.engine.ringDispatch();
    await until(() => sent.length > 10);
    nodes.isGone = true;
    await wind(9_000, 20);
    const standing = sent.length;
    expect([one.engine.isAlive(), two.engine.isAlive()]).toEqual([false, false]);
    await wind(21_000, 100);
    expect(sent).toHaveLength(standing);
    nodes.isGone = false;
    const back = one.clock.monotonic();
    await until(() => sent.length >= sids.length, 20);
    expect(sent[standing]?.at).toBeLessThan(back + 10_000);
    expect(sidsOf(sent)).toEqual(sids);
  });

  it('both run a connector that may be shared', async () => {
    const { accept, until, sent, log, one, two } = await pair({ shared: true });
    expect(log).toEqual(['one starts', 'two starts']);
    const sids = await accept(30, null);
    one.engine.ringDispatch();
    two.engine.ringDispatch();
    await until(() => sent.length >= 30);
    expect(sidsOf(sent).sort()).toEqual(sids.sort());
  });

  it('hear the hints of others, and no longer after they stopped', async () => {
    const { accept, until, sent, watchers, one } = await pair();
    await accept(1, null);
    for (const tell of watchers) tell('send');
    const told = one.clock.monotonic();
    await until(() => sent.length === 1, 1);
    // By its poll it would have heard of it after 5 s.
    expect(one.clock.monotonic() - told).toBeLessThan(4_000);
    expect(watchers.size).toBe(2);
    let stopped = false;
    void one.engine.stop().then(() => {
      stopped = true;
    });
    await until(() => stopped);
    expect(watchers.size).toBe(1);
  });

  it('without a role do nothing of it', async () => {
    const made = await village();
    open.push(made);
    const api = made.node('api', ['api']);
    await api.engine.start('api');
    await made.accept(1, null);
    api.engine.ringDispatch();
    api.engine.ringCallbacks();
    await made.wind(6_000);
    await api.engine.idle();
    expect([made.sent, made.log]).toEqual([[], []]);
    expect([...made.nodes.nodes.values()]).toMatchObject([{ roles: ['api'], connectors: [] }]);
    const worker = made.node('worker', ['dispatch']);
    await worker.engine.start('worker');
    await made.until(() => made.sent.length === 1);
  });

  it('that cannot start their connector do not start, and leave it to others at once', async () => {
    const made = await village({ start: () => Promise.reject(new Error('no such host')) });
    open.push(made);
    const one = made.node('one');
    await expect(one.engine.start('one')).rejects.toThrow('no such host');
    expect(made.nodes.nodes.size).toBe(0);
  });
});
