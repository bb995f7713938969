import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What comes in, who wants nothing more, and what an account is told of itself: errors and usage. */
const STATEMENTS = [
  // Who has opted out of what: one row a scope (a sender's address, or a service).
  `create table opt_outs (
    account_sid text not null, channel text not null, peer text not null, scope text not null, source text not null,
    at integer not null, primary key (account_sid, channel, peer, scope)) without rowid`,
  'create index opt_outs_listed on opt_outs (account_sid, at)',
  // Nothing is ever taken from it.
  `create table opt_out_log (
    id integer primary key autoincrement, account_sid text not null, channel text not null, peer text not null,
    scope text not null, change text not null, source text not null, actor text, at integer not null)`,
  'create index opt_out_log_account on opt_out_log (account_sid, id)',
  // Whose sends an opt-out has to wait for.
  "create index work_claimed on work (account_sid) where kind = 'send' and owner is not null",

  // Carrier ids of what came in: seen before.
  `create table heard (
    connector text not null, carrier_id text not null, message_sid text not null, at integer not null,
    primary key (connector, carrier_id)) without rowid`,
  'create index heard_at on heard (at)',

  // Parts of long messages. key: null when another joining has taken its place before it was taken in. message_sid:
  // what it became; from then on it holds no text, and is kept so that late repetitions find it.
  `create table joinings (
    ref text primary key, connector text not null, key text, account_sid text not null, due_at integer not null,
    owner text, message_sid text, joining text not null) without rowid`,
  'create unique index joinings_key on joinings (connector, key) where key is not null',
  'create index joinings_due on joinings (due_at)',

  // Two addresses that talk: the app's cookies, and how often it has answered at once.
  `create table pairs (
    account_sid text not null, pair text not null, jar text, loop_replies integer not null, loop_at integer not null,
    used_at integer not null, primary key (account_sid, pair)) without rowid`,
  'create index pairs_used on pairs (used_at)',

  `create table alerts (
    sid text primary key, account_sid text not null, resource_sid text, service_sid text, error_code integer not null,
    level text not null, alert_text text not null, at integer not null, request text, response text)`,
  'create index alerts_account on alerts (account_sid, at)',
  'create index alerts_resource on alerts (resource_sid)',
  'create index alerts_at on alerts (at)',

  // A day of an account (UTC, 2026-01-31) in one category.
  `create table usage (
    account_sid text not null, day text not null, category text not null, count integer not null,
    usage integer not null, price_micros integer not null, primary key (account_sid, day, category)) without rowid`,
];

export const inbound: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
