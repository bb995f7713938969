import { type Faults, noFaults } from '../../domain/faults.ts';
import type { Reads, Store } from '../store.ts';
import type { Connection, Driver } from './driver.ts';
import { ConnectionLost } from './driver.ts';
import { durabilityRisk } from './durability.ts';
import { migrate, migrationState } from './migrate.ts';
import { ensurePartitions } from './partitions.ts';
import { PgDriver } from './pg-driver.ts';
import { PostgresStore } from './postgres-store.ts';
import { Readers } from './readers.ts';
import { PostgresReads } from './reads.ts';

export interface PostgresSettings {
  clock: { now(): number };
  /** Start although the server may lose what was acknowledged. `risk` tells it then. */
  acceptLoss?: boolean;
  faults?: Faults;
  /** The database is of an earlier version and these steps begin now: with millions of messages they take minutes. */
  onMigrating?(steps: string[]): void;
}

const OLDEST_SERVER = 150_000;

/**
 * Opens, checks and migrates a database; several nodes may do so at once. Rejects with a plain sentence when the
 * server is not there, too old, not durable, or was written by a newer version.
 */
export async function openPostgres(settings: PostgresSettings & { url: string }): Promise<Store> {
  return openPostgresOn(new PgDriver(settings.url), settings);
}

/** The same on any driver. */
export async function openPostgresOn(driver: Driver, settings: PostgresSettings): Promise<Store> {
  const { clock, faults = noFaults } = settings;
  const connection = await reach(driver);
  try {
    await demandVersion(connection);
    const risk = await durabilityRisk(connection);
    if (risk !== null && !settings.acceptLoss) {
      throw new Error(
        `The database may lose acknowledged messages: ${risk}. Switch it on, or accept the loss with store.accept_loss = true (PIDGE_STORE_ACCEPT_LOSS=true).`,
      );
    }
    await migrate(connection, faults, settings.onMigrating);
    await ensurePartitions(connection, clock.now());
  } finally {
    await connection.close();
  }
  return new PostgresStore({ driver, clock, faults });
}

/** The reading half alone, for `verify` and status: changes nothing, works beside running nodes. */
export async function openPostgresReader(url: string): Promise<Reads & { close(): Promise<void> }> {
  const driver = new PgDriver(url);
  const connection = await reach(driver);
  try {
    const { applied, pending } = await migrationState(connection);
    if (applied.length === 0) throw new Error('There is no store in this database. Make one: pidge db migrate');
    if (pending.length > 0) throw new Error('The database has an older schema. Bring it up to date: pidge db migrate');
  } finally {
    await connection.close();
  }
  const readers = new Readers(driver, 1);
  const reads = new PostgresReads({ session: readers, scan: () => driver.connect('scan') });
  return Object.assign(reads, { close: () => readers.close() });
}

async function reach(driver: Driver): Promise<Connection> {
  try {
    return await driver.connect('scan');
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    throw new Error(`The database cannot be reached: ${error.message}`, { cause: error });
  }
}

async function demandVersion(connection: Connection): Promise<void> {
  const [row] = await connection.query("select current_setting('server_version_num')::int, version()");
  if ((row?.[0] as number) >= OLDEST_SERVER) return;
  throw new Error(`Pidge needs PostgreSQL 15 or newer; this is ${String(row?.[1])}`);
}
