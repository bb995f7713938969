import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What few messages wish for, media with the bytes they share, and short links. */
const STATEMENTS = [
  "alter table messages add column options text not null default '{}'",

  // position: the place among the media of its message, from 0.
  `create table media (
    sid text primary key, account_sid text not null, message_sid text not null, position integer not null,
    content_type text not null, size_bytes integer not null, blob_key text not null, created_at integer not null,
    updated_at integer not null) without rowid`,
  'create index media_message on media (message_sid, position)',
  'create index media_blob on media (blob_key)',
  'create index media_account on media (account_sid, created_at)',

  // One life of some bytes. Who is about to refer to it holds it for a while; when nobody does and nothing refers to
  // it, it is dying: its file goes, then its row. The same bytes then begin another life under another key, so a file
  // that is late in going is never one that came back.
  `create table blobs (
    key text primary key, hash text not null, size_bytes integer not null, held_until integer not null,
    holders integer not null, dying integer not null, created_at integer not null) without rowid`,
  'create unique index blobs_hash on blobs (hash) where dying = 0',
  'create index blobs_dying on blobs (key) where dying = 1',
  // held_until: 0 when the last of its holders has settled, or somebody has looked what became of them.
  'create index blobs_held on blobs (held_until) where held_until > 0',

  `create table links (
    code text primary key, account_sid text not null, message_sid text not null, domain_sid text not null,
    target text not null, clicks integer not null, created_at integer not null, expires_at integer not null)
    without rowid`,
  'create index links_message on links (message_sid)',
  'create index links_expiry on links (expires_at)',

  "create index work_fetches on work (message_sid) where kind = 'fetch'",
];

export const mediaAndLinks: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
