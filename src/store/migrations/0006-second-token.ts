import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The second auth token moves from a document into the row of its account: both tokens are read at once and changed
 * under one lock, so that nobody sees an account between a promotion's two steps.
 */
const STATEMENTS = [
  'alter table accounts add column sealed_second text',
  'alter table accounts add column second_at integer',
  `update accounts set (sealed_second, second_at) = (
    select json_extract(d.properties, '$.sealed'), d.created_at from documents d
    where d.account_sid = accounts.sid and d.kind = 'secondary-token' limit 1)`,
  "delete from documents where kind = 'secondary-token'",
];

export const secondToken: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
