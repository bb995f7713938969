import type { StoreStats } from '../../src/store/store.ts';

/** Of a store in which nothing waits. */
export const QUIET_STATS: StoreStats = {
  messagesByStatus: {},
  sendsDue: 0,
  callbacksDue: 0,
  releasesDue: 0,
  fetchesDue: 0,
  repliesDue: 0,
  noticesDue: 0,
  esmesDue: 0,
  dueAt: {},
  oldestDueAt: null,
  parkedReceipts: 0,
};
