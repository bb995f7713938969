import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Sends that may be at a carrier, by who sends them: a JSON array of `<work id>:<attempt>`. No row: nothing is known. */
export const handOvers: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    await sql
      .raw(
        `create table hand_overs (owner text not null, connector text not null, works text not null,
          primary key (owner, connector)) without rowid`,
      )
      .execute(db);
  },
};
