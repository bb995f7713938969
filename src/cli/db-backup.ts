import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { ConfigSources } from '../config.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import { type BackupReport, BadBackup, backupSqlite, kindOfBackup, restoreSqlite } from '../store/backup.ts';
import { bringBack, forget, hasStore, isSetAside, setAside } from '../store/backup-postgres.ts';
import { FileExists, makeFile, removeAside } from '../store/new-file.ts';
import type { Connection } from '../store/postgres/driver.ts';
import { openPostgres } from '../store/postgres/open.ts';
import { PgDriver } from '../store/postgres/pg-driver.ts';
import { demandIdle } from '../store/transfer-postgres.ts';
import { countOf, showFindings } from './db-findings.ts';
import { demandFile, onDatabase, onInterrupt, openReader, storeConfig } from './db-place.ts';
import { grouped, sizeOf } from './db-progress.ts';
import { runTool } from './db-tools.ts';
import { CliError, EXIT } from './exit.ts';
import { print, tell } from './terminal.ts';

const DUMP = ['--format=custom', '--no-owner', '--no-acl', '--no-password'];
const RESTORE = ['--exit-on-error', '--single-transaction', '--no-owner', '--no-acl', '--no-password'];

export interface RestoreOptions {
  /** Replaces the store that is there. */
  force: boolean;
  despiteFindings: boolean;
}

/** Writes the store into the new `file`, also beside running servers. 8 when what was written has findings. */
export async function backup(sources: ConfigSources, file: string, options: { json: boolean }): Promise<number> {
  const { database } = storeConfig(sources);
  const folder = dirname(resolve(file));
  if (!existsSync(folder)) throw new CliError(EXIT.notFound, `There is no folder ${folder}. Make it first.`);
  onInterrupt(() => removeAside(file));
  const report = await onDatabase(database, () => (isPostgres(database) ? dump(database, file) : copy(database, file)));
  return tellReport(`${withoutPassword(database)} is in ${file}`, { database, file }, report, options.json);
}

/** Puts a backup in the place of the store, where no server may run. 8 when it has findings. */
export async function restore(
  sources: ConfigSources,
  file: string,
  options: RestoreOptions & { json: boolean },
): Promise<number> {
  if (!existsSync(file)) throw new CliError(EXIT.notFound, `There is no file ${file}.`);
  const { database } = storeConfig(sources, { makes: true });
  const kind = kindOfBackup(file);
  const wanted = isPostgres(database) ? 'postgres' : 'sqlite';
  if (kind === 'unknown')
    throw new CliError(EXIT.usage, `${file} is no backup: neither a store's file nor a pg_dump archive.`);
  if (kind !== wanted) throw new CliError(EXIT.usage, otherEngine(kind, file, withoutPassword(database)));
  const report = await onDatabase(database, () =>
    isPostgres(database) ? load(database, file, options) : putBack(database, file, options),
  );
  return tellReport(`${file} is restored to ${withoutPassword(database)}`, { database, file }, report, options.json);
}

async function copy(path: string, file: string): Promise<BackupReport> {
  try {
    return await backupSqlite(demandFile(path), file);
  } catch (error) {
    throw refusal(error, `${file} exists already and is never overwritten. Choose another name.`);
  }
}

async function putBack(path: string, file: string, { force, despiteFindings }: RestoreOptions): Promise<BackupReport> {
  if (path === ':memory:') throw new CliError(EXIT.usage, 'A backup needs a file to go to. Name it with --database.');
  onInterrupt(() => removeAside(path));
  try {
    return await restoreSqlite(file, path, { replace: force, despiteFindings });
  } catch (error) {
    if (error instanceof BadBackup) showFindings(error.findings, false);
    throw refusal(error, `${path} exists already. Back it up first, then use --force to replace it.`);
  }
}

function refusal(error: unknown, exists: string): unknown {
  if (error instanceof FileExists) return new CliError(EXIT.usage, exists);
  if (!(error instanceof BadBackup)) return error;
  const more = error.findings.length > 0 ? ' Nothing was changed; --despite-findings takes it as it is.' : '';
  return new CliError(EXIT.assertion, `${error.message}${more}`);
}

