/** The console of two nodes on one PostgreSQL: whoever has signed in at one is known at the other, until signing out at either. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Running, startPidge } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { type ConsolePage, openConsole } from '../helpers/console.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';

const PASSWORD = 'correct horse battery';

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the console of two nodes: ${reason}`);

describe.skipIf(reason !== null)('the console of two nodes', () => {
  let server: PostgresServer;
  const nodes: Running[] = [];
  const pages: ConsolePage[] = [];

  beforeAll(async () => {
    server = await startServer();
    const database = await server.createDatabase();
    for (let node = 0; node < 2; node += 1) {
      const config = readConfig({ mode: 'dev', env: {}, file: null, flags: { 'http.port': '0', database } });
      config.mode = 'serve';
      config.secretKey = 'a key for tests alone, at least 32 long';
      config.console.users = [{ name: 'admin', password: PASSWORD, role: 'operator' }];
      nodes.push(await startPidge(config));
    }
    for (const { address, account } of nodes) pages.push(await openConsole({ origin: address, account }));
  }, 60_000);
  afterAll(async () => {
    for (const page of pages) await page.close();
    for (const node of nodes) await node.close();
    await server?.close();
  });

  /** As one browser is led to either by a proxy: it has one cookie. */
  const both = (): [ConsolePage, ConsolePage] => pages as [ConsolePage, ConsolePage];
  const status = async (page: ConsolePage) => (await page.call('GET', 'accounts')).status;

  it.each(['the same node', 'the other one'])('a session is known at both and ended at both by %s', async (where) => {
    const [a, b] = both();
    expect([await status(a), await status(b)]).toEqual([401, 401]);
    await a.signIn(PASSWORD);
    b.cookie = a.cookie;
    expect((await b.look()).json.user).toEqual({ name: 'admin', role: 'operator' });
    expect([await status(a), await status(b)]).toEqual([200, 200]);

    // A page that one node has served may change things at the other.
    const { csrf } = (await a.look()).json;
    const path = `accounts/${nodes[0]?.account.sid}/api/2010-04-01/Accounts/${nodes[0]?.account.sid}/Keys.json`;
    const made = await b.call('POST', path, { form: { FriendlyName: where }, headers: { 'x-csrf-token': csrf } });
    expect(made.status).toBe(201);

    const kept = a.cookie;
    const out = where === 'the same node' ? a : b;
    expect((await out.call('DELETE', 'session')).status).toBe(204);
    // A browser would have dropped it; a thief of the cookie would not.
    a.cookie = kept;
    b.cookie = kept;
    expect([await status(a), await status(b)]).toEqual([401, 401]);
    a.cookie = '';
    b.cookie = '';
  });

  it('what was done at one is in the audit of the other', async () => {
    const [a, b] = both();
    await a.signIn(PASSWORD);
    b.cookie = a.cookie;
    const paths = async () => (await b.call('GET', 'audit')).json.audit.map(({ path }: { path: string }) => path);
    await a.call('GET', `accounts/${nodes[0]?.account.sid}/messages.csv`);
    await expect.poll(async () => (await paths())[0], { timeout: 10_000 }).toMatch(/messages\.csv$/);
  });
});
