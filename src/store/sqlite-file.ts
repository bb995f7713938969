import { chmodSync, closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StoreLocked, StoreUnavailable } from './store.ts';

/** What both threads know of SQLite files: opening, locking, and what an error of the engine means. */

const BUSY = 5;
const LOCKED = 6;
const IO_ERROR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;
/** Room for the shared-memory file: a full disk in the clothes of an I/O error. */
const IO_ERROR_SHM_SIZE = 4874;

/** How long to wait for somebody else's lock, such as a backup's. Below the 5 s in which a caller must be answered. */
export const BUSY_MS = 2_000;

export function codeOf(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

/**
 * `unavailable`: nothing was written and the handle is still good. `fatal`: the disk lied or failed, so what is in
 * memory may not be what is on disk; the handle must not be used again (D2). `other`: a fault of ours.
 */
export function judge(error: unknown): 'unavailable' | 'fatal' | 'other' {
  const code = codeOf(error);
  if (code === undefined) return 'other';
  if (code === IO_ERROR_SHM_SIZE) return 'unavailable';
  const primary = code & 0xff;
  if (primary === FULL || primary === BUSY || primary === LOCKED) return 'unavailable';
  if (primary === IO_ERROR || primary === CORRUPT || primary === NOT_A_DATABASE || primary === CANNOT_OPEN) {
    return 'fatal';
  }
  return 'other';
}

export function unavailable(cause: unknown): StoreUnavailable {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new StoreUnavailable(`The store cannot write just now: ${text}`);
}

/** Makes the folder (0700) and an empty file (0600); SQLite gives its side files the mode of the main one. */
export function prepareFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  if (existsSync(path)) return;
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

/**
 * Holds `<path>.lock` until closed. The lock is the operating system's, so a killed process leaves none behind.
 * Throws StoreLocked when another process, or this one, holds it.
 */
export function lockFile(path: string): DatabaseSync {
  const lockPath = `${path}.lock`;
  prepareFile(lockPath);
  const lock = new DatabaseSync(lockPath, { timeout: 0 });
  try {
    lock.exec('begin exclusive');
    return lock;
  } catch (error) {
    lock.close();
    const code = codeOf(error);
    if (code === undefined || (code & 0xff) !== BUSY) throw error;
    throw new StoreLocked(`${path} belongs to another running Pidge. Stop it, or choose another data folder.`);
  }
}

/** Opens for reading alone; works while another process writes. */
export function openReadOnly(path: string): DatabaseSync {
  if (!existsSync(path)) throw new Error(`There is no store at ${path}.`);
  const db = new DatabaseSync(path, { readOnly: true, timeout: BUSY_MS });
  db.exec('pragma cache_size = -16384; pragma mmap_size = 268435456');
  return db;
}
