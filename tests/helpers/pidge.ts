import { type Running, type StartOptions, startPidge } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { HandWoundClock, realClock } from '../../src/domain/clock.ts';
import { cryptoRandom, SidMaker } from '../../src/domain/sid.ts';
import { sealer } from '../../src/seal.ts';
import { prepareStore } from './store.ts';

const SECRET = 'a key for tests alone, at least 32 long';

export interface TestPidge {
  origin: string;
  account: { sid: string; token: string };
  running: Running;
  /** The server's clock. */
  now(): number;
  /** Only with the hand-wound clock. */
  advance(ms: number): void;
  /** Winds the clock in small steps, letting real input and output happen in between, until `done`. */
  wind(done: () => Promise<boolean>): Promise<void>;
  /** Waits on the real clock for a state. */
  until(done: () => Promise<boolean>): Promise<void>;
  addSender(sender: {
    address: string;
    rate?: number;
    canSms?: boolean;
    owner?: 'self' | 'family' | 'stranger';
    properties?: Record<string, unknown>;
  }): Promise<void>;
  close(): Promise<void>;
}

/** A server in this process on a free port, with an empty store of the kind that `PIDGE_TEST_STORE` names. */
export async function startTestPidge(
  options: {
    clock?: 'real' | 'hand-wound';
    change?: (config: Config) => void;
  } & Pick<StartOptions, 'connectors' | 'observe' | 'faults'> = {},
): Promise<TestPidge> {
  const handWound = options.clock === 'hand-wound' ? new HandWoundClock() : null;
  const clock = handWound ?? realClock;
  const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0' } });
  config.secretKey = SECRET;
  config.limits.queueHorizonMs = 60_000;
  options.change?.(config);
  const { store, release } = await prepareStore(config, clock);
  const running = await startPidge(config, {
    clock,
    store,
    connectors: options.connectors,
    faults: options.faults,
    observe: (event) => {
      options.observe?.(event);
      if (event.type === 'fault') console.error(event.where, event.error);
    },
  });
  const sids = new SidMaker(clock, cryptoRandom);
  const others = new Map<string, string>();

  async function otherAccount(kind: 'family' | 'stranger'): Promise<string> {
    const known = others.get(kind);
    if (known) return known;
    const sid = sids.make('AC');
    await running.store.saveAccount({
      sid,
      ownerSid: kind === 'family' ? running.account.sid : sid,
      friendlyName: kind,
      status: 'active',
      type: 'Full',
      sealedToken: sealer(SECRET).seal('other'),
      defaultServiceSid: sids.make('MG'),
      createdAt: clock.now(),
      updatedAt: clock.now(),
    });
    others.set(kind, sid);
    return sid;
  }

  return {
    origin: running.address,
    account: running.account,
    running,
    now: () => clock.now(),
    advance: (ms) => handWound?.advance(ms),
    async wind(done) {
      for (let step = 0; step < 20_000; step += 1) {
        if (await done()) return;
        // Real input and output (the store's thread, sockets) gets its turn between two steps of the clock.
        await new Promise((resolve) => setTimeout(resolve, 1));
        handWound?.advance(20);
      }
      throw new Error('The state never came, although 400 s were wound');
    },
    async until(done) {
      const limit = performance.now() + 30_000;
      while (!(await done())) {
        if (performance.now() > limit) throw new Error('The state did not come within 30 s');
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    async addSender({ address, rate, canSms = true, owner = 'self', properties = {} }) {
      await running.store.saveSender({
        sid: sids.make('PN'),
        accountSid: owner === 'self' ? running.account.sid : await otherAccount(owner),
        address,
        kind: 'number',
        canSms,
        canMms: true,
        rate: rate ?? null,
        properties,
        createdAt: clock.now(),
        updatedAt: clock.now(),
      });
    },
    async close() {
      await running.close();
      await release();
    },
  };
}
