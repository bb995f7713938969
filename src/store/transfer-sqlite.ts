import { existsSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { sidTime } from '../domain/sid.ts';
import { migrate, migrationState } from './migrate.ts';
import { FileExists, makeFile, removeSides } from './new-file.ts';
import type { Row } from './rows.ts';
import { lockFile, openReadOnly } from './sqlite-file.ts';
import type { Finding } from './store.ts';
import { NotEmpty, type Sequences, type TransferSink, type TransferSource, type TransferTarget } from './transfer.ts';
import { laneOwner, type TransferTable } from './transfer-tables.ts';
import { findings } from './verify.ts';

const BATCH_ROWS = 2_000;
/** Pages of the file under construction that are kept in memory: 64 MB. */
const CACHE = 'pragma cache_size = -65536';

/** The store in a file, held still by its lock. Throws StoreLocked, or a plain sentence when it is no present store. */
export function openSqliteSource(path: string): TransferSource {
  // Before the lock, which would make the folder.
  if (!existsSync(path)) throw new Error(`There is no store at ${path}.`);
  const lock = lockFile(path);
  try {
    const db = openReadOnly(path);
    const { applied, pending } = migrationState(db);
    if (applied.length === 0) throw new Error(`${path} holds no store of Pidge.`);
    if (pending.length > 0) throw new Error(`${path} has an older schema. Bring it up to date: pidge db migrate`);
    db.function('sid_time', { deterministic: true }, (sid) => sidTime(String(sid)));
    db.function('lane_account', { deterministic: true }, (key) => laneOwner(String(key)).accountSid);
    db.function('lane_connector', { deterministic: true }, (key) => laneOwner(String(key)).connector);
    // Read once from end to end: mapped, the file would only swell the process.
    db.exec('pragma mmap_size = 0; begin');
    return new SqliteSource(db, lock);
  } catch (error) {
    lock.close();
    throw error;
  }
}

class SqliteSource implements TransferSource {
  readonly #db: DatabaseSync;
  readonly #lock: DatabaseSync;

  constructor(db: DatabaseSync, lock: DatabaseSync) {
    this.#db = db;
    this.#lock = lock;
  }

  async verify(): Promise<Finding[]> {
    return findings(this.#db);
  }

  async count(table: TransferTable): Promise<number> {
    return numberOf(this.#db, `select count(*) from ${table.name}`) ?? 0;
  }

  async *batches({ name, columns, extra }: TransferTable): AsyncIterable<Row[]> {
    const wanted = [...columns.map((column) => `t.${column}`), ...Object.values(extra)];
    const statement = this.#db.prepare(`select ${wanted.join(', ')} from ${name} t`);
    statement.setReturnArrays(true);
    let batch: Row[] = [];
    for (const row of statement.iterate()) {
      batch.push(row as unknown as Row);
      if (batch.length < BATCH_ROWS) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
  }

  async sequences(): Promise<Sequences> {
    const last = (table: string) =>
      numberOf(this.#db, `select coalesce(max(seq), 0) from sqlite_sequence where name = '${table}'`) ?? 0;
    return { work: last('work'), attempts: last('attempts') };
  }

  async oldestAt(): Promise<number | null> {
    return numberOf(
      this.#db,
      'select min(at) from (select sid_time(min(sid)) at from messages union all select min(at) from attempts)',
    );
  }

  async close(): Promise<void> {
    this.#db.close();
    this.#lock.close();
  }
}

/** A file that is not there yet; its lock keeps servers from making it meanwhile. Throws NotEmpty, StoreLocked. */
export function openSqliteTarget(path: string): TransferTarget {
  if (existsSync(path)) throw new NotEmpty(`${path} exists already.`);
  const lock = lockFile(path);
  return {
    async fill(_oldestAt, work) {
      try {
        return await makeFile(path, {}, async (aside) => {
          const made = await fill(aside, work);
          removeSides(path);
          return made;
        });
      } catch (error) {
        throw error instanceof FileExists ? new NotEmpty(`${path} exists already.`, { cause: error }) : error;
      }
    },
    async verify() {
      const db = openReadOnly(path);
      try {
        return findings(db);
      } finally {
        db.close();
      }
    },
    async close() {
      lock.close();
    },
  };
}

/** Without a journal: a file that is not finished is thrown away, one that is gets synced before it has a name. */
async function fill<T>(aside: string, work: (sink: TransferSink) => Promise<T>): Promise<T> {
  const db = new DatabaseSync(aside, { enableForeignKeyConstraints: false });
  try {
    await migrate(db);
    db.exec(`pragma journal_mode = off; pragma synchronous = off; ${CACHE}; begin`);
    const made = await work(new SqliteSink(db));
    db.exec('commit');
    return made;
  } finally {
    db.close();
  }
}

class SqliteSink implements TransferSink {
  readonly #db: DatabaseSync;
  readonly #inserts = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async insert(table: TransferTable, rows: Row[]): Promise<void> {
    const insert = this.#insertInto(table);
    const width = table.columns.length;
    for (const row of rows) insert.run(...(row.slice(0, width) as SQLInputValue[]));
  }

  async count(table: TransferTable): Promise<number> {
    return numberOf(this.#db, `select count(*) from ${table.name}`) ?? 0;
  }

  async setSequences({ work, attempts }: Sequences): Promise<void> {
    this.#db.exec(`delete from sqlite_sequence where name in ('work', 'attempts');
      insert into sqlite_sequence (name, seq) values ('work', ${work}), ('attempts', ${attempts})`);
  }

  #insertInto({ name, columns }: TransferTable): StatementSync {
    let insert = this.#inserts.get(name);
    if (!insert) {
      const marks = columns.map(() => '?').join(', ');
      insert = this.#db.prepare(`insert into ${name} (${columns.join(', ')}) values (${marks})`);
      this.#inserts.set(name, insert);
    }
    return insert;
  }
}

function numberOf(db: DatabaseSync, text: string): number | null {
  const statement = db.prepare(text);
  statement.setReturnArrays(true);
  const [value] = (statement.get() ?? [null]) as unknown as [number | null];
  return value;
}
