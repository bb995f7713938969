import type { BlobStore } from '../blobs.ts';
import type { MediaReads } from '../media.ts';
import type { Finding } from '../store.ts';

const PAGE = 5_000;

/**
 * Media and their bytes, both ways: bytes that media refer to and that are not there, and bytes under keys that the
 * store does not know. Running servers may put and remove meanwhile, so it looks twice and tells what it saw both
 * times: a key has one life, in which it is never without bytes while media refer to it, and none after its row is gone.
 */
export async function blobFindings(
  store: Pick<MediaReads, 'blobs'>,
  blobs: Pick<BlobStore, 'keys'>,
): Promise<Finding[]> {
  const first = await lookOnce(store, blobs);
  if (first.length === 0) return [];
  const again = new Set((await lookOnce(store, blobs)).map(nameOf));
  return first.filter((finding) => again.has(nameOf(finding)));
}

function nameOf({ rule, subject }: Finding): string {
  return `${rule} ${subject}`;
}

/** Bytes first, then rows: what is put in between has a row already, and what was there had one when it was put. */
async function lookOnce(store: Pick<MediaReads, 'blobs'>, blobs: Pick<BlobStore, 'keys'>): Promise<Finding[]> {
  const unknown = new Set<string>();
  for await (const key of blobs.keys()) unknown.add(key);
  const found: Finding[] = [];
  for (let after = ''; ; ) {
    const page = await store.blobs({ after, limit: PAGE });
    for (const { key, isReferred, sizeBytes } of page) {
      if (unknown.delete(key) || !isReferred) continue;
      found.push({ rule: 'media-without-bytes', subject: key, detail: `${sizeBytes} bytes are not there` });
    }
    const last = page.at(-1);
    if (!last || page.length < PAGE) break;
    after = last.key;
  }
  for (const key of unknown) {
    found.push({ rule: 'bytes-without-blob', subject: key, detail: 'bytes that the store does not know' });
  }
  return found;
}
