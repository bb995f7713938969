import type { Kysely, PostgresPool, PostgresPoolClient } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Faults } from '../../domain/faults.ts';
import type { Connection } from './driver.ts';

/** The migrations by name, in order. A name that was ever released never changes. */
const MIGRATIONS: Record<string, () => Promise<Migration>> = {
  '0001-first': async () => (await import('../migrations/postgres/0001-first.ts')).first,
  '0002-releases-and-documents': async () =>
    (await import('../migrations/postgres/0002-releases-and-documents.ts')).releasesAndDocuments,
};

export interface MigrationState {
  applied: string[];
  pending: string[];
}

/** What the database has seen and what it lacks. Throws when a newer program has been here. */
export async function migrationState(connection: Connection): Promise<MigrationState> {
  const [exists] = await connection.query("select to_regclass('kysely_migration')::text");
  const applied =
    exists?.[0] == null
      ? []
      : (await connection.query('select name::text from kysely_migration order by name')).map(
          (row) => row[0] as string,
        );
  const unknown = applied.filter((name) => !(name in MIGRATIONS));
  if (unknown.length > 0) {
    throw new Error(
      `The database was written by a newer Pidge (it has ${unknown.join(', ')}). Start that version, or restore a backup made by this one.`,
    );
  }
  return { applied, pending: Object.keys(MIGRATIONS).filter((name) => !applied.includes(name)) };
}

/**
 * Brings the schema up to date in one transaction, so a kill at any step leaves the old schema. Kysely's advisory
 * lock lets one node do it while the others wait.
 */
export async function migrate(connection: Connection, faults: Faults): Promise<void> {
  const { pending } = await migrationState(connection);
  if (pending.length === 0) return;
  const [{ Kysely, PostgresDialect }, { Migrator }] = await Promise.all([import('kysely'), import('kysely/migration')]);
  const dialect = new PostgresDialect({ pool: poolOf(connection) });
  const kysely: Kysely<unknown> = new Kysely<unknown>({ dialect });
  const provider = {
    async getMigrations(): Promise<Record<string, Migration>> {
      const migrations: Record<string, Migration> = {};
      for (const [name, load] of Object.entries(MIGRATIONS)) {
        const migration = await load();
        migrations[name] = {
          async up(trx) {
            faults.at('migrate.before-step');
            await migration.up(trx);
            faults.at('migrate.after-step');
          },
        };
      }
      return migrations;
    },
  };
  const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  if (error) throw error;
}

/** A pool of the one connection that migrates, in the shape Kysely asks for. It uses no cursors. */
function poolOf(connection: Connection): PostgresPool {
  const query = async (text: string, values: readonly unknown[] = []) => {
    const rows = await connection.records(text, values);
    return { command: 'SELECT' as const, rowCount: rows.length, rows };
  };
  const client = { query: query as PostgresPoolClient['query'], release: () => undefined };
  return { options: {}, connect: async () => client, end: async () => undefined };
}
