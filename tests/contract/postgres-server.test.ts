/** The tests' own server does what the storms rely on: what it holds survives crashes, and a standby misses nothing. */
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the tests' own PostgreSQL server: ${reason}`);

describe.skipIf(reason !== null)('a PostgreSQL server for tests', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server?.close());

  async function ask(url: string, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      return (await client.query({ text: sql, rowMode: 'array' })).rows.flat();
    } finally {
      await client.end();
    }
  }

  it('is durable unless told otherwise, and is somebody’s who is no superuser', async () => {
    const url = await server.createDatabase();
    for (const name of ['fsync', 'full_page_writes', 'synchronous_commit']) {
      expect(await ask(url, `show ${name}`)).toEqual(['on']);
    }
    expect(await ask(url, 'select current_user::text, rolsuper from pg_roles where rolname = current_user')).toEqual([
      'pidge',
      false,
    ]);
  });

  it('copies a database, so that what is prepared once is there in each', async () => {
    const template = await server.createDatabase('template_of_this_test');
    await ask(template, 'create table kept as select 7 as figure');
    const [one, other] = await Promise.all([1, 2].map(() => server.createDatabase(undefined, 'template_of_this_test')));
    await ask(one ?? '', 'update kept set figure = 8');
    expect(await ask(other ?? '', 'select figure from kept')).toEqual([7]);
  });

  it('keeps what was committed through a crash, on the same address', async () => {
    const url = await server.createDatabase();
    await ask(url, 'create table kept as select 1 as figure');
    await server.restart('immediate');
    expect(await ask(url, 'select figure from kept')).toEqual([1]);
    await server.stop();
    await expect(ask(url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await server.start();
    expect(await ask(url, 'select figure from kept')).toEqual([1]);
  }, 60_000);

  it('cuts connections when told to', async () => {
    const client = new pg.Client({ connectionString: await server.createDatabase() });
    await client.connect();
    // The reason comes first, and then the end of the connection as another error.
    const errors: Error[] = [];
    const gone = new Promise((resolve) => client.once('end', resolve));
    client.on('error', (error) => errors.push(error));
    expect(await server.terminateBackends()).toBe(1);
    await gone;
    expect(errors[0]).toMatchObject({ code: '57P01' });
  });

  it('falls silent while it is paused, and then answers what it was asked', async () => {
    const client = new pg.Client({ connectionString: await server.createDatabase() });
    await client.connect();
    await server.pause();
    let answered = false;
    const answer = client.query('select 1 as one').then(({ rows }) => {
      answered = true;
      return rows;
    });
    // Long enough for a server that is awake: it answers this in a thousandth of the time.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(answered).toBe(false);
    server.resume();
    expect(await answer).toEqual([{ one: 1 }]);
    await client.end();
  });

  it('has a synchronous standby that, promoted after a crash, holds every commit that was answered', async () => {
    const url = await server.createDatabase('followed');
    await ask(url, 'create table kept (figure int)');
    const standby = await server.makeStandby();
    const followed = url.replace(`:${server.port}/`, `:${standby.port}/`);
    let answered = 0;
    const writing = (async () => {
      for (;;) {
        await ask(url, `insert into kept values (${answered + 1})`);
        answered += 1;
        if (answered === 20) await server.stop('immediate');
      }
    })();
    await expect(writing).rejects.toThrow();
    await expect(ask(followed, 'insert into kept values (0)')).rejects.toMatchObject({ code: '25006' });
    await standby.promote();
    expect(await ask(followed, `select count(*)::int from kept where figure <= ${answered}`)).toEqual([answered]);
    await ask(followed, 'insert into kept values (0)');
  }, 60_000);
});
