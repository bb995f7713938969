import { closeSync, existsSync, fsyncSync, linkSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

/** A file of that name is there already, and was left alone. */
export class FileExists extends Error {
  override readonly name = 'FileExists';
}

/** What SQLite keeps beside a file that is open. */
const SIDES = ['-wal', '-shm', '-journal'];

/** Where a file is made before it gets its name. Only a killed process leaves it behind. */
function asideOf(path: string): string {
  return `${path}.${process.pid}.part`;
}

export function removeAside(path: string): void {
  removeSides(asideOf(path));
  rmSync(asideOf(path), { force: true });
}

/** What SQLite would play into whichever file has this name next. */
export function removeSides(path: string): void {
  for (const side of SIDES) rmSync(`${path}${side}`, { force: true });
}

/**
 * Makes a file whole or not at all: `make` fills one of mode 0600 beside it, which gets the name once it is durable.
 * Without `replace` a file that is there, or comes in the meantime, is never touched: FileExists.
 */
export async function makeFile<T>(
  path: string,
  options: { replace?: boolean },
  make: (aside: string) => Promise<T>,
): Promise<T> {
  const aside = asideOf(path);
  if (!options.replace && existsSync(path)) throw new FileExists(`${path} exists already`);
  removeAside(path);
  try {
    closeSync(openSync(aside, 'wx', 0o600));
    const made = await make(aside);
    sync(aside, 'r+');
    // A link fails where a name is taken, a rename would replace it.
    if (options.replace) renameSync(aside, path);
    else link(aside, path);
    // Windows cannot open a folder, and keeps its names by other means.
    if (process.platform !== 'win32') sync(dirname(path), 'r');
    return made;
  } finally {
    removeAside(path);
  }
}

function link(aside: string, path: string): void {
  try {
    linkSync(aside, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') throw new FileExists(`${path} exists already`, { cause: error });
    // Some file systems have no links (exFAT, some network shares): there two at once are told apart less sharply.
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (existsSync(path)) throw new FileExists(`${path} exists already`, { cause: error });
    renameSync(aside, path);
  }
}

function sync(path: string, flags: string): void {
  const handle = openSync(path, flags);
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
