import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which confirmations an opt-out has to wait for. The same on both engines. */
export const claimedNotices: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const where = "where kind = 'notice' and owner is not null";
    await sql.raw(`create index work_notices_claimed on work (account_sid) ${where}`).execute(db);
  },
};
