import type { BlobStore } from '../../src/store/blobs.ts';

/** A blob store that forgets with its test. `failing`: every call rejects, as a disk or a bucket that is away. */
export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Uint8Array>();
  failing = false;

  async put(key: string, bytes: Uint8Array): Promise<void> {
    this.#insist();
    this.blobs.set(key, bytes);
  }

  async read(key: string): Promise<Uint8Array | null> {
    this.#insist();
    return this.blobs.get(key) ?? null;
  }

  async remove(key: string): Promise<void> {
    this.#insist();
    this.blobs.delete(key);
  }

  async *keys(): AsyncIterable<string> {
    yield* this.blobs.keys();
  }

  async close(): Promise<void> {}

  #insist(): void {
    if (this.failing) throw new Error('the blob store is away');
  }
}
