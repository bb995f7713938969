import { realClock } from '../../domain/clock.ts';
import type { Heartbeat, Membership, WorkKind } from '../store.ts';
import { type Connection, type Driver, judge, unavailable } from './driver.ts';
import { heartbeat } from './nodes.ts';

/** The connection of a node as such: its heartbeat, the database's time, and hints to and from the others. */

const CHANNEL = 'pidge';
/** A heartbeat that takes longer is as good as none: it has to fit several times into a lease. */
const LIMIT_MS = 2_000;

export class NodeLine {
  readonly #driver: Driver;
  /** Tells our own hints from those of others. */
  readonly #name: string;
  readonly #listeners = new Set<(kind: WorkKind) => void>();
  #connection: Promise<Connection> | null = null;
  #closed = false;
  /** Whether there was another node at the last heartbeat. */
  hasCompany = false;

  constructor(driver: Driver, name: string) {
    this.#driver = driver;
    this.#name = name;
  }

  async heartbeat(beat: Heartbeat, now: number): Promise<Membership> {
    const membership = await this.#within((connection) =>
      connection.transaction((session) => heartbeat(session, beat, now)),
    );
    this.hasCompany = membership.nodes.length > 1;
    return membership;
  }

  /** The database's clock less ours, at the middle of the question. */
  async clockOffset(): Promise<number> {
    return this.#within(async (connection) => {
      const before = realClock.now();
      const [row] = await connection.query('select (extract(epoch from clock_timestamp()) * 1000)::bigint');
      return Math.round((row?.[0] as number) - (before + realClock.now()) / 2);
    });
  }

  watch(listener: (kind: WorkKind) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Lost without harm when the connection is: the others poll. */
  tell(kinds: WorkKind[]): void {
    if (this.#closed || kinds.length === 0) return;
    const text = `${this.#name} ${kinds.join(' ')}`;
    this.#within((connection) => connection.query(`select pg_notify('${CHANNEL}', $1)::text`, [text])).catch(
      () => undefined,
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    await (await this.#connection?.catch(() => null))?.close();
  }

  async #within<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    try {
      const connection = await this.#connected();
      const cancel = realClock.after(LIMIT_MS, () => connection.destroy());
      try {
        return await work(connection);
      } finally {
        cancel();
      }
    } catch (error) {
      throw judge(error) === 'other' ? error : unavailable(error);
    }
  }

  async #connected(): Promise<Connection> {
    const awaited = this.#connection;
    const known = await awaited?.catch(() => null);
    if (known && !known.isLost) return known;
    // Several may find it broken at once: the first reconnects, and the others take what it has put there.
    if (this.#connection === null || this.#connection === awaited) this.#connection = this.#open();
    return this.#connection;
  }

  async #open(): Promise<Connection> {
    const connection = await this.#driver.connect('write');
    await connection.listen(CHANNEL, (text) => this.#hear(text));
    return connection;
  }

  #hear(text: string): void {
    const [name, ...kinds] = text.split(' ');
    if (name === this.#name) return;
    for (const kind of kinds) {
      for (const listener of this.#listeners) listener(kind as WorkKind);
    }
  }
}
