/** Metrics of what waits, read from the store when somebody asks. */
import { Gauge, type Registry } from 'prom-client';
import type { StoreStats } from './store/store.ts';

/** Names of queues in metrics, by what the store calls their work. */
const QUEUES = {
  send: 'messages',
  callback: 'callbacks',
  fetch: 'fetches',
  reply: 'replies',
  notice: 'notices',
  release: 'releases',
  joining: 'joinings',
} as const;

export function makeQueueMetrics(prefix: string, registry: Registry) {
  const shared = { registers: [registry] };
  const gauge = (name: string, help: string): Gauge => new Gauge({ ...shared, name: `${prefix}_${name}`, help });
  const sendsDue = gauge('queue_messages', 'Messages that wait to be sent');
  const callbacksDue = gauge('queue_callbacks', 'Callbacks that wait to be sent');
  const fetchesDue = gauge('queue_fetches', 'Messages that wait for their media');
  const repliesDue = gauge('queue_replies', 'Messages whose app is to be asked');
  const noticesDue = gauge('queue_notices', 'Confirmations of keywords that wait to be sent');
  const esmesDue = gauge('queue_esmes', 'What ESMEs are to be told, also those that are bound nowhere');
  const releasesDue = gauge('queue_releases', 'Messages that wait for a sender or their hour');
  const parked = gauge('receipts_parked', 'Receipts that wait for their message');
  const overdue = new Gauge({
    ...shared,
    name: `${prefix}_queue_overdue_seconds`,
    help: 'For how long the first of a queue has been due; 0 when nothing is. It grows while nobody does the work',
    labelNames: ['queue'],
  });

  return {
    /** `null`: the store is gone, and what it would say is unknown, not 0. `now`: epoch ms. */
    set(stats: StoreStats | null, now: number): void {
      sendsDue.set(stats?.sendsDue ?? Number.NaN);
      callbacksDue.set(stats?.callbacksDue ?? Number.NaN);
      fetchesDue.set(stats?.fetchesDue ?? Number.NaN);
      repliesDue.set(stats?.repliesDue ?? Number.NaN);
      noticesDue.set(stats?.noticesDue ?? Number.NaN);
      esmesDue.set(stats?.esmesDue ?? Number.NaN);
      releasesDue.set(stats?.releasesDue ?? Number.NaN);
      parked.set(stats?.parkedReceipts ?? Number.NaN);
      for (const [kind, queue] of Object.entries(QUEUES) as [keyof typeof QUEUES, string][]) {
        const dueAt = stats?.dueAt[kind] ?? now;
        overdue.set({ queue }, stats === null ? Number.NaN : Math.max(0, now - dueAt) / 1_000);
      }
    },
  };
}