async function dump(url: string, file: string): Promise<BackupReport> {
  const messages = await withConnection(url, async (connection) => {
    if (!(await hasStore(connection))) throw new CliError(EXIT.notFound, 'There is no store in this database.');
    const [row] = await connection.query("select sum(n)::bigint from counters where name not like 'work %'");
    return (row?.[0] as number | null) ?? 0;
  });
  try {
    return await makeFile(file, {}, async (aside) => {
      await runTool('pg_dump', [...DUMP, `--file=${aside}`], url);
      await runTool('pg_restore', ['--list', aside], url);
      return { sizeBytes: statSync(aside).size, messages, findings: null };
    });
  } catch (error) {
    throw refusal(error, `${file} exists already and is never overwritten. Choose another name.`);
  }
}

/** The store that is there is set aside and comes back unless the new one is put in place and has no findings. */
async function load(url: string, file: string, options: RestoreOptions): Promise<BackupReport> {
  const name = await withConnection(url, async (connection) => {
    await clearTheWay(connection, options.force);
    const [row] = await connection.query('select current_database()::text');
    return String(row?.[0]);
  });
  try {
    await runTool('pg_restore', [...RESTORE, `--dbname=${name}`, file], url);
    // Brings an older backup to the present schema, as a start would.
    await (await openPostgres({ url, clock: realClock, acceptLoss: true })).close();
    tell(`Checking ${withoutPassword(url)}`);
    const report = await reportOn(url, file);
    const found = report.findings ?? [];
    if (found.length > 0 && !options.despiteFindings) {
      showFindings(found, false);
      throw refusal(new BadBackup(`${file} breaks ${found.length} of the store's own rules.`, found), '');
    }
    await withConnection(url, forget);
    return report;
  } catch (error) {
    await withConnection(url, bringBack).catch(() => tell('The store from before is in the schema pidge_replaced.'));
    throw error;
  }
}

async function clearTheWay(connection: Connection, force: boolean): Promise<void> {
  const isTaken = await hasStore(connection);
  // An earlier restore was killed: before the new store was there, or just before the old one was dropped.
  if (await isSetAside(connection)) {
    if (!isTaken) await bringBack(connection);
    else {
      throw new CliError(
        EXIT.usage,
        'An interrupted restore has left the store from before it in the schema pidge_replaced. Check the present one with pidge verify, then: drop schema pidge_replaced cascade',
      );
    }
  }
  if (!(await hasStore(connection))) return;
  await demandIdle(connection);
  if (!force) {
    throw new CliError(
      EXIT.usage,
      'The database holds a store already. Back it up first, then use --force to replace it.',
    );
  }
  await setAside(connection);
}

async function reportOn(url: string, file: string): Promise<BackupReport> {
  const reader = await openReader(url);
  try {
    const { messagesByStatus } = await reader.stats();
    const messages = Object.values(messagesByStatus).reduce((sum, count) => sum + count, 0);
    return { sizeBytes: statSync(file).size, messages, findings: await reader.verify() };
  } finally {
    await reader.close();
  }
}

async function withConnection<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await new PgDriver(url).connect('scan');
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function otherEngine(kind: 'sqlite' | 'postgres', file: string, database: string): string {
  if (kind === 'postgres')
    return `${file} is an archive of PostgreSQL, and ${database} a file. Name a postgres:// database.`;
  return `${file} is a store on SQLite, and ${database} a PostgreSQL. Move it there: pidge db copy --from ${file} --to …`;
}

function tellReport(
  done: string,
  { database, file }: { database: string; file: string },
  { findings, messages, sizeBytes }: BackupReport,
  json: boolean,
): number {
  if (json) print(JSON.stringify({ database: withoutPassword(database), file, messages, sizeBytes, findings }));
  else {
    showFindings(findings ?? [], false);
    const verdict = findings === null ? '' : `, ${countOf(findings)}`;
    print(`${done}: ${sizeOf(sizeBytes)}, ${grouped(messages)} messages${verdict}`);
  }
  return findings === null || findings.length === 0 ? EXIT.ok : EXIT.assertion;
}
