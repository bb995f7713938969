import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What is told to customers' own SMPP clients: found by who has them bound, and by its message. */
const STATEMENTS = [
  "create index work_esmes on work (connector, due_at, id) where kind = 'esme'",
  "create index work_esme_messages on work (message_sid) where kind = 'esme'",
];

export const esmes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
