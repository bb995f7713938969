/** `pidge db` on SQLite, as an operator meets it. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openBlobs } from '../../src/store/blobs/open.ts';
import { openSqliteReader } from '../../src/store/sqlite.ts';
import { Client } from '../helpers/client.ts';
import { fillFile } from '../helpers/whole-store.ts';
import { devServer, ended, pidge, tempFolder } from './run.ts';

const ACCOUNT = { sid: 'AC00000000000000000000000000000001', token: '00000000000000000000000000000001' };

/** A folder with a store at `.pidge/dev.db` in which there is one of everything. */
async function filledFolder(): Promise<{ folder: string; path: string; messages: number }> {
  const folder = tempFolder();
  const path = join(folder, '.pidge', 'dev.db');
  return { folder, path, messages: await fillFile(path) };
}

async function messagesIn(path: string): Promise<number> {
  const reader = openSqliteReader(path);
  const { messagesByStatus } = await reader.stats();
  expect(await reader.verify()).toEqual([]);
  await reader.close();
  return Object.values(messagesByStatus).reduce((sum, count) => sum + count, 0);
}

/** What an interrupted or failed command must not leave behind. */
const leftovers = (folder: string) => readdirSync(folder).filter((name) => name.includes('.part'));

it('verify tells media whose bytes are gone, and bytes that no message knows', async () => {
  const { folder, path } = await filledFolder();
  const before = await pidge(['verify'], folder);
  expect(before.code).toBe(8);
  expect(before.out.match(/^media-without-bytes {2}[0-9a-f]{64}-[0-9a-f]{8} /gm)).toHaveLength(2);
  expect(existsSync(join(folder, '.pidge', 'media'))).toBe(false);
  const reader = openSqliteReader(path);
  const blobs = await openBlobs({ store: 'disk', path: join(folder, '.pidge', 'media') });
  for (const { key, isReferred } of await reader.blobs({ after: '', limit: 100 })) {
    if (isReferred) await blobs.put(key, new Uint8Array(10));
  }
  await reader.close();
  expect((await pidge(['verify'], folder)).code).toBe(0);
  await blobs.put(`${'f'.repeat(64)}-00000001`, new Uint8Array(10));
  const after = await pidge(['verify', '--json'], folder);
  expect(after.code).toBe(8);
  expect(JSON.parse(after.out)).toMatchObject({ rule: 'bytes-without-blob', subject: `${'f'.repeat(64)}-00000001` });
});

