import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What was sent is listed by the second that the API tells (`listedAt` of `domain/message.ts`). The same on both engines. */
export const listedBySecond: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    const second = 'sent_at - sent_at % 1000';
    const place = `case when ${second} > created_at then ${second} else created_at end`;
    await sql.raw(`update messages set listed_at = ${place} where sent_at is not null`).execute(db);
  },
};
