import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Config, ConfigError } from '../config.ts';

/**
 * The text the master key is derived from: `PIDGE_SECRET_KEY`, or in `dev` a key file of mode 0600 in the data folder,
 * made on first use. In memory (`database = ":memory:"`) without a key, a new one lasts as long as the process.
 * Throws `ConfigError` in `serve` without a key.
 */
export function loadMasterKey(config: Pick<Config, 'mode' | 'data' | 'database' | 'secretKey'>): string {
  if (config.secretKey !== null) return config.secretKey;
  if (config.mode === 'serve') {
    throw new ConfigError([
      'serve needs PIDGE_SECRET_KEY: it seals auth tokens in the database. Make one with "openssl rand -base64 32" and keep it apart from the backups.',
    ]);
  }
  if (config.database === ':memory:') return makeKey();
  const path = join(config.data, 'secret.key');
  return readKey(path) ?? writeKey(config.data, path);
}

function makeKey(): string {
  return randomBytes(32).toString('base64');
}

function readKey(path: string): string | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw new ConfigError([`${path} cannot be read: ${(error as Error).message}`]);
  }
  if (text.length < 32) throw new ConfigError([`${path} holds no key of 32 characters. Restore it from a backup.`]);
  return text;
}

/** Written aside and linked into place: a kill leaves no half key, and of two starts at once the first one wins. */
function writeKey(folder: string, path: string): string {
  const aside = `${path}.${process.pid}`;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(aside, `${makeKey()}\n`, { mode: 0o600, flush: true });
    linkSync(aside, path);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EEXIST') throw new ConfigError([`${path} cannot be written: ${(error as Error).message}`]);
  } finally {
    rmSync(aside, { force: true });
  }
  const key = readKey(path);
  if (key === null) throw new ConfigError([`${path} vanished while it was made.`]);
  return key;
}