it('help of db names its commands and fits 100 columns', async () => {
  const { code, out } = await pidge(['db', '--help'], tempFolder());
  expect(code).toBe(0);
  for (const command of ['migrate', 'status', 'backup', 'restore', 'copy']) expect(out).toContain(`  ${command} `);
  expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

it('migrate tells with --check, makes the schema, and then has nothing to do', async () => {
  const folder = tempFolder();
  const before = await pidge(['db', 'migrate', '--check'], folder);
  expect(before.code).toBe(8);
  expect(before.out).toMatch(/0001-first, .+ pending\. Bring it up to date: pidge db migrate/);
  expect(existsSync(join(folder, '.pidge/dev.db'))).toBe(false);
  expect((await pidge(['db', 'migrate'], folder)).code).toBe(0);
  const after = await pidge(['db', 'migrate', '--check', '--json'], folder);
  expect(after.code).toBe(0);
  expect(JSON.parse(after.out)).toMatchObject({ applied: expect.arrayContaining(['0001-first']), pending: [] });
});

it('migrate refuses a store that a newer version has written', async () => {
  const { folder, path } = await filledFolder();
  const db = new DatabaseSync(path);
  db.exec("insert into kysely_migration (name, timestamp) values ('9999-later', 'x')");
  db.close();
  const { code, err } = await pidge(['db', 'migrate'], folder);
  expect(code).toBe(3);
  expect(err).toContain('newer Pidge (it has 9999-later)');
});

it.each([
  ['migrate', async (folder: string) => (await pidge(['db', 'migrate'], folder)).err],
  ['a server', async (folder: string) => (await devServer(folder)).banner],
])('%s says that it brings an older database up to date, and not of a new one', async (_name, bring) => {
  expect(await bring(tempFolder())).not.toContain('bringing the database');
  const { folder, path } = await filledFolder();
  const db = new DatabaseSync(path);
  db.exec("delete from kysely_migration where name = '0018-sends-of-connectors'");
  db.exec('drop index work_send_connectors');
  db.close();
  expect(await bring(folder)).toContain('bringing the database up to date (0018-sends-of-connectors)');
});

it('status tells the figures, and whether a server is on the store', async () => {
  const folder = tempFolder();
  const server = await devServer(folder);
  const sent = ['send', '--to', '+12025550101', '--body', 'x', '--wait', 'delivered', '--url', server.url];
  expect((await pidge(sent, folder)).code).toBe(0);
  const busy = await pidge(['db', 'status'], folder);
  expect(busy.code).toBe(0);
  expect(busy.out).toMatch(/^engine +SQLite 3\./m);
  expect(busy.out).toMatch(/^messages +1 {2}delivered 1$/m);
  expect(busy.out).toMatch(/^open work +0 sends, 0 callbacks(, oldest due .*)?$/m);
  expect(busy.out).toMatch(/^in use +by a running server$/m);
  const end = ended(server.child);
  server.child.kill('SIGTERM');
  await end;
  const { out } = await pidge(['db', 'status', '--json'], folder);
  const found = JSON.parse(out);
  expect(found).toMatchObject({ inUse: false, nodes: [], risk: null, schema: { pending: [] } });
  expect(found.stats).toMatchObject({ messagesByStatus: { delivered: 1 }, sendsDue: 0, parkedReceipts: 0 });
  expect(found.sizeBytes).toBeGreaterThan(50_000);
});

it('status without a database ends with 6 and makes none', async () => {
  const folder = tempFolder();
  const { code, err } = await pidge(['db', 'status'], folder);
  expect(code).toBe(6);
  expect(err).toContain('There is no database at .pidge/dev.db');
  expect(readdirSync(folder)).toEqual([]);
});

it('a backup beside a server under load holds all that was acknowledged before it, and restores sound', async () => {
  const folder = tempFolder();
  const server = await devServer(folder);
  const client = new Client(server.url, ACCOUNT);
  const acknowledged: string[] = [];
  const refused: number[] = [];
  let isOver = false;
  const load = Array.from({ length: 8 }, async () => {
    while (!isOver) {
      const answer = await client.send();
      if (answer.status === 201) acknowledged.push(answer.json.sid);
      else refused.push(answer.status);
    }
  });
  while (acknowledged.length < 300) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = [...acknowledged];
  const made = await pidge(['db', 'backup', 'copy.db'], folder);
  const during = acknowledged.length - before.length;
  isOver = true;
  await Promise.all(load);
  await client.close();
  expect(made).toMatchObject({ code: 0, err: '' });
  expect(made.out).toMatch(/^\.pidge\/dev\.db is in copy\.db: .* messages, 0 findings\n$/);
  expect([refused, during > 0]).toEqual([[], true]);
  expect(statSync(join(folder, 'copy.db')).mode & 0o777).toBe(0o600);
  expect(leftovers(folder)).toEqual([]);

  const put = await pidge(['db', 'restore', 'copy.db', '--data', 'elsewhere'], folder);
  expect(put.code).toBe(0);
  const path = join(folder, 'elsewhere/dev.db');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await messagesIn(path)).toBeGreaterThanOrEqual(before.length);
  const reader = openSqliteReader(path);
  const missing = [];
  for (const sid of before) if (!(await reader.message(ACCOUNT.sid, sid))) missing.push(sid);
  await reader.close();
  expect(missing).toEqual([]);
});

it('a backup is one file that needs no other, and never overwrites', async () => {
  const { folder, messages } = await filledFolder();
  const { code, out } = await pidge(['db', 'backup', 'a.db', '--json'], folder);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ file: 'a.db', messages, findings: [] });
  expect(readdirSync(folder).sort()).toEqual(['.pidge', 'a.db']);
  const again = await pidge(['db', 'backup', 'a.db'], folder);
  expect(again.code).toBe(2);
  expect(again.err).toContain('a.db exists already and is never overwritten');
  const nowhere = await pidge(['db', 'backup', 'no/such/a.db'], folder);
  expect(nowhere.code).toBe(6);
  expect(nowhere.err).toContain('There is no folder');
});

