import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who came by a short link, and what was taken away from the console. The same on both engines. */
const STATEMENTS = [
  // previews: visits of programs, which are no clicks. visits: a line each, newest first, bounded (`link-visits.ts`).
  'alter table links add column previews integer not null default 0',
  "alter table links add column visits text not null default ''",
  // JSON; null: nothing was taken.
  'alter table console_audit add column taken text',
];

export const visitsAndExports: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
