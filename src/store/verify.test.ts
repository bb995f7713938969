import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { acceptance, lane, NOW, walkToSent } from '../../tests/contract/store.fixtures.ts';
import { arrived, intake, part, stop } from '../../tests/contract/store-inbound.fixtures.ts';
import { endedWithMedia } from '../../tests/contract/store-media.fixtures.ts';
import { HandWoundClock } from '../domain/clock.ts';
import { openSqlite } from './sqlite.ts';
import { findings } from './verify.ts';

const folder = mkdtempSync(join(tmpdir(), 'pidge-verify-'));
const path = join(folder, 'pidge.db');
let db: DatabaseSync;

beforeAll(async () => {
  const onFatal = (error: Error) => {
    throw error;
  };
  const store = await openSqlite({ path, clock: new HandWoundClock(), onFatal });
  await walkToSent(store, 'a');
  await store.receive([{ connector: 'sim', carrierId: 'a0', state: 'delivered' }], NOW);
  await walkToSent(store, 'b', { callbackUrl: null });
  await endedWithMedia(store, ['a']);
  await store.accept([acceptance(), acceptance({}, lane())], NOW);
  await store.accept([{ ...acceptance({ status: 'accepted', numMedia: 1 }), fetch: { urls: ['x'] } }], NOW);
  await store.takeIn([intake(), stop()], NOW);
  const [, whole] = await store.takePart(
    [1, 2].map((number) => arrived(part(number, 'x', { total: 2 }))),
    NOW,
  );
  await store.takeIn([intake({ reply: null, joining: whole?.kind === 'whole' ? whole.joining : null })], NOW);
  await store.close();
  db = new DatabaseSync(path);
});
afterAll(() => {
  db.close();
  rmSync(folder, { recursive: true, force: true });
});

it('a sound store has no findings', () => {
  expect(findings(db)).toEqual([]);
});

it.each([
  ['discarded-with-body', `update messages set options = '{"discardContent":true}' where status = 'sent'`],
  ['legal-status', "update messages set status = 'lost' where status = 'sent'"],
  ['send-work-without-message', "delete from messages where status = 'queued'"],
  ['send-work-of-settled-message', "update messages set status = 'canceled' where status = 'queued'"],
  ['sending-without-work', "delete from work where kind = 'send'"],
  ['waiting-without-release', "delete from work where kind = 'fetch'"],
  ['fetch-work-of-the-wrong-message', "update messages set status = 'canceled' where status = 'accepted'"],
  [
    'two-send-works',
    "insert into work select id + 1000, 'release', message_sid, account_sid, due_at, 0, null, null, null, null, null, null, null, null from work where kind = 'fetch'",
  ],
  ['reply-work-of-the-wrong-message', "update messages set status = 'received' where status = 'receiving'"],
  ['receiving-without-reply-work', "delete from work where kind = 'reply'"],
  ['joining-with-text-after-all', `update joinings set joining = '{"parts":[{"octets":""},{"octets":"78"}]}'`],
  ['opt-out-without-log', 'delete from opt_out_log'],
  ['media-without-message', "delete from messages where status = 'failed'"],
  ['media-without-blob', 'delete from blobs'],
  ['media-without-blob', 'update blobs set dying = 1'],
  ['blob-of-nobody', 'update blobs set held_until = 0; delete from media'],
  ['sent-at', "update messages set sent_at = null where status = 'sent'"],
  ['listed-at', 'update messages set listed_at = listed_at + 1'],
  ['parts-and-segments', "update messages set num_segments = 2 where status = 'sent'"],
  ['parts-without-message', "delete from messages where status = 'sent'"],
  ['delivered-with-open-part', "update parts set state = 'pending'"],
  ['undelivered-without-cause', "update messages set status = 'undelivered' where status = 'sent'"],
  ['failed-without-error', "update messages set status = 'failed' where status = 'sent'"],
  ['callback-held-for-nothing', "delete from work where kind = 'callback' and due_at < 8640000000000000"],
  ['two-callbacks-let-go', "update work set due_at = 1 where kind = 'callback'"],
  ['lane-asleep', 'update lanes set head_at = null'],
  ['work-without-lane', 'delete from lanes'],
  ['parked-for-a-known-part', "insert into parked values (1, 'sim', 'a0', 'delivered', null, null, 0)"],
  ['counters', "update counters set n = n + 1 where name = 'sent'"],
  ['walk', `update messages set history = history || char(10) || '{"at":1,"status":"queued"}' where status = 'sent'`],
  ['walk', `update messages set history = '{"at":1,"status":"accepted"}' || char(10) || '{"at":1,"status":"sent"}'`],
])('%s is found when it is broken', (rule, damage) => {
  db.exec('savepoint damage');
  try {
    db.exec(damage);
    expect(findings(db).map((finding) => finding.rule)).toContain(rule);
  } finally {
    db.exec('rollback to damage; release damage');
  }
});
