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
  store: Pick<Store, 'mediaOf'>;
  blobs: Pick<BlobStore, 'read'>;
  mediaLink: (sid: string) => string;
}

type OnFault = Parameters<Attach>[1];

interface MediaKey {
  accountSid: string;
  messageSid: string;
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
    const keys = withMedia.map(({ message: { accountSid, sid: messageSid } }) => ({ accountSid, messageSid }));
    const found = new Map(keys.map(({ messageSid }) => [messageSid, [] as SubmissionMedia[]]));
    await fill(found, keys, onFault);
    return found;
  };

  /** By one read; when that fails each message is tried alone, so that one cannot hold up all the others. */
  async function fill(found: Map<string, SubmissionMedia[]>, keys: MediaKey[], onFault: OnFault): Promise<void> {
    try {
      for (const medium of await store.mediaOf(keys)) {
        const media = found.get(medium.messageSid);
        if (media && media.length < MOST_MEDIA) media.push(attached(medium));
      }
    } catch (error) {
      if (keys.length > 1) {
        await Promise.all(keys.map((key) => fill(found, [key], onFault)));
        return;
      }
      for (const { messageSid } of keys) found.delete(messageSid);
      onFault(error);
    }
  }
}
