import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, type ConfigSources, type Mode, readConfig } from '../config.ts';
import { isPostgres, withoutPassword } from '../config-values.ts';
import { openPostgresReader } from '../store/postgres/open.ts';
import { openSqliteReader } from '../store/sqlite.ts';
import { type Reads, StoreLocked } from '../store/store.ts';
import { CliError, EXIT } from './exit.ts';
import { tell } from './terminal.ts';

/** Whatever a command needs of a database that is named by a path or a URL, on either engine. */

const MODES: readonly Mode[] = ['dev', 'serve'];

/**
 * The settings of the store that is meant. Who says neither a mode nor a database means the one that is there: an
 * operator beside `pidge serve` would else look after the store of `dev`, and take its backup for that of the server.
 * `makes`: the command makes a store where none is, and then it is told which.
 */
export function storeConfig(sources: ConfigSources, { makes = false } = {}): Config {
  const config = readConfig(sources);
  const { data, written } = config;
  const isSaid = written.origins.some(
    ({ key, origin }) => (key.path === 'mode' || key.path === 'database') && origin !== 'default',
  );
  if (isSaid) return config;
  const [mode, ...others] = MODES.filter((one) => existsSync(join(data, `${one}.db`)));
  if (others.length > 0) {
    throw new CliError(
      EXIT.usage,
      `${data} holds a store of pidge dev and one of pidge serve. Say which: --mode serve, --mode dev, or --database FILE.`,
    );
  }
  if (mode !== undefined) return readConfig({ ...sources, mode });
  if (makes) tell(`${data} holds no store yet, so this becomes that of pidge dev. For pidge serve, add --mode serve.`);
  return config;
}

/** The file of a store that is there. What `:memory:` held went with its server. */
export function demandFile(
  database: string,
  remedy = 'Name its folder with --data, or the file with --database.',
): string {
  if (database !== ':memory:' && existsSync(database)) return database;
  throw new CliError(EXIT.notFound, `There is no database at ${database}. ${remedy}`);
}

/** For reading alone, also beside running servers. */
export async function openReader(database: string): Promise<Reads & { close(): Promise<void> }> {
  if (isPostgres(database)) return openPostgresReader(database);
  return openSqliteReader(demandFile(database));
}

/** Runs `work` on a database; what it trips over becomes a text with a remedy, and a bug stays what it is. */
export async function onDatabase<T>(database: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explained(error, database);
  }
}

function explained(error: unknown, database: string): unknown {
  if (error instanceof CliError || !(error instanceof Error)) return error;
  const name = withoutPassword(database);
  const chain = [...causes(error)];
  const locked = chain.find((one) => one instanceof StoreLocked);
  if (locked)
    return new CliError(EXIT.taken, `${name} is in use: ${withoutStop(locked.message)}. Stop the servers on it first.`);
  const say = (code: number, text: string) => new CliError(code, `${name}: ${text}`);
  const why = withoutStop(error.message);
  const code = chain.map((one) => (one as { code?: unknown }).code).find((one) => typeof one === 'string') ?? '';
  // SQLSTATE 28: who one is; 42501: what one may do; 3D000: no such database.
  if (/^28|^42501/.test(String(code))) return say(EXIT.unauthorised, `${why}. Check user, password and rights.`);
  if (code === '3D000') return say(EXIT.notFound, `${why}. Make it: createdb NAME`);
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return say(EXIT.config, `${why}. Run the command as the user that owns the data.`);
  }
  if (code === 'ENOSPC') return say(EXIT.config, `${why}. Make room on the disk and try again.`);
  if (chain.some((one) => one.name === 'ConnectionLost')) {
    return say(EXIT.notFound, `${why}. Check host and port, and that the server runs.`);
  }
  // The store's own sentences are plain errors; anything else that fails here is a bug and keeps its stack.
  return chain.every((one) => one.name === 'Error') && code === '' ? say(EXIT.config, error.message) : error;
}

/** Errors end with a full stop or without one; what is said after them needs exactly one. */
function withoutStop(text: string): string {
  return text.replace(/\.$/, '');
}

function* causes(error: unknown): Generator<Error> {
  for (let one = error; one instanceof Error; one = one.cause) yield one;
}

/** Ctrl-C leaves no half file behind. */
export function onInterrupt(cleanUp: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      cleanUp();
      process.exit(EXIT.interrupted);
    });
  }
}
