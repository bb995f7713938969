/** The store that the settings name, with bodies sealed where they want that. */
import { mkdirSync } from 'node:fs';
import type { Config } from './config.ts';
import { isPostgres } from './config-values.ts';
import { type Clock, realClock } from './domain/clock.ts';
import type { Observer } from './domain/events.ts';
import { bodyVault } from './seal-bodies.ts';
import { type ArmedFault, ArmedFaults } from './store/armed-faults.ts';
import { sealBodies } from './store/sealed.ts';
import { openSqlite } from './store/sqlite.ts';
import type { Store } from './store/store.ts';

/** The database that the settings name cannot be used; the message says why. */
export class DatabaseRefused extends Error {
  override readonly name = 'DatabaseRefused';
}

interface Options {
  observe: Observer;
  clock?: Clock;
  /** Instead of the one that the settings name. */
  store?: Store;
  storeFaults?: { armed: ArmedFault[]; ackBeforeCommit?: boolean };
  onFatal?: (error: unknown) => void;
}

export async function openStore(config: Config, secretKey: string, options: Options): Promise<Store> {
  const store = options.store ?? (await openPlain(config, options));
  return sealBodies(store, bodyVault(secretKey), {
    isOn: config.privacy.sealBodies,
    onBroken(sid, error) {
      const at = (options.clock ?? realClock).now();
      options.observe({
        type: 'fault',
        at,
        where: 'store: open a body',
        error: new Error(`The body of ${sid} does not open`, { cause: error }),
      });
    },
  });
}

async function openPlain(config: Config, options: Options): Promise<Store> {
  // The machine's own clock: the store measures its distance from its own against this one.
  const clock = options.clock ?? realClock;
  const onMigrating = (steps: string[]): void => {
    options.observe({ type: 'store.migrating', at: clock.now(), steps });
  };
  if (isPostgres(config.database)) {
    // Loaded here, so that a start on SQLite does not pay for it.
    const { openPostgres } = await import('./store/postgres/open.ts');
    const faults = new ArmedFaults(options.storeFaults?.armed ?? []);
    try {
      const { acceptLoss } = config.store;
      return await openPostgres({ url: config.database, clock, faults, acceptLoss, onMigrating });
    } catch (error) {
      throw new DatabaseRefused(error instanceof Error ? error.message : String(error), { cause: error });
    }
  }
  if (config.database !== ':memory:') mkdirSync(config.data, { recursive: true, mode: 0o700 });
  return openSqlite({
    path: config.database,
    clock,
    faults: options.storeFaults?.armed,
    ackBeforeCommit: options.storeFaults?.ackBeforeCommit,
    onFatal: options.onFatal ?? raise,
    onMigrating,
  });
}

function raise(error: unknown): never {
  throw error;
}
