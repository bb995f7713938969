/**
 * Media of this server that are sent on: an app that passes a picture along gives the `MediaUrl0` it was told. Its own
 * listeners are closed to the server (settled 33), so such a file is read where it is kept, and only for its own account.
 */
import { TOO_LARGE } from '../domain/media.ts';
import type { Download } from '../net/download.ts';
import type { BlobStore } from '../store/blobs.ts';
import type { Media } from '../store/media.ts';
import type { Store } from '../store/store.ts';

export interface OwnMediaParts {
  store: Pick<Store, 'medium'>;
  blobs: Pick<BlobStore, 'read'>;
  /** The address of a medium as apps are told it. */
  mediaUrl: (medium: Pick<Media, 'sid' | 'accountSid' | 'messageSid'>) => string;
}

/** Reads a file by its address. Never throws; `null`: it is none of this account's, and is fetched like any other. */
export type OwnMedia = (url: string, accountSid: string, maxBytes: number) => Promise<Download | null>;

const ADDRESS = /\/Messages\/([SM]M[0-9a-f]{32})\/Media\/(ME[0-9a-f]{32})$/;
const RETRIEVAL_FAILURE = 11200;

export function makeOwnMedia({ store, blobs, mediaUrl }: OwnMediaParts): OwnMedia {
  return async (url, accountSid, maxBytes) => {
    const [, messageSid, sid] = ADDRESS.exec(url) ?? [];
    if (messageSid === undefined || sid === undefined) return null;
    if (mediaUrl({ sid, accountSid, messageSid }) !== url) return null;
    try {
      const medium = await store.medium(accountSid, messageSid, sid);
      if (medium && medium.sizeBytes > maxBytes) {
        return failed(TOO_LARGE, `${medium.sizeBytes} bytes, at most ${maxBytes}`, false);
      }
      const bytes = medium && (await blobs.read(medium.blobKey));
      if (!medium || !bytes) return failed(RETRIEVAL_FAILURE, 'there is no such medium here', false);
      return { kind: 'file', bytes, contentType: medium.contentType };
    } catch {
      // The store or the disk is away, which is to pass.
      return failed(RETRIEVAL_FAILURE, 'it cannot be read here', true);
    }
  };
}

function failed(errorCode: number, text: string, isPassing: boolean): Download {
  return { kind: 'failed', errorCode, text, isPassing };
}
