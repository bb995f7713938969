import type { Migration, MigrationProvider } from 'kysely/migration';
import type { Faults } from '../domain/faults.ts';

/** Migrations by name, in order, loaded when they are needed. A name that was ever released never changes. */
export type Migrations = Record<string, () => Promise<Migration>>;

export interface MigrationState {
  applied: string[];
  pending: string[];
}

/** What has been done and what is to do. Throws when a newer program has been here. */
export function stateOf(migrations: Migrations, applied: string[]): MigrationState {
  const unknown = applied.filter((name) => !(name in migrations));
  if (unknown.length > 0) {
    throw new Error(
      `The store was written by a newer Pidge (it has ${unknown.join(', ')}). Start that version, or restore a backup made by this one.`,
    );
  }
  return { applied, pending: Object.keys(migrations).filter((name) => !applied.includes(name)) };
}

/** Hands the migrations to Kysely, each between two fault points. */
export function providerOf(migrations: Migrations, faults: Faults): MigrationProvider {
  return {
    async getMigrations(): Promise<Record<string, Migration>> {
      const loaded: Record<string, Migration> = {};
      for (const [name, load] of Object.entries(migrations)) {
        const migration = await load();
        loaded[name] = {
          async up(trx) {
            faults.at('migrate.before-step');
            await migration.up(trx);
            faults.at('migrate.after-step');
          },
        };
      }
      return loaded;
    },
  };
}
