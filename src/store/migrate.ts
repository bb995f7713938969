import type { DatabaseSync } from 'node:sqlite';
import { type Faults, noFaults } from '../domain/faults.ts';
import { type MigrationState, type Migrations, providerOf, stateOf } from './migrations.ts';

const MIGRATIONS: Migrations = {
  '0001-first': async () => (await import('./migrations/0001-first.ts')).first,
  '0002-releases-and-documents': async () =>
    (await import('./migrations/0002-releases-and-documents.ts')).releasesAndDocuments,
  '0003-media-and-links': async () => (await import('./migrations/0003-media-and-links.ts')).mediaAndLinks,
  '0004-inbound': async () => (await import('./migrations/0004-inbound.ts')).inbound,
  '0005-notices-in-lanes': async () => (await import('./migrations/0005-notices-in-lanes.ts')).noticesInLanes,
  '0006-second-token': async () => (await import('./migrations/0006-second-token.ts')).secondToken,
  '0008-esmes': async () => (await import('./migrations/0008-esmes.ts')).esmes,
  '0007-past-of-sends': async () => (await import('./migrations/0007-past-of-sends.ts')).pastOfSends,
  '0009-pdus': async () => (await import('./migrations/0009-pdus.ts')).pdus,
  '0010-console': async () => (await import('./migrations/0010-console.ts')).consoleTables,
  '0013-claimed-notices': async () => (await import('./migrations/0013-claimed-notices.ts')).claimedNotices,
  '0014-hand-overs': async () => (await import('./migrations/0014-hand-overs.ts')).handOvers,
  '0015-links-listed': async () => (await import('./migrations/0015-links-listed.ts')).linksListed,
  '0016-visits-and-exports': async () => (await import('./migrations/0016-visits-and-exports.ts')).visitsAndExports,
  '0017-listed-by-second': async () => (await import('./migrations/0017-listed-by-second.ts')).listedBySecond,
  '0018-sends-of-connectors': async () => (await import('./migrations/0018-sends-of-connectors.ts')).sendsOfConnectors,
};

/** What the file has seen and what it lacks. Throws when a newer program has been here. */
export function migrationState(db: DatabaseSync): MigrationState {
  return stateOf(MIGRATIONS, applied(db));
}

/**
 * Brings the schema up to date in one transaction, so a kill at any step leaves the old schema and the next start
 * does it again. Throws, having changed nothing, when a newer program has been here. `onMigrating` hears what an older
 * file is about to go through.
 */
export async function migrate(
  db: DatabaseSync,
  faults: Faults = noFaults,
  onMigrating?: (steps: string[]) => void,
): Promise<void> {
  const { applied, pending } = migrationState(db);
  if (pending.length === 0) return;
  if (applied.length > 0) onMigrating?.(pending);
  // Kysely is only loaded when there is something to do: a warm start saves its import.
  await run(db, faults);
}

/** Names of the migrations the file has seen; none for a new file. */
function applied(db: DatabaseSync): string[] {
  if (!db.prepare("select 1 from sqlite_master where name = 'kysely_migration'").get()) return [];
  return db
    .prepare('select name from kysely_migration order by name')
    .all()
    .map((row) => row.name as string);
}

async function run(db: DatabaseSync, faults: Faults): Promise<void> {
  const [{ Kysely }, { Migrator }, { NodeSqliteDialect }] = await Promise.all([
    import('kysely'),
    import('kysely/migration'),
    import('./kysely-sqlite.ts'),
  ]);
  const kysely = new Kysely<unknown>({ dialect: new NodeSqliteDialect(db) });
  const provider = providerOf(MIGRATIONS, faults);
  const { error } = await new Migrator({ db: kysely, provider }).migrateToLatest();
  await kysely.destroy();
  if (error) throw error;
}
