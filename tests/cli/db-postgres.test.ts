/** `pidge db` on a real PostgreSQL, with its own dump programs. */
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandWoundClock, realClock } from '../../src/domain/clock.ts';
import { setAside } from '../../src/store/backup-postgres.ts';
import { openPostgres, openPostgresReader } from '../../src/store/postgres/open.ts';
import { PgDriver } from '../../src/store/postgres/pg-driver.ts';
import type { Store } from '../../src/store/store.ts';
import { ACCOUNT, acceptance, NOW } from '../contract/store.fixtures.ts';
import { findPostgres, whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { fillFile, fillStore } from '../helpers/whole-store.ts';
import { pidge, tempFolder } from './run.ts';

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED pidge db on a real PostgreSQL: ${reason}`);

describe.skipIf(reason !== null)('pidge db on PostgreSQL', () => {
  let server: PostgresServer;
  let filled: string;
  let bin: string;
  beforeAll(async () => {
    const found = findPostgres();
    bin = 'bin' in found ? found.bin : '';
    server = await startServer();
    filled = await server.createDatabase('filled');
    const store = await openPostgres({ url: filled, clock: new HandWoundClock() });
    await fillStore(store);
    await store.close();
  }, 60_000);
  afterAll(() => server?.close());

  const on = (database: string) => ({ PIDGE_DATABASE: database, PATH: `${bin}:${process.env.PATH}` });
  const passwordOf = (url: string): string => new URL(url).password;

  async function ask(url: string, text: string): Promise<unknown[][]> {
    const connection = await new PgDriver(url).connect('scan');
    const rows = await connection.query(text);
    await connection.close();
    return rows;
  }

  async function listOf(url: string): Promise<unknown> {
    const reader = await openPostgresReader(url);
    expect(await reader.verify()).toEqual([]);
    const answer = [await reader.stats(), await reader.messages({ accountSid: ACCOUNT, size: 1_000 })];
    await reader.close();
    return answer;
  }

  async function withNode<T>(url: string, work: (store: Store) => Promise<T>): Promise<T> {
    const store = await openPostgres({ url, clock: realClock });
    const beat = {
      owner: 'node-1',
      leaseMs: 60_000,
      address: 'http://10.0.0.1:7670',
      roles: ['api', 'dispatch'],
      connectors: ['acme'],
    };
    await store.heartbeat(beat, realClock.now());
    try {
      return await work(store);
    } finally {
      await store.leave('node-1', realClock.now());
      await store.close();
    }
  }

  it('migrate makes the schema once; before that, reading says so', async () => {
    const url = await server.createDatabase();
    const folder = tempFolder();
    const before = await pidge(['verify'], folder, on(url));
    expect([before.code, before.err]).toEqual([3, expect.stringContaining('pidge db migrate')]);
    expect((await pidge(['db', 'migrate', '--check'], folder, on(url))).code).toBe(8);
    const made = await pidge(['db', 'migrate'], folder, on(url));
    expect([made.code, made.out]).toEqual([0, expect.stringContaining('applied 0001-first')]);
    expect((await pidge(['db', 'migrate', '--check'], folder, on(url))).code).toBe(0);
    expect((await pidge(['verify'], folder, on(url))).code).toBe(0);
  });

  it('status names the nodes that are alive, with roles and connectors, and no password', async () => {
    const { out, code } = await withNode(filled, () => pidge(['db', 'status'], tempFolder(), on(filled)));
    expect(code).toBe(0);
    expect(out).toMatch(/^engine +PostgreSQL \d+/m);
    expect(out).toMatch(/^in use +by 1 node$/m);
    expect(out).toMatch(/node +http:\/\/10\.0\.0\.1:7670 {2}roles api,dispatch {2}connectors acme {2}node-1$/m);
    expect(out).not.toContain(passwordOf(filled));
    const json = JSON.parse((await pidge(['db', 'status', '--json'], tempFolder(), on(filled))).out);
    expect(json).toMatchObject({ inUse: false, nodes: [], risk: null, stats: { parkedReceipts: 2 } });
  });

  it('a dump restores to a database that answers the same', async () => {
    const folder = tempFolder();
    // Beside a node: a dump is one snapshot.
    const made = await withNode(filled, () => pidge(['db', 'backup', 'a.dump'], folder, on(filled)));
    expect(made).toMatchObject({ code: 0, err: '' });
    expect(statSync(join(folder, 'a.dump')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, 'a.dump')).toString('latin1', 0, 5)).toBe('PGDMP');
    expect(readdirSync(folder)).toEqual(['a.dump']);
    const again = await pidge(['db', 'backup', 'a.dump'], folder, on(filled));
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('never overwritten')]);

    const fresh = await server.createDatabase();
    const put = await pidge(['db', 'restore', 'a.dump'], folder, on(fresh));
    expect([put.code, put.out]).toEqual([0, expect.stringContaining('0 findings')]);
    expect(put.out + put.err).not.toContain(passwordOf(fresh));
    expect(await listOf(fresh)).toEqual(await listOf(filled));
  });

  it('restore leaves a store alone without --force, and replaces it whole with it', async () => {
    const folder = tempFolder();
    await pidge(['db', 'backup', 'a.dump'], folder, on(filled));
    const url = await server.createDatabase();
    const store = await openPostgres({ url, clock: realClock });
    await store.accept([acceptance()], NOW);
    await store.close();
    const refused = await pidge(['db', 'restore', 'a.dump'], folder, on(url));
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--force')]);
    const busy = await withNode(url, () => pidge(['db', 'restore', 'a.dump', '--force'], folder, on(url)));
    expect([busy.code, busy.err]).toEqual([4, expect.stringContaining('http://10.0.0.1:7670')]);
    expect(await pidge(['db', 'restore', 'a.dump', '--force'], folder, on(url))).toMatchObject({ code: 0 });
    expect(await listOf(url)).toEqual(await listOf(filled));
  });

  it('a backup with findings leaves the store there was, unless it is wanted all the same', async () => {
    const folder = tempFolder();
    const broken = await server.createDatabase(undefined, 'filled');
    await ask(broken, "update counters set n = n + 1 where name = 'sent'");
    expect((await pidge(['db', 'backup', 'broken.dump'], folder, on(broken))).code).toBe(0);
    const url = await server.createDatabase(undefined, 'filled');
    const refused = await pidge(['db', 'restore', 'broken.dump', '--force'], folder, on(url));
    expect([refused.code, refused.err]).toEqual([8, expect.stringContaining('Nothing was changed')]);
    expect(await listOf(url)).toEqual(await listOf(filled));
    const taken = await pidge(['db', 'restore', 'broken.dump', '--force', '--despite-findings'], folder, on(url));
    expect([taken.code, taken.out]).toEqual([8, expect.stringContaining('1 finding')]);
    expect(await ask(url, "select nspname from pg_namespace where nspname like 'pidge%'")).toEqual([]);

    writeFileSync(join(folder, 'cut.dump'), readFileSync(join(folder, 'broken.dump')).subarray(0, 20_000));
    const other = await server.createDatabase(undefined, 'filled');
    const cut = await pidge(['db', 'restore', 'cut.dump', '--force'], folder, on(other));
    expect([cut.code, cut.err]).toEqual([3, expect.stringContaining('pg_restore ended with 1')]);
    expect(await listOf(other)).toEqual(await listOf(filled));
  });

  it('sets aside all that a store has, and brings back what a killed restore left aside', async () => {
    const folder = tempFolder();
    await pidge(['db', 'backup', 'a.dump'], folder, on(filled));
    const url = await server.createDatabase(undefined, 'filled');
    const connection = await new PgDriver(url).connect('scan');
    await setAside(connection);
    const left = "select relname::text from pg_class where relnamespace = 'public'::regnamespace";
    expect(await connection.query(left)).toEqual([]);
    await connection.close();
    const refused = await pidge(['db', 'restore', 'a.dump'], folder, on(url));
    expect([refused.code, refused.err]).toEqual([2, expect.stringContaining('--force')]);
    expect(await listOf(url)).toEqual(await listOf(filled));
  });

  it('restore tells the backup of the other engine', async () => {
    const folder = tempFolder();
    await fillFile(join(folder, 'from.db'));
    const wrong = await pidge(['db', 'restore', 'from.db'], folder, on(filled));
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('pidge db copy --from from.db')]);
  });

  it('without pg_dump says what to run where it is, and leaves no file', async () => {
    const folder = tempFolder();
    const env = { PIDGE_DATABASE: filled, PATH: folder };
    const { code, err } = await pidge(['db', 'backup', 'a.dump'], folder, env);
    expect(code).toBe(3);
    expect(err).toMatch(/pg_dump is not installed here.*\n +pg_dump --host=127\.0\.0\.1 --port=\d+ --username=pidge/);
    expect(err).not.toContain(passwordOf(filled));
    expect(existsSync(join(folder, 'a.dump'))).toBe(false);
  });

  it('copy takes a file to the database of the settings, once', async () => {
    const folder = tempFolder();
    const path = join(folder, 'from.db');
    await fillFile(path);
    const url = await server.createDatabase();
    const copied = await pidge(['db', 'copy', '--from', path, '--json'], folder, on(url));
    expect(copied.code).toBe(0);
    expect(JSON.parse(copied.out)).toMatchObject({ findings: [], to: expect.stringContaining(':***@') });
    expect(copied.out + copied.err).not.toContain(passwordOf(url));
    const again = await pidge(['db', 'copy', '--from', path], folder, on(url));
    expect([again.code, again.err]).toEqual([2, expect.stringContaining('holds accounts already')]);
    const back = await pidge(['db', 'copy', '--from', url, '--to', 'back.db'], folder);
    expect([back.code, back.out]).toEqual([0, expect.stringContaining('0 findings')]);
  });

  it('a wrong password ends with 5, a database that is not there with 6', async () => {
    const wrong = filled.replace(passwordOf(filled), 'wrong');
    expect((await pidge(['db', 'status'], tempFolder(), on(wrong))).code).toBe(5);
    const nowhere = filled.replace('/filled', '/nowhere');
    expect((await pidge(['db', 'status'], tempFolder(), on(nowhere))).code).toBe(6);
  });
});
