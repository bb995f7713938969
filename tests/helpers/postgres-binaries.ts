/** Where this machine keeps a PostgreSQL that tests may start a cluster of their own with. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const OLDEST_MAJOR = 15;
const DEBIAN = '/usr/lib/postgresql';

/** Who runs the server: it refuses root. */
export interface ServerUser {
  uid: number;
  gid: number;
}

export interface Binaries {
  /** Folder of `initdb`, `postgres`, `pg_ctl`, `pg_basebackup`. */
  bin: string;
  /** `null`: as the present user. */
  runAs: ServerUser | null;
}

/** `missing` is the reason, in words for people. */
export function findPostgres(): Binaries | { missing: string } {
  const bin = candidates().find((folder) => majorOf(folder) >= OLDEST_MAJOR);
  if (bin === undefined) {
    const named = process.env.PIDGE_TEST_POSTGRES_BIN;
    const where = named ? `in ${named}, which PIDGE_TEST_POSTGRES_BIN names` : 'installed';
    return { missing: `no PostgreSQL ${OLDEST_MAJOR} or newer is ${where}` };
  }
  if (process.getuid?.() !== 0) return { bin, runAs: null };
  const runAs = userNamed('postgres');
  return runAs ? { bin, runAs } : { missing: 'PostgreSQL does not run as root, and there is no user "postgres"' };
}

/** Why tests on a real server are left out here; `null` when they were asked for and can run. */
export function whyNoPostgres(): string | null {
  if (process.env.PIDGE_TEST_POSTGRES !== '1') return 'PIDGE_TEST_POSTGRES=1 runs it';
  const found = findPostgres();
  return 'missing' in found ? found.missing : null;
}

function candidates(): string[] {
  const named = process.env.PIDGE_TEST_POSTGRES_BIN;
  if (named) return [named];
  const versions = existsSync(DEBIAN) ? readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a)) : [];
  return [...versions.map((version) => join(DEBIAN, version, 'bin')), ...(process.env.PATH ?? '').split(delimiter)];
}

/** 0 where no server is. */
function majorOf(folder: string): number {
  const complete = ['postgres', 'initdb', 'pg_ctl', 'pg_basebackup'].every((name) => existsSync(join(folder, name)));
  if (!complete) return 0;
  const version = execFileSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' });
  return Number(/\d+/.exec(version)?.[0] ?? 0);
}

function userNamed(name: string): ServerUser | null {
  const id = (flag: string) => Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: 'pipe' }));
  try {
    return { uid: id('-u'), gid: id('-g') };
  } catch {
    // `id` ends with 1 for a user that does not exist.
    return null;
  }
}
