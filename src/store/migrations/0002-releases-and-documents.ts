import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Releases (messages that have yet to get a sender, or their hour) and resources of configuration. */
const STATEMENTS = [
  "create index work_releases on work (message_sid) where kind = 'release'",

  // One table for all that is configured over REST and rarely written; name: what it is found by, unique in its parent.
  `create table documents (
    account_sid text not null, kind text not null, sid text not null, parent_sid text not null, name text,
    properties text not null, created_at integer not null, updated_at integer not null,
    primary key (account_sid, kind, sid)) without rowid`,
  'create unique index documents_name on documents (account_sid, kind, parent_sid, name) where name is not null',
  'create index documents_parent on documents (account_sid, kind, parent_sid, created_at, sid)',
];

export const releasesAndDocuments: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
