/** A sender whose rate is another than at the last start: what waits for it is moved, however often that is broken off. */
import { type RateChange, type RepaceParts, repaceSender } from './engine/repace.ts';
import type { Document, Sender } from './store/directory.ts';
import type { Store } from './store/store.ts';

type Parts = RepaceParts & { store: Store };

/** Marks of senders for whom not all that waits may have been moved, under nobody's account. */
const MARKS = { accountSid: '', kind: 'rate-change' } as const;
const MOST_MARKS = 10_000;

/** Call it before the sender is saved: a new rate that is saved without a mark would never reach what waits. */
export async function markRateChange(
  { store, clock }: Pick<Parts, 'store' | 'clock'>,
  { sid, address }: Sender,
): Promise<void> {
  const now = clock.now();
  const mark = { ...MARKS, sid, parentSid: '', name: null, properties: { address }, createdAt: now, updatedAt: now };
  await store.saveDocument(mark);
}

/** What earlier starts have left unfinished; read it before this one marks its own. */
export function markedRateChanges(store: Store): Promise<Document[]> {
  return store.documents({ ...MARKS, limit: MOST_MARKS });
}

/** The change that a mark stands for; `null`: its sender is gone, and the mark with it. */
export async function resumedChange(store: Store, mark: Document): Promise<RateChange | null> {
  const sender = await store.senderByAddress(String(mark.properties.address));
  if (sender?.sid === mark.sid) return { sender, former: 'unknown', rate: sender.rate };
  await unmark(store, mark.sid);
  return null;
}

/** Takes the marks away. */
export async function applyRateChanges(parts: Parts, changes: RateChange[]): Promise<void> {
  for (const change of changes) {
    await repaceSender(parts, change);
    await unmark(parts.store, change.sender.sid);
  }
}

async function unmark(store: Store, sid: string): Promise<void> {
  await store.removeDocument(MARKS.accountSid, MARKS.kind, sid);
}
