import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { openPostgres, openPostgresOn } from '../../src/store/postgres/open.ts';
import { PgDriver } from '../../src/store/postgres/pg-driver.ts';
import { LossyDriver } from '../helpers/lossy-driver.ts';
import { whyNoPostgres } from '../helpers/postgres-binaries.ts';
import { type PostgresServer, startServer } from '../helpers/postgres-server.ts';
import { type Several, storeManyContract } from './store-many.suite.ts';

const reason = whyNoPostgres();
if (reason) console.log(`SKIPPED the cases with several connections on a real PostgreSQL: ${reason}`);
console.log('SKIPPED the cases with several connections on PGlite: it has one connection');

describe.skipIf(reason !== null)('two nodes on one server', () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await startServer();
  }, 60_000);
  afterAll(() => server?.close());

  async function open(): Promise<Several> {
    const url = await server.createDatabase();
    const clock = new HandWoundClock();
    const lossy = new LossyDriver(new PgDriver(url));
    const a = await openPostgres({ url, clock });
    const b = await openPostgresOn(lossy, { clock });
    return {
      a,
      b,
      loseAnswers(count) {
        lossy.losing = count;
      },
      async cutAll() {
        await server.terminateBackends();
      },
      async close() {
        await a.close();
        await b.close();
      },
    };
  }
  it('nodes that start on an empty database at the same moment all come up', async () => {
    for (let round = 0; round < 5; round += 1) {
      const url = await server.createDatabase();
      const stores = await Promise.all(
        Array.from({ length: 4 }, () => openPostgres({ url, clock: new HandWoundClock() })),
      );
      expect(await stores[0]?.verify()).toEqual([]);
      for (const store of stores) await store.close();
    }
  });

  storeManyContract('PostgreSQL', open);
});

storeManyContract('PGlite', null);
