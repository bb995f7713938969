/** PostgreSQL compiled to WebAssembly, in this process and in memory: the dialect without a server. */
import { PGlite } from '@electric-sql/pglite';
import type { Connection, Driver, Session } from '../../src/store/postgres/driver.ts';
import { decodeText, encodeParameter } from '../../src/store/postgres/text.ts';
import type { Row } from '../../src/store/rows.ts';

const INT8 = 20;
const TEXT = 25;
/** Every parameter goes as text, as `pg` sends it, whatever type the server makes of it. */
const serializers = new Proxy<Record<number, (value: unknown) => string>>({}, { get: () => literal });
const parsers = { [INT8]: Number, [TEXT]: decodeText };

const EMPTY = `do $$ declare tables text; begin
  select string_agg(oid::regclass::text, ', ') into tables from pg_class
  where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname not like 'kysely%';
  if tables is not null then execute 'truncate ' || tables; end if; end $$`;

/**
 * One database of one connection. Those that `connect` gives share it: a transaction of one keeps the others waiting
 * until it ends, so nothing that needs two at once can be shown here. Starting takes about a second, `reset` much less.
 */
export class PgliteDatabase implements Driver {
  readonly #db = new PGlite();
  #last: Promise<unknown> = Promise.resolve();

  async connect(): Promise<Connection> {
    return new PgliteConnection(this.#db, () => this.#turn());
  }

  /** Empties every table; the schema stays, because making it anew takes longer than most tests. */
  async reset(): Promise<void> {
    const done = await this.#turn();
    try {
      await this.#db.exec(EMPTY);
    } finally {
      done();
    }
  }

  close(): Promise<void> {
    return this.#db.close();
  }

  /** Waits for all who asked before; call what it answers to let the next go. */
  async #turn(): Promise<() => void> {
    const before = this.#last;
    let done = (): void => undefined;
    this.#last = new Promise<void>((resolve) => {
      done = resolve;
    });
    await before;
    return done;
  }
}

class PgliteConnection implements Connection {
  readonly #db: PGlite;
  readonly #turn: () => Promise<() => void>;
  readonly #unlisten: (() => Promise<void>)[] = [];
  /** Set while a transaction of this connection is open, however it was begun. */
  #done: (() => void) | null = null;
  isLost = false;

  constructor(db: PGlite, turn: () => Promise<() => void>) {
    this.#db = db;
    this.#turn = turn;
  }

  async query(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#run<Row>(text, values.map(encodeParameter), 'array');
  }

  records(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return this.#run(text, [...values], 'object');
  }

  async transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.query('begin');
    let value: T;
    try {
      value = await work(this);
    } catch (error) {
      await this.query('rollback');
      throw error;
    }
    await this.query('commit');
    return value;
  }

  statement(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.query(text, values);
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    const done = await this.#turn();
    try {
      this.#unlisten.push(await this.#db.listen(channel, heard));
    } finally {
      done();
    }
  }

  destroy(): void {
    void this.close();
  }

  async close(): Promise<void> {
    this.isLost = true;
    if (this.#done) await this.query('rollback');
    for (const stop of this.#unlisten.splice(0)) await stop();
  }

  async #run<T>(text: string, values: unknown[], rowMode: 'array' | 'object'): Promise<T[]> {
    const verb = text.trim().toLowerCase();
    const own = this.#done === null;
    const done = this.#done ?? (await this.#turn());
    if (verb.startsWith('begin')) this.#done = done;
    try {
      return (await this.#db.query<T>(text, values, { rowMode, serializers, parsers })).rows;
    } finally {
      const over = verb === 'commit' || verb === 'rollback';
      if (over) this.#done = null;
      if (over || (own && this.#done === null)) done();
    }
  }
}

function literal(value: unknown): string {
  if (!Array.isArray(value)) return String(value);
  const items = value.map((one) => (one === null ? 'null' : `"${String(one).replaceAll(/["\\]/g, '\\$&')}"`));
  return `{${items.join(',')}}`;
}
