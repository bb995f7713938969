import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Who has signed in to the console, and what was done there. */
const STATEMENTS = [
  // hash: of what the browser holds. stamp: changes with the user's password.
  `create table console_sessions (
    hash text primary key, user_name text not null, stamp text not null, created_at integer not null,
    expires_at integer not null) without rowid`,
  `create table console_audit (
    id integer primary key autoincrement, at integer not null, user_name text not null, role text not null,
    address text not null, verb text not null, path text not null, account_sid text, answer_status integer not null)`,
  'create index console_audit_at on console_audit (at)',
];

export const consoleTables: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