it('a backup of a store with findings is made, and says so with 8', async () => {
  const { folder, path } = await filledFolder();
  const db = new DatabaseSync(path);
  db.exec("update counters set n = n + 1 where name = 'sent'");
  db.close();
  const made = await pidge(['db', 'backup', 'a.db'], folder);
  expect(made.code).toBe(8);
  expect(made.out).toMatch(/^counters {2}sent/);
  expect(existsSync(join(folder, 'a.db'))).toBe(true);

  const refused = await pidge(['db', 'restore', 'a.db', '--data', 'new'], folder);
  expect(refused.code).toBe(8);
  expect(refused.err).toContain('--despite-findings');
  expect(existsSync(join(folder, 'new/dev.db'))).toBe(false);
  expect((await pidge(['db', 'restore', 'a.db', '--data', 'new', '--despite-findings'], folder)).code).toBe(8);
  expect(existsSync(join(folder, 'new/dev.db'))).toBe(true);
});

it('restore leaves a store alone without --force, and one in use alone with it', async () => {
  const { folder, path, messages } = await filledFolder();
  await pidge(['db', 'backup', 'a.db'], folder);
  const refused = await pidge(['db', 'restore', 'a.db'], folder);
  expect(refused.code).toBe(2);
  expect(refused.err).toContain('--force');
  const server = await devServer(folder);
  const busy = await pidge(['db', 'restore', 'a.db', '--force'], folder);
  expect(busy.code).toBe(4);
  expect(busy.err).toContain('Stop the servers on it first');
  const end = ended(server.child);
  server.child.kill('SIGTERM');
  await end;
  expect(leftovers(join(folder, '.pidge'))).toEqual([]);
  expect(await messagesIn(path)).toBe(messages);
});

it('restore --force brings back what the backup held, and nothing of what came after it', async () => {
  const { folder, path, messages } = await filledFolder();
  await pidge(['db', 'backup', 'a.db'], folder);
  // A server that is killed leaves its last commits in the log beside the file.
  const server = await devServer(folder);
  const client = new Client(server.url, ACCOUNT);
  for (let index = 0; index < 5; index += 1) {
    expect((await client.send({ From: '+15005550006' })).status).toBe(201);
  }
  await client.close();
  const end = ended(server.child);
  server.child.kill('SIGKILL');
  await end;
  expect(statSync(`${path}-wal`).size).toBeGreaterThan(0);
  expect((await pidge(['db', 'restore', 'a.db', '--force'], folder)).code).toBe(0);
  expect(await messagesIn(path)).toBe(messages);
  expect(leftovers(join(folder, '.pidge'))).toEqual([]);
});

it('restore does not play the log of a file that is gone into the one it puts there', async () => {
  const { folder, path, messages } = await filledFolder();
  await pidge(['db', 'backup', 'a.db'], folder);
  const db = new DatabaseSync(path);
  db.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 0; delete from messages');
  copyFileSync(`${path}-wal`, join(folder, 'kept-wal'));
  db.close();
  mkdirSync(join(folder, 'new'));
  copyFileSync(join(folder, 'kept-wal'), join(folder, 'new/dev.db-wal'));
  expect((await pidge(['db', 'restore', 'a.db', '--data', 'new'], folder)).code).toBe(0);
  expect(await messagesIn(join(folder, 'new/dev.db'))).toBe(messages);
});

