import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What few messages wish for, media with the bytes they share, and short links; told in the one for SQLite. */
const STATEMENTS = [
  "alter table messages add column options text not null default '{}'",

  `create table media (
    sid text collate "C" not null, account_sid text collate "C" not null, message_sid text collate "C" not null,
    position integer not null, content_type text not null, size_bytes bigint not null,
    blob_key text collate "C" not null, created_at bigint not null, updated_at bigint not null,
    primary key (account_sid, sid))`,
  'create index media_message on media (account_sid, message_sid, position)',
  'create index media_blob on media (blob_key)',
  'create index media_account on media (account_sid, created_at)',
  // A signed address names no account.
  'create index media_sid on media (sid)',

  `create table blobs (
    key text collate "C" primary key, hash text collate "C" not null, size_bytes bigint not null,
    held_until bigint not null, holders integer not null, dying smallint not null, created_at bigint not null)`,
  'create unique index blobs_hash on blobs (hash) where dying = 0',
  'create index blobs_dying on blobs (key) where dying = 1',
  'create index blobs_held on blobs (held_until) where held_until > 0',

  `create table links (
    code text collate "C" primary key, account_sid text collate "C" not null, message_sid text collate "C" not null,
    domain_sid text not null, target text not null, clicks integer not null, created_at bigint not null,
    expires_at bigint not null)`,
  'create index links_message on links (account_sid, message_sid)',
  'create index links_expiry on links (expires_at)',

  "create index work_fetches_due on work (due_at, id) where kind = 'fetch'",
  "create index work_fetches on work (account_sid, message_sid) where kind = 'fetch'",

  // With the id it has the whole order of claiming: without, a claim sorts the backlog of its lane.
  'drop index work_lane',
  'create index work_lane on work (account_sid, lane, due_at, id) where lane is not null',
];

export const mediaAndLinks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
