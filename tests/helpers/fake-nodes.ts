/** The verbs of nodes as a shared store has them, in memory; and a clock whose process can be stopped. */
import type { Clock } from '../../src/domain/clock.ts';
import { type Heartbeat, type Membership, type NodeRecord, StoreUnavailable } from '../../src/store/store.ts';

export class FakeNodes {
  alone = false;
  /** While set, every verb rejects as a store does that is gone. */
  isGone = false;
  nodes = new Map<string, NodeRecord>();
  /** Owners that `takeOver` was asked for, in order. */
  readonly judgedBy: string[] = [];
  readonly left: string[] = [];
  beats = 0;
  /** Rows the next `takeOver` answers. */
  rows = 0;
  /** Called when an owner's claims are given back. */
  giveBack: (owner: string, now: number) => Promise<void> = async () => undefined;

  async heartbeat(beat: Heartbeat, now: number): Promise<Membership> {
    this.#demandHere();
    this.beats += 1;
    const { owner, address, roles } = beat;
    const self = this.nodes.get(owner) ?? { owner, address, roles, connectors: [], aliveUntil: 0 };
    this.nodes.set(owner, self);
    self.aliveUntil = now + beat.leaseMs;
    const others = this.#alive(now).filter((node) => node !== self);
    self.connectors = beat.connectors.filter(
      (name) => this.alone || !others.some((node) => node.connectors.includes(name)),
    );
    return { alone: this.alone, held: [...self.connectors], nodes: this.#alive(now) };
  }

  async takeOver(owner: string, now: number): Promise<number> {
    this.#demandHere();
    this.judgedBy.push(owner);
    for (const node of this.nodes.values()) {
      if (node.owner !== owner && node.aliveUntil <= now) await this.giveBack(node.owner, now);
    }
    const { rows } = this;
    this.rows = 0;
    return rows;
  }

  async leave(owner: string, now: number): Promise<void> {
    this.#demandHere();
    this.left.push(owner);
    this.nodes.delete(owner);
    await this.giveBack(owner, now);
  }

  #alive(now: number): NodeRecord[] {
    return [...this.nodes.values()].filter((node) => node.aliveUntil > now);
  }

  #demandHere(): void {
    if (this.isGone) throw new StoreUnavailable('the database is gone');
  }
}

/** The clock of a process that can be stopped: time goes on meanwhile, its timers fire late, when it goes on. */
export class StoppableClock implements Clock {
  readonly #clock: Clock;
  #missed: (() => void)[] | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  monotonic(): number {
    return this.#clock.monotonic();
  }

  after(delayMs: number, task: () => void): () => void {
    let isOn = true;
    const run = () => {
      if (!isOn) return;
      if (this.#missed) this.#missed.push(run);
      else task();
    };
    const cancel = this.#clock.after(delayMs, run);
    return () => {
      isOn = false;
      cancel();
    };
  }

  stop(): void {
    this.#missed ??= [];
  }

  goOn(): void {
    const missed = this.#missed ?? [];
    this.#missed = null;
    for (const task of missed) task();
  }
}

/** Lets promises that wait for nothing outside have their turns. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
