import { randomBytes } from 'node:crypto';
import type { BlobRecord, FetchPayload, FetchWork, Media } from './media.ts';
import { messageFrom, type Row } from './rows.ts';

/** Rows of media and blobs and what they mean, as in `rows.ts`. */

export const MEDIA_COLUMNS =
  'sid, account_sid, message_sid, position, content_type, size_bytes, blob_key, created_at, updated_at';

export function mediaFrom(row: Row): Media {
  return {
    sid: row[0] as string,
    accountSid: row[1] as string,
    messageSid: row[2] as string,
    position: row[3] as number,
    contentType: row[4] as string,
    sizeBytes: row[5] as number,
    blobKey: row[6] as string,
    createdAt: row[7] as number,
    updatedAt: row[8] as number,
  };
}

export const BLOB_COLUMNS = 'key, hash, size_bytes, held_until, holders, dying, created_at';

/** From `key, size_bytes, dying` and whether media refer to it, as 0 or 1. */
export function blobRecordFrom(row: Row): BlobRecord {
  return { key: row[0] as string, sizeBytes: row[1] as number, isDying: row[2] === 1, isReferred: row[3] === 1 };
}

/** A key for another life of these bytes. */
export function newBlobKey(hash: string): string {
  return `${hash}-${randomBytes(4).toString('hex')}`;
}

export function fetchPayloadFrom(text: unknown): FetchPayload {
  try {
    return JSON.parse(text as string) as FetchPayload;
  } catch {
    // It breaks its room, which gives it up, in place of the claim, which is everybody's.
    return { urls: null as unknown as string[], send: null };
  }
}

/** From `id, attempt, payload` and the message's columns. */
export function fetchWorkFrom(row: Row): FetchWork {
  const { urls } = fetchPayloadFrom(row[2]);
  return { workId: row[0] as number, attempt: row[1] as number, urls, message: messageFrom(row.slice(3)) };
}
