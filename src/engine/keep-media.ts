/** Bytes that came with a message, made durable before anything refers to them. */
import { createHash } from 'node:crypto';
import type { Clock } from '../domain/clock.ts';
import type { SidMaker } from '../domain/sid.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Media } from '../store/media.ts';
import type { Store } from '../store/store.ts';

export type KeptMedium = Pick<Media, 'sid' | 'contentType' | 'sizeBytes' | 'blobKey'>;

/** Rejects when a file cannot be read or written now. */
export type KeepMedia = (files: { contentType: string; read(): Promise<Uint8Array> }[]) => Promise<KeptMedium[]>;

export interface KeepMediaParts {
  store: Pick<Store, 'holdBlob'>;
  blobs: Pick<BlobStore, 'put'>;
  sids: Pick<SidMaker, 'make'>;
  clock: Clock;
  /** Long enough to write a file and to commit what refers to it. */
  holdMs: number;
}

export function makeKeepMedia({ store, blobs, sids, clock, holdMs }: KeepMediaParts): KeepMedia {
  return async (files) => {
    const kept: KeptMedium[] = [];
    for (const { contentType, read } of files) {
      const bytes = await read();
      const hash = createHash('sha256').update(bytes).digest('hex');
      const now = clock.now();
      const held = await store.holdBlob({ hash, sizeBytes: bytes.length, heldUntil: now + holdMs }, now);
      if (!held.isStored) await blobs.put(held.key, bytes);
      kept.push({ sid: sids.make('ME'), contentType, sizeBytes: bytes.length, blobKey: held.key });
    }
    return kept;
  };
}
