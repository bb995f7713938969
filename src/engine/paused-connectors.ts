/**
 * Connectors that the operator has paused: nothing is handed to them on any node, and what waits for them waits, or goes
 * by others where routes say so. What they hear is heard as ever. Kept in the store; a node knows of it within a second
 * of its next look at what is due, so five at the latest.
 */
import type { Clock } from '../domain/clock.ts';
import type { Store } from '../store/store.ts';

export interface PausedParts {
  store: Pick<Store, 'documents' | 'saveDocument' | 'removeDocument'>;
  clock: Clock;
  /** Whose machine it is. */
  operatorSid: string;
  /** It has been paused, or for another reason, or goes on (`null`), as this node now knows. */
  onChange: (connector: string, pause: Pause | null) => void;
  fault: (error: unknown) => void;
}

export interface Pause {
  /** Since when (epoch ms). */
  at: number;
  reason: string | null;
}

const KIND = 'paused-connector';
const FRESH_MS = 1_000;
const MOST = 1_000;

export class PausedConnectors {
  readonly #parts: PausedParts;
  #paused: ReadonlyMap<string, Pause> = new Map();
  #freshUntil = Number.NEGATIVE_INFINITY;
  #isReading = false;
  /** Readings are numbered as they begin. */
  #begun = 0;
  #shown = 0;

  constructor(parts: PausedParts) {
    this.#parts = parts;
  }

  /** As the store has it. Rejects when that cannot be read. */
  async load(): Promise<void> {
    const { store, clock, operatorSid: accountSid } = this.#parts;
    this.#freshUntil = clock.monotonic() + FRESH_MS;
    this.#begun += 1;
    const reading = this.#begun;
    const found = await store.documents({ accountSid, kind: KIND, limit: MOST });
    // One that began before a change may end after the one that shows it.
    if (reading < this.#shown) return;
    this.#shown = reading;
    const before = this.#paused;
    this.#paused = new Map(found.map(({ sid, createdAt, properties }) => [sid, pauseOf(createdAt, properties)]));
    for (const connector of new Set([...before.keys(), ...this.#paused.keys()])) {
      const [was, is] = [before.get(connector) ?? null, this.#paused.get(connector) ?? null];
      if (was?.at !== is?.at || was?.reason !== is?.reason) this.#parts.onChange(connector, is);
    }
  }

  has(connector: string): boolean {
    return this.of(connector) !== null;
  }

  of(connector: string): Pause | null {
    if (this.#parts.clock.monotonic() >= this.#freshUntil) void this.#look();
    return this.#paused.get(connector) ?? null;
  }

  async pause(connector: string, reason: string | null): Promise<void> {
    const { store, clock, operatorSid: accountSid } = this.#parts;
    const at = this.of(connector)?.at ?? clock.now();
    const document = { accountSid, kind: KIND, sid: connector, parentSid: '', name: null, properties: { reason } };
    await store.saveDocument({ ...document, createdAt: at, updatedAt: clock.now() });
    await this.load();
  }

  /** `false`: it was not paused. */
  async resume(connector: string): Promise<boolean> {
    const wasPaused = await this.#parts.store.removeDocument(this.#parts.operatorSid, KIND, connector);
    await this.load();
    return wasPaused;
  }

  /** Without it the last that is known holds. */
  async #look(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      await this.load();
    } catch (error) {
      this.#parts.fault(error);
    } finally {
      this.#isReading = false;
    }
  }
}

function pauseOf(at: number, { reason }: Record<string, unknown>): Pause {
  return { at, reason: typeof reason === 'string' ? reason : null };
}
