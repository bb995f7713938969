import { expect, it } from 'vitest';
import { QUIET_STATS } from '../tests/helpers/quiet-stats.ts';
import { realClock } from './domain/clock.ts';
import type { PidgeEvent } from './domain/events.ts';
import { makeLog, makeMetrics } from './observe.ts';
import { StoreUnavailable } from './store/store.ts';

const ACCEPTED: PidgeEvent = {
  type: 'message.accepted',
  at: 1,
  sid: `SM${'1'.repeat(32)}`,
  accountSid: `AC${'2'.repeat(32)}`,
  from: '+12025550100',
  to: '+12025550101',
  body: 'the secret word',
  segments: 2,
  encoding: 'GSM-7',
  direction: 'outbound-api',
  status: 'queued',
  serviceSid: null,
  media: 0,
};
const stats = async () => ({ ...QUIET_STATS, sendsDue: 3, callbacksDue: 4 });

it('counts messages and segments, and reads the queues when asked', async () => {
  const metrics = makeMetrics('pidge');
  metrics.observe(ACCEPTED);
  metrics.observe({ type: 'message.status', at: 600, sid: 's', accountSid: 'a', status: 'delivered', createdAt: 100 });
  const text = await metrics.text({ stats });
  expect(text).toContain('pidge_messages_accepted_total{direction="outbound-api"} 1');
  expect(text).toContain('pidge_segments_total{encoding="GSM-7"} 2');
  expect(text).toContain('pidge_message_delivery_seconds_sum 0.5');
  expect(text).toContain('pidge_queue_messages 3');
  expect(text).toContain('pidge_queue_callbacks 4');
});

it('answers while the store is gone, and then says that the queues are unknown', async () => {
  const metrics = makeMetrics('pidge');
  metrics.observe(ACCEPTED);
  expect(await metrics.text({ stats })).toContain('pidge_store_up 1');
  const text = await metrics.text({ stats: () => Promise.reject(new StoreUnavailable('the database is gone')) });
  expect(text).toContain('pidge_store_up 0');
  expect(text).toContain('pidge_queue_messages Nan');
  expect(text).toContain('pidge_messages_accepted_total{direction="outbound-api"} 1');
});

it('says of every queue for how long its first work has been due, and of none that it cannot know', async () => {
  const metrics = makeMetrics('pidge');
  const now = realClock.now();
  const dueAt = { send: now + 60_000, reply: now - 90_000, notice: now - 30_000, joining: now - 600_000 };
  const text = await metrics.text({ stats: async () => ({ ...(await stats()), dueAt }) });
  const overdue = (queue: string) => Number(new RegExp(`queue_overdue_seconds{queue="${queue}"} (.*)`).exec(text)?.[1]);
  expect(overdue('replies')).toBeCloseTo(90, -1);
  expect(overdue('notices')).toBeCloseTo(30, -1);
  expect(overdue('joinings')).toBeCloseTo(600, -1);
  expect([overdue('messages'), overdue('fetches'), overdue('releases')]).toEqual([0, 0, 0]);
  const gone = await metrics.text({ stats: () => Promise.reject(new StoreUnavailable('gone')) });
  expect(gone).toContain('pidge_queue_overdue_seconds{queue="replies"} Nan');
});

it('counts callbacks by what they are about, and what was given up because it broke its room', async () => {
  const metrics = makeMetrics('pidge');
  const attempt = {
    type: 'callback.attempt',
    at: 1,
    sid: 's',
    accountSid: 'a',
    url: 'https://app.example/',
    ms: 1,
    attempt: 1,
  } as const;
  for (const status of ['delivered', 'alert', 'trigger', 'click']) {
    metrics.observe({ ...attempt, status, httpStatus: 200, decision: 'done' });
  }
  metrics.observe({ type: 'work.quarantined', at: 1, room: 'replies', sid: 's', accountSid: 'a', why: 'TypeError' });
  const text = await metrics.text({ stats });
  for (const kind of ['status', 'alert', 'trigger', 'click']) {
    expect(text).toContain(`pidge_webhook_attempts_total{kind="${kind}",result="done"} 1`);
  }
  expect(text).toContain('pidge_works_quarantined_total{room="replies"} 1');
});

it('tells what a node holds, loses and takes over', async () => {
  const metrics = makeMetrics('pidge');
  metrics.observe({ type: 'node.connector', at: 1, owner: 'one', connector: 'smpp', held: true });
  metrics.observe({ type: 'node.term', at: 2, owner: 'two' });
  metrics.observe({ type: 'node.took_over', at: 3, owner: 'two', rows: 7 });
  metrics.observe({
    type: 'dispatch.dropped',
    at: 4,
    connector: 'smpp',
    works: 3,
    why: 'the connector is not held here',
  });
  const text = await metrics.text({ stats });
  expect(text).toContain('pidge_node_holds_connector{connector="smpp"} 1');
  expect(text).toContain('pidge_node_terms_total 1');
  expect(text).toContain('pidge_works_taken_over_total 7');
  expect(text).toContain('pidge_sends_dropped_total{connector="smpp"} 3');
});