it('restore tells a wrong file by what is wrong with it, and changes nothing', async () => {
  const { folder, path, messages } = await filledFolder();
  await pidge(['db', 'backup', 'good.db'], folder);
  writeFileSync(join(folder, 'text.db'), 'Dear diary');
  writeFileSync(join(folder, 'dump.db'), 'PGDMP and so on');
  const foreign = new DatabaseSync(join(folder, 'foreign.db'));
  foreign.exec('create table cats (name text)');
  foreign.close();
  copyFileSync(join(folder, 'good.db'), join(folder, 'cut.db'));
  truncateSync(join(folder, 'cut.db'), Math.floor(statSync(join(folder, 'good.db')).size / 2));
  const cases: [file: string, code: number, text: string][] = [
    ['none.db', 6, 'There is no file none.db'],
    ['text.db', 2, 'text.db is no backup'],
    ['dump.db', 2, 'is an archive of PostgreSQL'],
    ['foreign.db', 8, 'foreign.db holds no store of Pidge'],
    ['cut.db', 8, 'cut.db is damaged'],
  ];
  for (const [file, code, text] of cases) {
    const answer = await pidge(['db', 'restore', file, '--force'], folder);
    expect([file, answer.code, answer.err]).toEqual([file, code, expect.stringContaining(text)]);
  }
  expect(await messagesIn(path)).toBe(messages);
  expect(leftovers(join(folder, '.pidge'))).toEqual([]);
});

it('copy moves a store to another file and counts it, and refuses what would lose something', async () => {
  const { folder, messages } = await filledFolder();
  const copied = await pidge(['db', 'copy', '--from', '.pidge/dev.db', '--to', 'b.db', '--json'], folder);
  expect(copied.code).toBe(0);
  expect(JSON.parse(copied.out)).toMatchObject({ from: '.pidge/dev.db', to: 'b.db', rows: { messages }, findings: [] });
  expect(await messagesIn(join(folder, 'b.db'))).toBe(messages);

  const again = await pidge(['db', 'copy', '--from', '.pidge/dev.db', '--to', 'b.db'], folder);
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('b.db exists already')]);
  const same = await pidge(['db', 'copy', '--from', '.pidge/dev.db'], folder);
  expect([same.code, same.err]).toEqual([2, expect.stringContaining('onto itself')]);
  await devServer(folder);
  const busy = await pidge(['db', 'copy', '--from', '.pidge/dev.db', '--to', 'c.db'], folder);
  expect([busy.code, busy.err]).toEqual([4, expect.stringContaining('Stop the servers on it first')]);
  expect(existsSync(join(folder, 'c.db'))).toBe(false);
});

it('copy refuses a store with findings before it begins', async () => {
  const { folder, path } = await filledFolder();
  const db = new DatabaseSync(path);
  db.exec("update counters set n = n + 1 where name = 'sent'");
  db.close();
  const refused = await pidge(['db', 'copy', '--from', '.pidge/dev.db', '--to', 'b.db'], folder);
  expect(refused.code).toBe(8);
  expect(refused.err).toContain('so it was not copied');
  expect(existsSync(join(folder, 'b.db'))).toBe(false);
});

it('a PostgreSQL that does not answer ends with 6, and the password shows nowhere', async () => {
  const url = 'postgres://pidge:hush-hush@127.0.0.1:1/pidge';
  const folder = tempFolder();
  const { path } = await filledFolder();
  for (const args of [
    ['db', 'status'],
    ['db', 'migrate'],
    ['db', 'backup', 'x.dump'],
    ['verify'],
    ['db', 'copy', '--from', path],
  ]) {
    const { code, out, err } = await pidge(args, folder, { PIDGE_DATABASE: url });
    expect([args[1], code]).toEqual([args[1], 6]);
    expect(err).toContain('postgres://pidge:***@127.0.0.1:1/pidge');
    expect(out + err).not.toContain('hush');
  }
  expect(readdirSync(folder)).toEqual([]);
});
