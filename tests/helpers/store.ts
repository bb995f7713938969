/** Which store the suites run on: `PIDGE_TEST_STORE`. What the others need is loaded only for them. */
import { inject } from 'vitest';
import type { Config } from '../../src/config.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Store } from '../../src/store/store.ts';
import type { PgliteDatabase } from './pglite.ts';

const KINDS = ['sqlite', 'postgres', 'pglite'] as const;
type Kind = (typeof KINDS)[number];

/** `sqlite` unless told otherwise. */
export function chosenStore(): Kind {
  const chosen = process.env.PIDGE_TEST_STORE || 'sqlite';
  const kind = KINDS.find((one) => one === chosen);
  if (!kind) throw new Error(`PIDGE_TEST_STORE is "${chosen}". Allowed: ${KINDS.join(', ')}.`);
  return kind;
}

/** Empty and given back: starting another takes a second. */
const idle: PgliteDatabase[] = [];

/**
 * Makes `config` name an empty store of the chosen kind. PGlite has no address, so there the store itself is answered,
 * opened. `release` is for the time after the store is closed.
 */
export async function prepareStore(config: Config, clock: Clock): Promise<{ store?: Store; release(): Promise<void> }> {
  const kind = chosenStore();
  if (kind === 'pglite') return openOnPglite(clock);
  config.database = ':memory:';
  if (kind === 'postgres') {
    const { createDatabase } = await import('./postgres-server.ts');
    config.database = await createDatabase(inject('postgresUrl'));
  }
  return { release: async () => undefined };
}

async function openOnPglite(clock: Clock): Promise<{ store: Store; release(): Promise<void> }> {
  const [{ PgliteDatabase }, { openPostgresOn }] = await Promise.all([
    import('./pglite.ts'),
    import('../../src/store/postgres/open.ts'),
  ]);
  const database = idle.pop() ?? new PgliteDatabase();
  return {
    // It has no disk to be durable on.
    store: await openPostgresOn(database, { clock, acceptLoss: true }),
    async release() {
      await database.reset();
      idle.push(database);
    },
  };
}
