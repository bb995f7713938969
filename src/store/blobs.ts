/**
 * The contract of a blob store: bytes under keys that are written once and never changed. Who refers to them is in
 * the store (`media.ts`); here nobody counts.
 */
export interface BlobStore {
  /** Resolves when the bytes are durable. Again under the same key, with the same bytes, changes nothing. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** `null`: there is nothing under this key. */
  read(key: string): Promise<Uint8Array | null>;
  /** Nothing there: nothing to do. */
  remove(key: string): Promise<void>;
  /** Every key there is, for `verify`. */
  keys(): AsyncIterable<string>;
  close(): Promise<void>;
}
