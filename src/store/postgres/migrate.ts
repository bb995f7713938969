import type { Kysely, PostgresPool, PostgresPoolClient } from 'kysely';
import type { Faults } from '../../domain/faults.ts';
import { type MigrationState, type Migrations, providerOf, stateOf } from '../migrations.ts';
import type { Connection } from './driver.ts';

const MIGRATIONS: Migrations = {
  '0001-first': async () => (await import('../migrations/postgres/0001-first.ts')).first,
  '0002-releases-and-documents': async () =>
    (await import('../migrations/postgres/0002-releases-and-documents.ts')).releasesAndDocuments,
  '0003-media-and-links': async () => (await import('../migrations/postgres/0003-media-and-links.ts')).mediaAndLinks,
  '0004-inbound': async () => (await import('../migrations/postgres/0004-inbound.ts')).inbound,
  '0006-second-token': async () => (await import('../migrations/postgres/0006-second-token.ts')).secondToken,
  '0008-esmes': async () => (await import('../migrations/postgres/0008-esmes.ts')).esmes,
  '0007-past-of-sends': async () => (await import('../migrations/postgres/0007-past-of-sends.ts')).pastOfSends,
  '0009-pdus': async () => (await import('../migrations/postgres/0009-pdus.ts')).pdus,
  '0010-console': async () => (await import('../migrations/postgres/0010-console.ts')).consoleTables,
  '0013-claimed-notices': async () => (await import('../migrations/0013-claimed-notices.ts')).claimedNotices,
  '0014-hand-overs': async () => (await import('../migrations/postgres/0014-hand-overs.ts')).handOvers,
  '0015-links-listed': async () => (await import('../migrations/0015-links-listed.ts')).linksListed,
  '0016-visits-and-exports': async () => (await import('../migrations/0016-visits-and-exports.ts')).visitsAndExports,
  '0017-listed-by-second': async () => (await import('../migrations/0017-listed-by-second.ts')).listedBySecond,
};

/** What the database has seen and what it lacks. Throws when a newer program has been here. */
export async function migrationState(connection: Connection): Promise<MigrationState> {
  const [exists] = await connection.query("select to_regclass('kysely_migration')::text");
  const applied =
    exists?.[0] == null
      ? []
      : (await connection.query('select name::text from kysely_migration order by name')).map(
          (row) => row[0] as string,
        );
  return stateOf(MIGRATIONS, applied);
}

/**
 * Brings the schema up to date in one transaction, so a kill at any step leaves the old schema. Kysely's advisory
 * lock lets one node do it while the others wait. `onMigrating` hears what an older database is about to go through.
 */
export async function migrate(
  connection: Connection,
  faults: Faults,
  onMigrating?: (steps: string[]) => void,
): Promise<void> {
  const { applied, pending } = await migrationState(connection);
  if (pending.length === 0) return;
  if (applied.length > 0) onMigrating?.(pending);
  const [{ Kysely, PostgresDialect }, { Migrator }] = await Promise.all([import('kysely'), import('kysely/migration')]);
  const dialect = new PostgresDialect({ pool: poolOf(connection) });
  const kysely: Kysely<unknown> = new Kysely<unknown>({ dialect });
  const provider = providerOf(MIGRATIONS, faults);
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
