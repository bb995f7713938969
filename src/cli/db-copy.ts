import { resolve } from 'node:path';
import type { ConfigSources } from '../config.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { realClock } from '../domain/clock.ts';
import { removeAside } from '../store/new-file.ts';
import { PgDriver } from '../store/postgres/pg-driver.ts';
import type { Finding } from '../store/store.ts';
import { NotEmpty, type TransferSource, type TransferTarget, transfer } from '../store/transfer.ts';
import { openPostgresSource, openPostgresTarget } from '../store/transfer-postgres.ts';
import { openSqliteSource, openSqliteTarget } from '../store/transfer-sqlite.ts';
import { countOf, showFindings } from './db-findings.ts';
import { demandFile, onDatabase, onInterrupt, storeConfig } from './db-place.ts';
import { copyProgress, grouped, spanOf } from './db-progress.ts';
import { CliError, EXIT } from './exit.ts';
import { print, tell } from './terminal.ts';

/**
 * Copies a whole store, verified before and after, into an empty one on either engine. Without `to` the database of
 * the settings is meant, whose password then need not stand on a command line. 8 when a side has findings.
 */
export async function copy(
  sources: ConfigSources,
  options: { from: string; to: string | undefined; json: boolean },
): Promise<number> {
  const { from } = options;
  const to = options.to ?? storeConfig(sources, { makes: true }).database;
  if (isSame(from, to))
    throw new CliError(EXIT.usage, 'A store cannot be copied onto itself: name another one with --to.');
  const source = await onDatabase(from, () => openSource(from));
  try {
    tell(`Checking ${withoutPassword(from)}`);
    const found = await onDatabase(from, () => source.verify());
    if (found.length > 0) return refuse(found, withoutPassword(from), 'so it was not copied', options.json);
    const target = await onDatabase(to, () => openTarget(to));
    try {
      return await move(source, target, { from, to, json: options.json });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function move(
  source: TransferSource,
  target: TransferTarget,
  { from, to, json }: { from: string; to: string; json: boolean },
): Promise<number> {
  const startedAt = realClock.monotonic();
  const progress = copyProgress(process.stderr);
  const rows = await onDatabase(to, () => transfer(source, target, progress.show)).finally(progress.end);
  const tookMs = realClock.monotonic() - startedAt;
  tell(`Checking ${withoutPassword(to)}`);
  const found = await onDatabase(to, () => target.verify());
  const total = Object.values(rows).reduce((sum, count) => sum + count, 0);
  if (json) {
    const names = { from: withoutPassword(from), to: withoutPassword(to) };
    print(JSON.stringify({ ...names, rows, seconds: Number((tookMs / 1_000).toFixed(1)), findings: found }));
  } else {
    for (const [table, count] of Object.entries(rows)) print(`${table.padEnd(10)} ${grouped(count)}`);
    print(`${withoutPassword(to)} has all ${grouped(total)} rows, in ${spanOf(tookMs)}, ${countOf(found)}`);
    tell('Serve it with the same PIDGE_SECRET_KEY: that key opens the auth tokens in it.');
  }
  return found.length === 0 ? EXIT.ok : refuse(found, withoutPassword(to), 'so do not use the copy', json);
}

function refuse(found: Finding[], name: string, consequence: string, json: boolean): never {
  showFindings(found, json);
  throw new CliError(EXIT.assertion, `${name} has ${countOf(found)}, ${consequence}. Please report them.`);
}

async function openSource(database: string): Promise<TransferSource> {
  if (isPostgres(database)) return openPostgresSource(new PgDriver(database));
  return openSqliteSource(demandFile(database, 'Name the file to copy with --from.'));
}

async function openTarget(database: string): Promise<TransferTarget> {
  if (database === ':memory:') throw new CliError(EXIT.usage, ':memory: would be gone with this command.');
  try {
    if (isPostgres(database)) return await openPostgresTarget(new PgDriver(database), realClock);
    onInterrupt(() => removeAside(database));
    return openSqliteTarget(database);
  } catch (error) {
    if (!(error instanceof NotEmpty)) throw error;
    throw new CliError(EXIT.usage, `${error.message} Copy into an empty database, or to a file of another name.`);
  }
}

function isSame(from: string, to: string): boolean {
  if (isPostgres(from) || isPostgres(to)) return from === to;
  return resolve(from) === resolve(to);
}
