import { afterAll, beforeAll } from 'vitest';
import { HandWoundClock } from '../../src/domain/clock.ts';
import { openPostgresOn } from '../../src/store/postgres/open.ts';
import { PgliteDatabase } from '../helpers/pglite.ts';
import { storeContract } from './store.suite.ts';

const database = new PgliteDatabase();
// The first question waits for the start, which a slow machine takes seconds for.
beforeAll(() => database.reset(), 60_000);
afterAll(() => database.close());

storeContract(
  'PGlite',
  async () => {
    await database.reset();
    // It has no disk to be durable on.
    return openPostgresOn(database, { clock: new HandWoundClock(), acceptLoss: true });
  },
  { shared: true },
);
