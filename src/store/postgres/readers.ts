import { realClock } from '../../domain/clock.ts';
import type { Row } from '../rows.ts';
import { type Connection, type Driver, judge, type Session, unavailable } from './driver.ts';

/** Connections for keyed reads. A read is safe to repeat, so a broken connection costs a caller time at most. */

const PATIENCE_MS = 2_000;
const STATEMENT_LIMIT_MS = 4_500;
const PAUSE_MS = 100;

export class Readers implements Session {
  readonly #driver: Driver;
  readonly #slots: { connection: Promise<Connection> | null; busy: number }[];
  #isDown = false;

  constructor(driver: Driver, count: number) {
    this.#driver = driver;
    this.#slots = Array.from({ length: count }, () => ({ connection: null, busy: 0 }));
  }

  async query(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const startedAt = realClock.monotonic();
    for (;;) {
      try {
        const rows = await this.#once(text, values);
        this.#isDown = false;
        return rows;
      } catch (error) {
        const verdict = judge(error);
        if (verdict === 'other') throw error;
        const isOver = this.#isDown || realClock.monotonic() - startedAt > PATIENCE_MS;
        if (verdict !== 'lost' || isOver) {
          this.#isDown = true;
          throw unavailable(error);
        }
        await new Promise<void>((resolve) => realClock.after(PAUSE_MS, resolve));
      }
    }
  }

  async close(): Promise<void> {
    this.#isDown = true;
    for (const { connection } of this.#slots) await (await connection?.catch(() => null))?.close();
  }

  async #once(text: string, values: readonly unknown[]): Promise<Row[]> {
    const slot = this.#slots.reduce((least, one) => (one.busy < least.busy ? one : least));
    slot.busy += 1;
    try {
      const connection = await this.#connected(slot);
      const cancel = realClock.after(STATEMENT_LIMIT_MS, () => connection.destroy());
      try {
        return await connection.query(text, values);
      } finally {
        cancel();
      }
    } finally {
      slot.busy -= 1;
    }
  }

  async #connected(slot: { connection: Promise<Connection> | null }): Promise<Connection> {
    const awaited = slot.connection;
    const known = await awaited?.catch(() => null);
    if (known && !known.isLost) return known;
    // Several reads may find it broken at once: the first reconnects, and the others take what it has put there.
    if (slot.connection === null || slot.connection === awaited) slot.connection = this.#driver.connect('read');
    return slot.connection;
  }
}
