import type { BlobStore } from '../blobs.ts';
import { openDiskBlobs, readDiskBlobs } from './disk.ts';
import { MemoryBlobs } from './memory.ts';
import { openS3Blobs, type S3Settings } from './s3.ts';

/** Where bytes of media are kept. */
export type BlobSettings = { store: 'memory' } | { store: 'disk'; path: string } | ({ store: 's3' } & S3Settings);

/** Opens what the settings name. Throws a plain sentence when that cannot be. */
export async function openBlobs(settings: BlobSettings): Promise<BlobStore> {
  switch (settings.store) {
    case 'memory':
      return new MemoryBlobs();
    case 'disk':
      return openDiskBlobs(settings.path);
    case 's3':
      return openS3Blobs(settings);
  }
}

/** The same for looking only, beside running servers: it makes and removes nothing. */
export async function openBlobReader(settings: BlobSettings): Promise<Pick<BlobStore, 'read' | 'keys' | 'close'>> {
  return settings.store === 'disk' ? readDiskBlobs(settings.path) : openBlobs(settings);
}
