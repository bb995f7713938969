import type { BlobStore } from '../blobs.ts';
import { demandBlobKey } from './key.ts';

/** Blobs of a store in memory: gone with the process, like everything else there. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>();

  async put(key: string, bytes: Uint8Array): Promise<void> {
    demandBlobKey(key);
    this.#blobs.set(key, Uint8Array.from(bytes));
  }

  async read(key: string): Promise<Uint8Array | null> {
    demandBlobKey(key);
    const bytes = this.#blobs.get(key);
    return bytes ? Uint8Array.from(bytes) : null;
  }

  async remove(key: string): Promise<void> {
    demandBlobKey(key);
    this.#blobs.delete(key);
  }

  async *keys(): AsyncIterable<string> {
    yield* [...this.#blobs.keys()];
  }

  async close(): Promise<void> {
    this.#blobs.clear();
  }
}
