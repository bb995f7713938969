import { afterAll, beforeAll, describe } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { storeContract } from './store.suite.ts';

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the contract of the store on a real PostgreSQL: ${reason}`);

describe.skipIf(reason !== null)('a server of its own', () => {
  let server: PostgresServer;
  const open = (url: string) => openPostgres({ url, clock: new HandWoundClock() });
  beforeAll(async () => {
    server = await startServer();
    // The schema is made once and copied: that takes half the time.
    await (await open(await server.createDatabase('migrated'))).close();
  }, 60_000);
  afterAll(() => server?.close());

  storeContract('PostgreSQL', async () => open(await server.createDatabase(undefined, 'migrated')), { shared: true });
});
