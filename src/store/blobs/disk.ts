import { randomBytes } from 'node:crypto';
import { mkdir, open, opendir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { realClock } from '../../domain/clock.ts';
import type { BlobStore } from '../blobs.ts';
import { demandBlobKey, isBlobKey } from './key.ts';

/**
 * Blobs as files, `<folder>/ab/<key>`, where `ab` begins the key. Bytes are written aside, synced, and only then get
 * their name, which is synced too: a name that can be seen has all its bytes, before and after a power cut.
 */
const ASIDE = 'incoming';
/** What a killed process left aside is not touched while it may still be somebody's who lives. */
const LEFT_OVER_MS = 3_600_000;
const SHARDS = Array.from({ length: 256 }, (_, index) => index.toString(16).padStart(2, '0'));

/** Makes the folders that are missing (0700), and removes what killed processes left aside more than an hour ago. */
export async function openDiskBlobs(folder: string): Promise<BlobStore> {
  await mkdir(join(folder, ASIDE), { recursive: true, mode: 0o700 });
  // All at once and synced here, so that no put ever depends on a folder that another one has yet to make durable.
  for (const shard of SHARDS) await mkdir(join(folder, shard), { recursive: true, mode: 0o700 });
  await syncFolder(folder);
  await syncFolder(dirname(folder));
  await removeLeftOver(join(folder, ASIDE));
  return new DiskBlobs(folder);
}

/** For looking only: makes nothing, and a folder that is not there holds nothing. */
export function readDiskBlobs(folder: string): Pick<BlobStore, 'read' | 'keys' | 'close'> {
  return new DiskBlobs(folder);
}

async function removeLeftOver(aside: string): Promise<void> {
  const before = realClock.now() - LEFT_OVER_MS;
  for (const name of await readdir(aside)) {
    const path = join(aside, name);
    const found = await unlessMissing(stat(path));
    if (found && found.mtimeMs < before) await rm(path, { force: true });
  }
}

class DiskBlobs implements BlobStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(key);
    const aside = join(this.#folder, ASIDE, `${key}.${randomBytes(6).toString('hex')}`);
    try {
      const file = await open(aside, 'wx', 0o600);
      try {
        await file.writeFile(bytes);
        await file.sync();
      } finally {
        await file.close();
      }
      // In place of the same bytes, if they are there: whoever put those may not have synced their name yet.
      await rename(aside, path);
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    await syncFolder(dirname(path));
  }

  async read(key: string): Promise<Uint8Array | null> {
    const bytes = await unlessMissing(readFile(this.#pathOf(key)));
    return bytes && new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  async remove(key: string): Promise<void> {
    const path = this.#pathOf(key);
    await rm(path, { force: true });
    // Synced, or a power cut could bring the bytes back after the store has forgotten them.
    await unlessMissing(syncFolder(dirname(path)));
  }

  async *keys(): AsyncIterable<string> {
    for (const shard of SHARDS) {
      const folder = await unlessMissing(opendir(join(this.#folder, shard)));
      if (!folder) continue;
      for await (const { name } of folder) if (isBlobKey(name)) yield name;
    }
  }

  async close(): Promise<void> {}

  #pathOf(key: string): string {
    demandBlobKey(key);
    return join(this.#folder, key.slice(0, 2), key);
  }
}

async function syncFolder(path: string): Promise<void> {
  // Windows cannot open a folder, and keeps its names by other means.
  if (process.platform === 'win32') return;
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

async function unlessMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
