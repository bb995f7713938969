import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * Sends that may be at a carrier, by who sends them: a JSON array of `<work id>:<attempt>`. No row: nothing is known.
 * Each row is written again and again: half empty pages keep its versions in place.
 */
export const handOvers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(
        `create table hand_overs (owner text collate "C" not null, connector text collate "C" not null,
          works text not null, primary key (owner, connector)) with (fillfactor = 50)`,
      )
      .execute(db);
  },
};
