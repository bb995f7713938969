/** Saving what a call has made or changed of a resource of configuration. */
import type { Document } from '../store/directory.ts';
import type { Store } from '../store/store.ts';
import { Overtaken } from './overtaken.ts';

/** `found`: what the change was judged by, `null`: that there was none. The call begins again when that is no longer so. */
export async function keepDocument(
  store: Pick<Store, 'saveDocument'>,
  document: Document,
  found: Document | null,
): Promise<'saved' | 'taken'> {
  const kept = await store.saveDocument(document, found);
  if (kept === 'differs') throw new Overtaken(`${document.kind} ${document.sid} has changed`);
  return kept;
}
