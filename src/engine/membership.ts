/**
 * Membership: which of the nodes on one store this process is, how long it may be sure of that, and which carrier
 * connections are its own. A node lives by heartbeats. Between them it is sure for the lease less a margin; then it
 * hands nothing over until the next one succeeds. When its last heartbeat is older than the lease, others may have
 * taken over what it had: that is the end of its term, and it goes on under a new name, as a node like any other.
 */
import type { Clock } from '../domain/clock.ts';
import type { Observer } from '../domain/events.ts';
import type { Store } from '../store/store.ts';

export interface MembershipSettings {
  /** A node counts as alive for so long after a heartbeat. */
  leaseMs: number;
  beatMs: number;
  /** Kept back from the lease: what is handed over within it has time to reach the carrier. */
  marginMs: number;
  roles: string[];
  /** Connectors that only one node at a time may run, as configured here. */
  connectors: string[];
}

export interface MembershipParts {
  store: Pick<Store, 'heartbeat' | 'leave' | 'takeOver'>;
  clock: Clock;
  /** A name nobody had before. */
  makeOwner: () => string;
  /** Called before each heartbeat: brings the clock in line with the store's. */
  measureClock: () => Promise<void>;
  /** The connectors this node is to run; told after each heartbeat, and when a term ends. */
  onHeld: (connectors: string[]) => Promise<void>;
  /** There may be work for this node: it is sure again, or has taken some over. */
  onWork: () => void;
  observe: Observer;
  settings: MembershipSettings;
}

/** One life of a node under one name. Work remembers the term it was claimed in. */
export interface Term {
  readonly owner: string;
}

/** A heartbeat that failed is tried again after this. */
const RETRY_MS = 1_000;

export class NodeMembership {
  readonly #parts: MembershipParts;
  #term: Term;
  #address = '';
  /** When the last good heartbeat of this term began, by both clocks; `null`: none yet. */
  #beat: { at: number; monotonic: number } | null = null;
  /** No other process can be on this store, so there is no lease that could end. */
  #alone = false;
  /** Monotonic: sure without a gap since then. */
  #aliveSince = 0;
  #held: ReadonlySet<string> = new Set();
  /** Connectors that other nodes hold. */
  #foreign: readonly string[] = [];
  #hasOthers = false;
  #failing = false;
  #stopped = false;
  #turning: Promise<void> = Promise.resolve();
  #cancelTimer: (() => void) | null = null;

  constructor(parts: MembershipParts) {
    this.#parts = parts;
    this.#term = { owner: parts.makeOwner() };
  }

  /** The first heartbeat. Resolves when the connectors held run; rejects when the store or a connector refuses. */
  async start(address: string): Promise<void> {
    this.#address = address;
    await this.#beatOnce();
    await this.#parts.onHeld([...this.#held]);
    this.#next(this.#parts.settings.beatMs);
  }

  /** The present term; `null` while this node is not sure of it: then nothing may be claimed. */
  term(): Term | null {
    return this.#isSure() ? this.#term : null;
  }

  /** Whether what was claimed in `term` may be handed to a carrier now. */
  holds(term: Term): boolean {
    return term === this.#term && this.#isSure();
  }

