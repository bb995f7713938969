import { HandWoundClock } from '../../src/domain/clock.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { storeContract } from './store.suite.ts';

storeContract(
  'SQLite',
  () =>
    openSqlite({
      path: ':memory:',
      clock: new HandWoundClock(),
      onFatal: (error) => {
        throw error;
      },
    }),
  { shared: false },
);
