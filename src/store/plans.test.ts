/** How SQLite looks for things that are asked for often or by the backlog: by the index meant for them, reading nothing else. */
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ACCOUNT, NOW } from '../../tests/contract/store.fixtures.ts';
import { migrate } from './migrate.ts';
import { SqliteReads } from './reads.ts';
import { claimCallbacks } from './sql/callbacks.ts';
import { WriteContext } from './sql/context.ts';
import { forget } from './sql/retention.ts';
import { claimSends } from './sql/work.ts';

let db: DatabaseSync;
let asked: string[];

beforeEach(async () => {
  db = new DatabaseSync(':memory:');
  await migrate(db);
  asked = [];
});
afterEach(() => db.close());

/** The database, whose statements are noted when they are prepared. */
function watched(): DatabaseSync {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (text: string) => {
        asked.push(text);
        return target.prepare(text);
      };
    },
  });
}

/** Steps of the plans of all that was asked. */
const steps = () =>
  asked.flatMap((text) =>
    db
      .prepare(`explain query plan ${text}`)
      .all()
      .map(({ detail }) => String(detail)),
  );

const CLAIM = { owner: 'me', limit: 10, leaseMs: 1, lookAheadMs: 0 };
const PAIR = { from: 'whatsapp:+12025550177', to: 'whatsapp:+12025550100' };

it.each<[string, (reads: SqliteReads) => Promise<unknown>, string]>([
  ['when a person last wrote', (reads) => reads.lastInboundAt(ACCOUNT, PAIR.from, PAIR.to), 'messages_from'],
  ['when people last wrote', (reads) => reads.lastInboundsAt(ACCOUNT, [PAIR]), 'messages_from'],
  ['who last carried a service’s messages', (reads) => reads.lastSenders(ACCOUNT, 'MG1', [PAIR.to]), 'messages_to'],
  ['what was replayed', (reads) => reads.replayedAmong(ACCOUNT, [1, 2]), 'attempts_message'],
])('%s', async (_name, ask, index) => {
  await ask(new SqliteReads(watched()));
  expect(steps()).toContainEqual(expect.stringMatching(new RegExp(`^SEARCH .* USING .*INDEX ${index} \\(`)));
  expect(steps()).not.toContainEqual(
    expect.stringMatching(/INDEX (messages_listed|attempts_account) \(account_sid=\?\)/),
  );
});

it('what no ESME was told, by its due time', () => {
  claimCallbacks(new WriteContext(watched()), { ...CLAIM, untoldSince: NOW }, NOW);
  expect(steps()).toEqual(['SEARCH work USING INDEX work_due (kind=? AND due_at<?)']);
});

it('the sends of other connectors, past the backlog of one', async () => {
  db.exec(`insert into work (kind, message_sid, account_sid, due_at, attempt, connector)
    values ('send', 'SM1', '${ACCOUNT}', ${NOW + 1}, 0, 'sim')`);
  expect(await new SqliteReads(watched()).nextDueAt('send', ['smpp'])).toBe(NOW + 1);
  claimSends(new WriteContext(watched()), { ...CLAIM, except: ['smpp'] }, NOW);
  const ofSends = asked.filter((text) => /kind = 'send'/.test(text));
  expect(ofSends).toHaveLength(3);
  asked = ofSends;
  expect(steps().filter((step) => / (work|w) /.test(step) && !step.includes('work_send_connectors'))).toEqual([
    // Notices, which are few.
    'SEARCH work USING INDEX work_due (kind=?)',
  ]);
});

it('the attempts that are old, at the front alone', () => {
  const attempt =
    db.prepare(`insert into attempts (work_id, message_sid, account_sid, attempt, at, ms, decision, payload,
    request) values (0, 'SM1', '${ACCOUNT}', 1, ?, 1, 'done', '{}', '{}')`);
  const ats = () =>
    db
      .prepare('select at from attempts order by id')
      .all()
      .map(({ at }) => at);
  const ctx = new WriteContext(db);
  // Two in the wrong order, as when they were made side by side.
  for (const at of [1, NOW + 1, 2, ...Array.from({ length: 2_000 }, () => NOW + 2), 3]) attempt.run(at);
  forget(ctx, NOW, NOW);
  expect(new Set(ats())).toEqual(new Set([NOW + 1, NOW + 2, 3]));
  forget(ctx, NOW + 100 * 86_400_000, NOW);
  forget(ctx, NOW + 100 * 86_400_000, NOW);
  expect(ats()).toEqual([]);
});
