/**
 * Keeps the rows of every list in the cache fresh, also while another page is looked at: Back shows what has become of
 * them. What is new is for the list in view to take in or to count.
 */
import { type Change, listen } from '../../api/live.ts';
import type { MessageRow } from '../../api/messages.ts';
import { queries } from '../../api/query.ts';
import { type List, type Patch, sidsOf, withoutRows, withRows } from './merge.ts';

// For as long as the tab: this file is loaded with the first list, and lists outlive their page in the cache.
listen((changes) => {
  const { patches, removed } = sortOut(changes);
  const touched = [...patches.map(({ sid }) => sid), ...removed];
  if (touched.length === 0) return;
  for (const { queryKey, state } of queries
    .getQueryCache()
    .findAll({ predicate: ({ queryKey }) => isList(queryKey) })) {
    const list = state.data as List | undefined;
    if (list === undefined || !touched.some((sid) => sidsOf(list).has(sid))) continue;
    queries.setQueryData(queryKey, withRows(withoutRows(list, removed), patches));
  }
});

function isList([, room, kind]: readonly unknown[]): boolean {
  return room === 'messages' && kind === 'list';
}

/** What the stream does not say of a new message. */
const UNTOLD: Partial<MessageRow> = {
  service_name: null,
  messaging_service_sid: null,
  from: null,
  error_code: null,
  error_message: null,
  encoding: null,
  send_at: null,
  is_redacted: false,
};

/** What a batch of changes means for rows that are known, and the rows it makes of new messages, newest first. */
export function sortOut(changes: readonly Change[]) {
  const patches: Patch[] = [];
  const added: MessageRow[] = [];
  const removed = new Set<string>();
  for (const { kind, sid, is_new, is_removed, is_redacted, body, ...fields } of changes) {
    if (kind !== 'message' || sid === undefined) continue;
    if (is_removed === true) {
      removed.add(sid);
      continue;
    }
    // Its body is cut short in the stream: a row that is known has the whole one.
    patches.push({ ...fields, ...(is_redacted === true ? { is_redacted: true, body: '' } : {}), sid });
    if (is_new === true) added.unshift({ ...UNTOLD, ...fields, body: String(body ?? ''), sid } as MessageRow);
  }
  return { patches, added, removed };
}
