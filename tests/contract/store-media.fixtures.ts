import { createHash } from 'node:crypto';
import type { Message } from '../../src/domain/message.ts';
import { SidMaker } from '../../src/domain/sid.ts';
import type { FetchSettlement, FetchWork, HeldBlob } from '../../src/store/media.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, claim, NOW } from './store.fixtures.ts';

/** What the cases of media are made of: holds, settlements, and whole messages with media that came to their end. */

const sids = new SidMaker({ now: () => NOW });
/** Within this time whoever holds has settled. */
const HOLD_MS = 60_000;

export function hashOf(content: string): string {
  return createHash('sha256').update(content).digest('hex');
}

export function holdOf(store: Store, content: string, heldUntil = NOW + HOLD_MS, now = NOW): Promise<HeldBlob> {
  return store.holdBlob({ hash: hashOf(content), sizeBytes: 10, heldUntil }, now);
}

export function claimFetches(store: Store, now: number, owner = 'me'): Promise<FetchWork[]> {
  return store.claimFetches({ owner, limit: 100, leaseMs: 30_000 }, now);
}

export function fetched(blobKeys: string[]): Extract<FetchSettlement['result'], { kind: 'fetched' }> {
  const media = blobKeys.map((blobKey) => ({
    sid: sids.make('ME'),
    contentType: 'image/png',
    sizeBytes: 10,
    blobKey,
  }));
  return { kind: 'fetched', media };
}

export function settled(work: FetchWork, result: FetchSettlement['result']): FetchSettlement {
  const { workId, attempt, message } = work;
  return { workId, attempt, accountSid: message.accountSid, messageSid: message.sid, result };
}

/** A message that has got its media, which are held blobs under these keys, and waits to be sent. */
export async function withMedia(store: Store, keys: string[], changes: Partial<Message> = {}): Promise<Message> {
  const at = changes.createdAt ?? NOW;
  const made = acceptance({ numMedia: keys.length, ...changes });
  await store.accept([{ ...made, fetch: { urls: keys } }], at);
  const work = (await claimFetches(store, at)).find(({ message }) => message.sid === made.message.sid);
  if (!work) throw new Error('The fetch was not claimed');
  await store.settleFetches([settled(work, fetched(keys))], at);
  return work.message;
}

/** A message of `at` that got these contents as its media and has failed since, so that it may be removed. Its sid. */
export async function endedWithMedia(store: Store, contents: string[], at = NOW): Promise<string> {
  const keys: string[] = [];
  for (const content of contents) keys.push((await holdOf(store, content, at + HOLD_MS, at)).key);
  const { sid: messageSid } = await withMedia(store, keys, { createdAt: at, callbackUrl: null });
  const send = (await claim(store, at)).find(({ message }) => message.sid === messageSid);
  if (!send) throw new Error('The send was not claimed');
  const { workId, attempt } = send;
  const result = { kind: 'failed' as const, errorCode: 30008 };
  await store.settleSends([{ workId, attempt, accountSid: ACCOUNT, messageSid, result }], at);
  return messageSid;
}