  /** Monotonic: until when that stays so if no heartbeat succeeds any more. */
  holdsUntil(term: Term): number {
    if (term !== this.#term || this.#beat === null) return Number.NEGATIVE_INFINITY;
    const { leaseMs, marginMs } = this.#parts.settings;
    return this.#alone ? Number.POSITIVE_INFINITY : this.#beat.monotonic + leaseMs - marginMs;
  }

  /** Whether what was claimed in `term` may be somebody else's by now. */
  isOver(term: Term): boolean {
    return term !== this.#term || this.#sinceBeatMs() >= this.#parts.settings.leaseMs;
  }

  hasOthers(): boolean {
    return this.#hasOthers;
  }

  holdsConnector(name: string): boolean {
    return this.#held.has(name) && this.#isSure();
  }

  /** Connectors whose sends are another node's. */
  except(): string[] {
    const others = new Set([...this.#parts.settings.connectors, ...this.#foreign]);
    return [...others].filter((name) => !this.#held.has(name));
  }

  /** Beats no more and gives up what is held, at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    await this.#turning;
    if (this.#beat === null) return;
    this.#beat = null;
    try {
      await this.#parts.store.leave(this.#term.owner, this.#parts.clock.now());
    } catch (error) {
      // The end of the lease does the same, later.
      this.#fault('leave', error);
    }
  }

  #isSure(): boolean {
    const { leaseMs, marginMs } = this.#parts.settings;
    return this.#sinceBeatMs() < leaseMs - marginMs;
  }

  /** By the clock that has moved further: the monotonic one stands still while a machine is suspended. */
  #sinceBeatMs(): number {
    if (this.#beat === null) return Number.POSITIVE_INFINITY;
    if (this.#alone) return 0;
    const { clock } = this.#parts;
    return Math.max(clock.monotonic() - this.#beat.monotonic, clock.now() - this.#beat.at);
  }

  async #beatOnce(): Promise<void> {
    const { store, clock, settings, measureClock } = this.#parts;
    const { leaseMs, roles, connectors } = settings;
    try {
      await measureClock();
    } finally {
      // Judged after measuring: a wall clock that was set meanwhile is no sleep.
      if (this.#beat !== null && this.#sinceBeatMs() >= leaseMs) this.#beginTerm();
    }
    const { owner } = this.#term;
    const isFirst = this.#beat === null;
    // Noted before asking: the store counts the lease from no earlier.
    const beat = { at: clock.now(), monotonic: clock.monotonic() };
    const standing = await store.heartbeat({ owner, leaseMs, address: this.#address, roles, connectors }, beat.at);
    if (!standing.alone && clock.monotonic() - beat.monotonic >= leaseMs) {
      // An answer so late speaks of a lease that is over. Under the same name we would believe in it.
      this.#beginTerm();
      if (!this.#stopped) await this.#beatOnce();
      return;
    }
    const wasSure = this.#isSure();
    if (!wasSure) this.#aliveSince = beat.monotonic;
    this.#beat = beat;
    this.#alone = standing.alone;
    this.#foreign = standing.nodes.flatMap((node) => (node.owner === owner ? [] : node.connectors));
    this.#hasOthers = standing.nodes.some((node) => node.owner !== owner);
    this.#hold(standing.held);
    if (!wasSure) this.#parts.onWork();
    // After an outage of the store everybody looks dead for a moment, so others are judged only by a node that has
    // been alive for a whole lease: whoever lives has shown it by then.
    const mayJudge = standing.alone ? isFirst : beat.monotonic - this.#aliveSince >= leaseMs;
    const rows = mayJudge ? await store.takeOver(owner, clock.now()) : 0;
    if (rows === 0) return;
    this.#parts.observe({ type: 'node.took_over', at: clock.now(), owner, rows });
    this.#parts.onWork();
  }

  #beginTerm(): void {
    const { clock, observe, makeOwner } = this.#parts;
    this.#hold([]);
    this.#term = { owner: makeOwner() };
    this.#beat = null;
    observe({ type: 'node.term', at: clock.now(), owner: this.#term.owner });
    this.#tellHeld();
  }

  #hold(connectors: string[]): void {
    const { clock, observe } = this.#parts;
    const before = this.#held;
    this.#held = new Set(connectors);
    // Where nobody else can be, holding is no news.
    if (this.#alone) return;
    const tell = (connector: string, held: boolean) =>
      observe({ type: 'node.connector', at: clock.now(), owner: this.#term.owner, connector, held });
    for (const name of connectors) if (!before.has(name)) tell(name, true);
    for (const name of before) if (!this.#held.has(name)) tell(name, false);
  }

  /** Not awaited: a connector that is slow to start must not cost a heartbeat. */
  #tellHeld(): void {
    this.#parts.onHeld([...this.#held]).catch((error: unknown) => this.#fault('connectors', error));
  }

  #next(delayMs: number): void {
    if (this.#alone || this.#stopped) return;
    this.#cancelTimer = this.#parts.clock.after(delayMs, () => {
      this.#turning = this.#turn();
    });
  }

  async #turn(): Promise<void> {
    let delayMs = this.#parts.settings.beatMs;
    try {
      await this.#beatOnce();
      this.#failing = false;
      this.#tellHeld();
    } catch (error) {
      delayMs = RETRY_MS;
      if (!this.#failing) this.#fault('heartbeat', error);
      this.#failing = true;
    }
    this.#next(delayMs);
  }

  #fault(what: string, error: unknown): void {
    this.#parts.observe({ type: 'fault', at: this.#parts.clock.now(), where: `membership: ${what}`, error });
  }
}
