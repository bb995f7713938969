import type { Status } from '../domain/message.ts';
import type { StoreStats } from './store.ts';
import type { WorkKind } from './work-shapes.ts';

/** What a store is asked to say of its queues, made of what both engines count and know to be due. */

/** The queues an operator watches. */
const QUEUES: readonly WorkKind[] = ['send', 'callback', 'release', 'fetch', 'reply', 'notice', 'joining'];

export async function statsOf(
  counters: [name: string, n: number][],
  nextDueAt: (kind: WorkKind) => Promise<number | null>,
  parkedReceipts: number,
): Promise<StoreStats> {
  const messagesByStatus: Partial<Record<Status, number>> = {};
  const open: Partial<Record<string, number>> = {};
  for (const [name, n] of counters) {
    if (name.startsWith('work ')) open[name.slice('work '.length)] = n;
    else if (n > 0) messagesByStatus[name as Status] = n;
  }
  const dueAt: StoreStats['dueAt'] = {};
  for (const kind of QUEUES) {
    const at = await nextDueAt(kind);
    if (at !== null) dueAt[kind] = at;
  }
  const dues = Object.values(dueAt);
  return {
    messagesByStatus,
    sendsDue: open.send ?? 0,
    callbacksDue: open.callback ?? 0,
    releasesDue: open.release ?? 0,
    fetchesDue: open.fetch ?? 0,
    repliesDue: open.reply ?? 0,
    noticesDue: open.notice ?? 0,
    esmesDue: open.esme ?? 0,
    dueAt,
    oldestDueAt: dues.length > 0 ? Math.min(...dues) : null,
    parkedReceipts,
  };
}