it('tells which carriers are bound, and how full their windows are, as of now', async () => {
  const metrics = makeMetrics('pidge');
  const http = { name: 'http' };
  const bound = await metrics.text({ stats }, [http, { name: 'acme', isBound: true, windowUsed: 0.25 }]);
  expect(bound).toContain('pidge_connector_up{connector="acme"} 1');
  expect(bound).toContain('pidge_connector_window_used_ratio{connector="acme"} 0.25');
  expect(bound).not.toContain('connector="http"');
  const away = await metrics.text({ stats }, [http, { name: 'acme', isBound: false, windowUsed: null }]);
  expect(away).toContain('pidge_connector_up{connector="acme"} 0');
  expect(away).not.toContain('pidge_connector_window_used_ratio{');
});

it('makes no label out of what a client chose', async () => {
  const metrics = makeMetrics('pidge');
  for (const path of ['/2010-04-01/Accounts/AC1/Messages/SM9.json', '/made-up-123', '/2010-04-01/Accounts/AC7.json']) {
    metrics.observe({ type: 'request', method: 'BREW', path, status: 404, ms: 2, requestId: 'r', errorCode: 20404 });
  }
  const text = await metrics.text({ stats });
  expect(text).toContain('route="Messages"');
  expect(text).toContain('route="Accounts"');
  expect(text).toContain('route="other"');
  expect(text).not.toMatch(/SM9|made-up|AC7|BREW/);
});

it('logs neither bodies nor numbers nor the query of a customer URL', () => {
  const lines: string[] = [];
  const { observe } = makeLog('debug', { write: (line) => void lines.push(line) });
  observe(ACCEPTED);
  observe({
    type: 'callback.attempt',
    at: 1,
    sid: 's',
    accountSid: 'a',
    status: 'sent',
    url: 'http://u:p@app.example/cb?key=hush',
    httpStatus: 500,
    ms: 3,
    attempt: 1,
    decision: 'gave_up',
  });
  observe({ type: 'request', method: 'GET', path: '/a?To=%2B1202', status: 200, ms: 1, requestId: 'r' });
  expect(lines).toHaveLength(3);
  expect(lines.join('')).toContain('app.example');
  expect(lines.join('')).not.toMatch(/secret word|\+12025550101|hush|u:p|1202"/);
});

const DOCUMENT = {
  type: 'reply.document',
  at: 1,
  sid: 's',
  accountSid: 'a',
  documentNumber: 1,
  why: 'first',
  method: 'POST',
  url: 'http://u:p@app.example/sms?key=hush',
  httpStatus: 200,
  ms: 20,
  replies: 1,
} as const;
const ALERT = { type: 'alert', at: 1, accountSid: 'a', resourceSid: 's', text: 'to="+12025550101"' } as const;

it('counts what comes in, what apps are asked, and what goes wrong there', async () => {
  const metrics = makeMetrics('pidge');
  const came = { at: 1, sid: 's', accountSid: 'a', from: '+12025550101', to: '+12025550100', body: 'secret word' };
  metrics.observe({ ...came, type: 'inbound.received', segments: 1, media: 0, status: 'received', serviceSid: null });
  metrics.observe(DOCUMENT);
  metrics.observe({ ...DOCUMENT, why: 'fallback', errorCode: 12100 });
  metrics.observe({ type: 'reply.dropped', at: 1, sid: 's', accountSid: 'a', code: 14107, text: 'too many' });
  metrics.observe({ ...ALERT, code: 12100, level: 'error' });
  const text = await metrics.text({
    stats: async () => ({ ...(await stats()), repliesDue: 5, noticesDue: 6, releasesDue: 7 }),
  });
  expect(text).toContain('pidge_messages_inbound_total 1');
  expect(text).toContain('pidge_webhook_attempts_total{kind="inbound",result="done"} 1');
  expect(text).toContain('pidge_webhook_attempts_total{kind="inbound",result="gave_up"} 1');
  expect(text).toContain('pidge_replies_dropped_total{code="14107"} 1');
  expect(text).toContain('pidge_alerts_total{level="error",code="12100"} 1');
  expect(text).toContain('pidge_queue_replies 5');
  expect(text).toContain('pidge_queue_notices 6');
  expect(text).toContain('pidge_queue_releases 7');
});

it('logs an alert once, by its code, and nothing that was said', () => {
  const lines: string[] = [];
  const { observe } = makeLog('info', { write: (line) => void lines.push(line) });
  const came = { at: 1, sid: 's', accountSid: 'a', from: '+12025550101', to: '+12025550100', body: 'secret word' };
  observe({ ...came, type: 'inbound.received', segments: 1, media: 0, status: 'received', serviceSid: null });
  observe({ ...DOCUMENT, errorCode: 12100 });
  observe({ type: 'reply.dropped', at: 1, sid: 's', accountSid: 'a', code: 14101, text: 'to="+12025550101"' });
  observe({ ...ALERT, code: 14101, level: 'warning' });
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('"code":14101');
  expect(lines.join('')).not.toMatch(/secret word|\+12025550101|hush|u:p/);
});
