import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Confirmations of keywords stand in lanes now, where no index told when the first of them is due. */
const STATEMENTS = ["create index work_notices on work (due_at) where kind = 'notice'"];

export const noticesInLanes: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
