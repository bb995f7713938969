import pg from 'pg';
import { realClock } from '../../domain/clock.ts';
import type { Row } from '../rows.ts';
import {
  CommitUnknown,
  type Connection,
  ConnectionLost,
  type Driver,
  judge,
  type Purpose,
  type Session,
} from './driver.ts';
import { decodeText, encodeParameter } from './text.ts';

/** Real connections. */

const CONNECT_MS = 2_000;
const INT8 = 20;
const TEXT = 25;

/**
 * bigint as number: instants and microseconds stay below 2^53 until the year 2255. Text with its U+0000 restored.
 */
const types = {
  getTypeParser(oid: number): (text: string) => unknown {
    if (oid === INT8) return Number;
    if (oid === TEXT) return decodeText;
    return pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;
  },
};

/**
 * Keyed work must never turn into a scan because statistics are missing or old. A node that stops in the middle of a
 * transaction (SIGSTOP, a dead machine) holds locks: the server ends its session after two seconds.
 */
const KEYED = `set jit = off; set enable_seqscan = off; set enable_hashjoin = off; set enable_mergejoin = off;
  set lock_timeout = '3s'; set statement_timeout = '4s'; set idle_in_transaction_session_timeout = '2s'`;
const SETTINGS: Record<Purpose, string> = { write: KEYED, read: KEYED, scan: "set jit = off; set work_mem = '128MB'" };

/** Connects to the first host of `url` that answers and can write. */
export class PgDriver implements Driver {
  readonly #urls: string[];

  constructor(url: string) {
    this.#urls = hostsOf(url);
  }

  async connect(purpose: Purpose): Promise<Connection> {
    let last: unknown;
    for (const url of this.#urls) {
      try {
        return await openConnection(url, purpose);
      } catch (error) {
        if (judge(error) === 'other' && !isNetworkError(error)) throw error;
        last = error;
      }
    }
    throw new ConnectionLost(last instanceof Error ? last.message || String(last) : String(last), { cause: last });
  }
}

/** One url per host: `postgres://me@one:5432,two:5433/pidge` is two. */
export function hostsOf(url: string): string[] {
  const [, before, hosts, after] = /^(postgres(?:ql)?:\/\/(?:[^@/]*@)?)([^/?]*)(.*)$/s.exec(url) ?? [];
  if (hosts === undefined) throw new Error('A database url looks like postgres://user:password@host:5432/name');
  return hosts.split(',').map((host) => `${before}${host}${after}`);
}

async function openConnection(url: string, purpose: Purpose): Promise<Connection> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'pidge',
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    types: types as unknown as pg.CustomTypesConfig,
  });
  const connection = new PgConnection(client);
  try {
    await client.connect();
    await client.query(SETTINGS[purpose]);
    const [row] = await connection.query('select pg_is_in_recovery()::text');
    if (row?.[0] !== 'false') throw new ConnectionLost('The server is a standby and cannot write');
    return connection;
  } catch (error) {
    connection.destroy();
    throw error;
  }
}

class PgConnection implements Connection {
  readonly #client: pg.Client;
  readonly #names = new Map<string, string>();
  #lost: Error | null = null;
  /** Settles when what was asked for last is over: a connection does one thing at a time. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(client: pg.Client) {
    this.#client = client;
    client.on('error', (error) => this.#lose(error));
    client.on('end', () => this.#lose(new Error('The server closed the connection')));
  }

  get isLost(): boolean {
    return this.#lost !== null;
  }

  query(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#inTurn(() => this.#query(text, values));
  }

  transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.#inTurn(() => this.#transaction(work));
  }

  statement(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#inTurn(() => this.#committing(() => this.#query(text, values)));
  }

  async #query(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.#lost) throw new ConnectionLost(this.#lost.message);
    try {
      const result = await this.#client.query({
        name: this.#nameOf(text),
        text,
        values: values.map(encodeParameter),
        rowMode: 'array',
      });
      return result.rows as unknown as Row[];
    } catch (error) {
      if (this.#lost || isNetworkError(error)) {
        throw new ConnectionLost((error as Error).message, { cause: error });
      }
      if (judge(error) === 'lost') this.destroy();
      throw error;
    }
  }

  async #transaction<T>(work: (session: Session) => Promise<T>): Promise<T> {
    await this.#query('begin');
    let value: T;
    try {
      value = await work({ query: (text, values) => this.#query(text, values) });
    } catch (error) {
      // A rollback that fails leaves a connection of unknown state: better none.
      if (!this.#lost) await this.#query('rollback').catch(() => this.destroy());
      throw error;
    }
    await this.#committing(() => this.#query('commit'));
    return value;
  }

  /** From here on the server may commit without our hearing of it. */
  async #committing<T>(commit: () => Promise<T>): Promise<T> {
    if (this.#lost) throw new ConnectionLost(this.#lost.message);
    try {
      return await commit();
    } catch (error) {
      throw judge(error) === 'lost' ? new CommitUnknown((error as Error).message, { cause: error }) : error;
    }
  }

  async listen(channel: string, heard: (payload: string) => void): Promise<void> {
    this.#client.on('notification', (message) => {
      if (message.channel === channel) heard(message.payload ?? '');
    });
    await this.#client.query(`listen ${channel}`);
  }

  async records(text: string, values: readonly unknown[]): Promise<Record<string, unknown>[]> {
    return (await this.#client.query(text, [...values])).rows as Record<string, unknown>[];
  }

  destroy(): void {
    this.#lose(new Error('Hung up'));
    const { stream } = (this.#client as unknown as { connection: { stream: { destroy(): void } } }).connection;
    stream.destroy();
  }

  async close(): Promise<void> {
    if (this.#lost) return;
    this.#lost = new Error('The connection is closed');
    const cancel = realClock.after(CONNECT_MS, () => this.destroy());
    await this.#client.end().catch(() => undefined);
    cancel();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  /** Statements are prepared once a connection, under a short name. */
  #nameOf(text: string): string {
    let name = this.#names.get(text);
    if (!name) {
      name = `p${this.#names.size}`;
      this.#names.set(text, name);
    }
    return name;
  }

  #lose(error: Error): void {
    this.#lost ??= error;
  }
}

/** Errors of sockets and of `pg` itself carry no SQLSTATE. */
function isNetworkError(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: string };
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) return true;
  return code === undefined && /connection|timeout|terminated|socket|end of/i.test(message ?? '');
}
