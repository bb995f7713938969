import { Columns } from './postgres/columns.ts';
import type { Connection, Driver, Session } from './postgres/driver.ts';
import { migrationState } from './postgres/migrate.ts';
import { aliveNodes } from './postgres/nodes.ts';
import { openPostgresOn } from './postgres/open.ts';
import { ensurePartitions } from './postgres/partitions.ts';
import { findings } from './postgres/verify.ts';
import type { Row } from './rows.ts';
import { type Finding, StoreLocked } from './store.ts';
import { NotEmpty, type Sequences, type TransferSink, type TransferSource, type TransferTarget } from './transfer.ts';
import { postgresType, TRANSFER_TABLES, type TransferTable } from './transfer-tables.ts';

const BATCH_ROWS = 2_000;
/** Older months are not worth a partition of their own each: they share the default one. */
const PARTITIONS_BACK_MS = 36 * 31 * 86_400_000;

/** The store in a database that no node is alive on. Throws StoreLocked, or a plain sentence. */
export async function openPostgresSource(driver: Driver): Promise<TransferSource> {
  const connection = await driver.connect('scan');
  try {
    const { applied, pending } = await migrationState(connection);
    if (applied.length === 0) throw new Error('There is no store in this database.');
    if (pending.length > 0) throw new Error('The database has an older schema. Bring it up to date: pidge db migrate');
    await demandIdle(connection);
    return new PostgresSource(connection);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class PostgresSource implements TransferSource {
  readonly #connection: Connection;
  #isOpen = false;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  verify(): Promise<Finding[]> {
    return findings(this.#connection);
  }

  async count(table: TransferTable): Promise<number> {
    const [row] = await this.#query(`select count(*) from (${selectFrom(table)}) t`);
    return row?.[0] as number;
  }

  async *batches(table: TransferTable): AsyncIterable<Row[]> {
    const cursor = `copy_${table.name}`;
    await this.#query(`declare ${cursor} no scroll cursor for ${selectFrom(table)}`);
    for (;;) {
      const rows = await this.#query(`fetch ${BATCH_ROWS} from ${cursor}`);
      if (rows.length > 0) yield rows;
      if (rows.length < BATCH_ROWS) break;
    }
    await this.#query(`close ${cursor}`);
  }

  async sequences(): Promise<Sequences> {
    const last = async (name: string): Promise<number> => {
      const [row] = await this.#query(`select last_value - case when is_called then 0 else 1 end from ${name}`);
      return row?.[0] as number;
    };
    return { work: await last('work_id'), attempts: await last('attempts_id') };
  }

  async oldestAt(): Promise<number | null> {
    const [row] = await this.#query(
      'select least((select min(sid_at) from messages), (select min(at) from attempts))::bigint',
    );
    return row?.[0] as number | null;
  }

  async close(): Promise<void> {
    await this.#connection.close();
  }

  /** Begins the snapshot with the first question; `verify` had its own. Until its end no node can come alive. */
  async #query(text: string): Promise<Row[]> {
    if (!this.#isOpen) {
      await this.#connection.query('begin isolation level repeatable read');
      await this.#connection.query('lock table nodes in share mode');
      this.#isOpen = true;
    }
    return this.#connection.query(text);
  }
}

/** Slots add up. */
const USAGE = `select account_sid, day, category, sum(count)::bigint, sum(usage)::bigint, sum(price_micros)::bigint, 0
  from usage group by account_sid, day, category`;

function selectFrom({ name, columns, extra }: TransferTable): string {
  if (name === 'counters') return 'select name, sum(n)::bigint, 0 from counters group by name';
  if (name === 'usage') return USAGE;
  return `select ${[...columns, ...Object.keys(extra)].join(', ')} from ${name}`;
}

/**
 * A database without a store, or with an empty one, which gets the present schema. Throws NotEmpty, StoreLocked, or
 * what opening a store throws.
 */
export async function openPostgresTarget(driver: Driver, clock: { now(): number }): Promise<TransferTarget> {
  const connection = await driver.connect('scan');
  try {
    if ((await migrationState(connection)).applied.length > 0) {
      await demandIdle(connection);
      await demandEmpty(connection);
    }
    const store = await openPostgresOn(driver, { clock, acceptLoss: true });
    await store.close();
    return new PostgresTarget(connection, clock);
  } catch (error) {
    await connection.close();
    throw error;
  }
}

class PostgresTarget implements TransferTarget {
  readonly #connection: Connection;
  readonly #clock: { now(): number };

  constructor(connection: Connection, clock: { now(): number }) {
    this.#connection = connection;
    this.#clock = clock;
  }

  /** One transaction: a copy that ends early leaves no row. A server that starts meanwhile waits for its end. */
  async fill<T>(oldestAt: number | null, work: (sink: TransferSink) => Promise<T>): Promise<T> {
    const now = this.#clock.now();
    const made = await this.#connection.transaction(async (session) => {
      await session.query('lock table nodes, accounts in share row exclusive mode');
      await demandEmpty(session);
      await ensurePartitions(session, now, Math.min(now, Math.max(oldestAt ?? now, now - PARTITIONS_BACK_MS)));
      return work(new PostgresSink(session));
    });
    for (const { name } of TRANSFER_TABLES) await this.#connection.query(`analyze ${name}`);
    return made;
  }

  verify(): Promise<Finding[]> {
    return findings(this.#connection);
  }

  close(): Promise<void> {
    return this.#connection.close();
  }
}

class PostgresSink implements TransferSink {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  async insert({ name, columns, extra }: TransferTable, rows: Row[]): Promise<void> {
    const all = [...columns, ...Object.keys(extra)];
    const arrays = new Columns(all.length);
    for (const row of rows) arrays.push(...row);
    const types = all.map((column, index) => `$${index + 1}::${postgresType(column)}[]`);
    await this.#session.query(
      `insert into ${name} (${all.join(', ')}) select * from unnest(${types.join(', ')})`,
      arrays.values,
    );
  }

  async count({ name }: TransferTable): Promise<number> {
    const [row] = await this.#session.query(`select count(*) from ${name}`);
    return row?.[0] as number;
  }

  async setSequences({ work, attempts }: Sequences): Promise<void> {
    for (const [name, last] of [
      ['work_id', work],
      ['attempts_id', attempts],
    ] as const) {
      await this.#session.query(`select setval('${name}', $1::bigint, $2)::text`, [Math.max(1, last), last > 0]);
    }
    for (const table of ['parked', 'opt_out_log', 'pdus', 'console_audit']) {
      await this.#session.query(
        `select setval(pg_get_serial_sequence('${table}', 'id'), greatest(1, max(id)), max(id) is not null)::text
         from ${table}`,
      );
    }
  }
}

/** Throws StoreLocked while nodes are alive on the database. */
export async function demandIdle(session: Session): Promise<void> {
  const [row] = await session.query('select (extract(epoch from clock_timestamp()) * 1000)::bigint');
  const nodes = await aliveNodes(session, row?.[0] as number);
  if (nodes.length === 0) return;
  throw new StoreLocked(`nodes are alive on it: ${nodes.map(({ address }) => address).join(', ')}`);
}

async function demandEmpty(session: Session): Promise<void> {
  for (const { name } of TRANSFER_TABLES) {
    const [row] = await session.query(`select 1 from ${name} limit 1`);
    if (row) throw new NotEmpty(`The database holds ${name} already.`);
  }
}
