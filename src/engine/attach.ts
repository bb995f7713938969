/** The media of claimed sends, as connectors take them: by public address, or as bytes. */
import type { SubmissionMedia } from '../connectors/connector.ts';
import { MOST_MEDIA } from '../domain/media.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Media } from '../store/media.ts';
import type { SendWork, Store } from '../store/store.ts';

/** By message. What has none is not in it, and neither is what could not be read, which is a fault told to `onFault`. */
export type Attach = (
  works: SendWork[],
  onFault: (error: unknown) => void,
) => Promise<ReadonlyMap<string, SubmissionMedia[]>>;

export interface AttachParts {
  store: Pick<Store, 'media'>;
  blobs: Pick<BlobStore, 'read'>;
  mediaLink: (sid: string) => string;
}

const NOTHING: ReadonlyMap<string, SubmissionMedia[]> = new Map();

export function makeAttach({ store, blobs, mediaLink }: AttachParts): Attach {
  function attached({ sid, contentType, sizeBytes, blobKey }: Media): SubmissionMedia {
    const read = async () => {
      const bytes = await blobs.read(blobKey);
      if (bytes === null) throw new Error(`The bytes of ${sid} are not there`);
      return bytes;
    };
    return { sid, contentType, sizeBytes, url: mediaLink(sid), read };
  }

  return async (works, onFault) => {
    const withMedia = works.filter(({ message }) => message.numMedia > 0);
    if (withMedia.length === 0) return NOTHING;
    const found = new Map<string, SubmissionMedia[]>();
    const reads = withMedia.map(async ({ message: { accountSid, sid: messageSid } }) => {
      const media = await store.media({ accountSid, messageSid, limit: MOST_MEDIA });
      found.set(messageSid, media.map(attached));
    });
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') onFault(read.reason);
    return found;
  };
}
