import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Config, ConfigSources } from '../config.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import { migrationState } from '../store/migrate.ts';
import { migrationState as postgresState } from '../store/postgres/migrate.ts';
import { openPostgres } from '../store/postgres/open.ts';
import { PgDriver } from '../store/postgres/pg-driver.ts';
import { openSqlite } from '../store/sqlite.ts';
import { openReadOnly } from '../store/sqlite-file.ts';
import type { Store } from '../store/store.ts';
import { onDatabase, storeConfig } from './db-place.ts';
import { CliError, EXIT } from './exit.ts';
import { migrating } from './live.ts';
import { print, tell } from './terminal.ts';

export interface SchemaState {
  applied: string[];
  pending: string[];
}

/** Brings the schema up to date, making it where there is none. `check` only tells: 8 when something is pending. */
export async function migrate(sources: ConfigSources, options: { check: boolean; json: boolean }): Promise<number> {
  const config = storeConfig(sources, { makes: !options.check });
  const { database } = config;
  if (database === ':memory:') throw new CliError(EXIT.usage, ':memory: has a schema as long as its server runs.');
  return onDatabase(database, async () => {
    const { applied, pending } = await schemaOf(database);
    if (!options.check && pending.length > 0) await (await open(config)).close();
    if (options.json)
      print(JSON.stringify({ database: withoutPassword(database), applied, pending, check: options.check }));
    else print(`${withoutPassword(database)}: ${sentence(pending, options.check)}`);
    return options.check && pending.length > 0 ? EXIT.assertion : EXIT.ok;
  });
}

/** What a database has seen and what it lacks; a file that is not there lacks everything. */
export async function schemaOf(database: string): Promise<SchemaState> {
  if (isPostgres(database)) {
    const connection = await new PgDriver(database).connect('scan');
    try {
      return await postgresState(connection);
    } finally {
      await connection.close();
    }
  }
  const db = existsSync(database) ? openReadOnly(database) : new DatabaseSync(':memory:');
  try {
    return migrationState(db);
  } finally {
    db.close();
  }
}

/** Opening a store is what brings it up to date, as at every start of a server. */
function open({ database, store }: Config): Promise<Store> {
  const onMigrating = (steps: string[]): void => tell(migrating(steps));
  if (isPostgres(database)) {
    return openPostgres({ url: database, clock: realClock, acceptLoss: store.acceptLoss, onMigrating });
  }
  const onFatal = (error: Error): void => {
    throw error;
  };
  return openSqlite({ path: database, clock: realClock, onFatal, onMigrating });
}

function sentence(pending: string[], check: boolean): string {
  if (pending.length === 0) return 'the schema is up to date';
  const names = pending.join(', ');
  return check ? `${names} pending. Bring it up to date: pidge db migrate` : `applied ${names}`;
}
