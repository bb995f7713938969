import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { SqliteAdapter, SqliteDialect } from 'kysely';

/** Kysely on `node:sqlite`. Its own adapter denies that SQLite rolls back DDL, which it does; migrations rely on it. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

export class NodeSqliteDialect extends SqliteDialect {
  /** `db` stays open when Kysely is destroyed: it belongs to the caller. */
  constructor(db: DatabaseSync) {
    super({
      database: {
        close: () => undefined,
        prepare(text) {
          const statement = db.prepare(text);
          return {
            reader: statement.columns().length > 0,
            all: (parameters) => statement.all(...(parameters as SQLInputValue[])),
            run: (parameters) => statement.run(...(parameters as SQLInputValue[])),
            iterate: (parameters) => statement.iterate(...(parameters as SQLInputValue[])),
          };
        },
      },
    });
  }

  override createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }
}
