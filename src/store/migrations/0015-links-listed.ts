import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Short links of an account, newest first. The same on both engines. */
export const linksListed: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql.raw('create index links_listed on links (account_sid, created_at, code)').execute(db);
  },
};
