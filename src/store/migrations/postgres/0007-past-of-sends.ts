import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What earlier attempts of a send have left behind (`SendPast`), as JSON. A column of its own: notices use `payload`. */
export const pastOfSends: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw('alter table work add column past text').execute(db);
  },
};
