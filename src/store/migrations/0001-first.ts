import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/**
 * The first schema. Rows hold text, integers and JSON as text. Instants are epoch milliseconds; columns ending in
 * `_us` are microseconds. Indexes are few: an accept pays for each of them.
 */
const STATEMENTS = [
  `create table accounts (
    sid text primary key, owner_sid text not null, friendly_name text not null, status text not null,
    type text not null, sealed_token text not null, default_service_sid text not null,
    created_at integer not null, updated_at integer not null)`,

  `create table senders (
    sid text primary key, account_sid text not null, address text not null unique, kind text not null,
    can_sms integer not null, can_mms integer not null, rate real, properties text not null,
    created_at integer not null, updated_at integer not null)`,
  'create index senders_account on senders (account_sid, created_at)',

  // listed_at: sent_at, else created_at; the order of lists.
  `create table messages (
    sid text primary key, account_sid text not null, service_sid text, from_address text, to_address text not null,
    body text not null, status text not null, direction text not null, num_segments integer not null,
    num_media integer not null, price_micros integer, error_code integer, created_at integer not null,
    updated_at integer not null, sent_at integer, valid_until integer not null, callback_url text,
    smart_encoded integer not null, provide_feedback integer not null, max_price_micros integer, tags text not null, history text not null,
    listed_at integer not null)`,
  'create index messages_listed on messages (account_sid, listed_at, sid)',
  'create index messages_to on messages (account_sid, to_address, listed_at)',
  'create index messages_from on messages (account_sid, from_address, listed_at)',

  // next_at_us: slot of the next message accepted. free_at_us: end of the last slot claimed. head_at: when the
  // lane may next be touched; null when it holds no work. It may be early, never late.
  `create table lanes (
    key text primary key, next_at_us integer not null, free_at_us integer not null, head_at integer)`,
  'create index lanes_head on lanes (head_at) where head_at is not null',

  // Ids are never used twice: they name an event for good, and idempotency tokens are made of them.
  `create table work (
    id integer primary key autoincrement, kind text not null, message_sid text not null, account_sid text not null,
    due_at integer not null, attempt integer not null, owner text, connector text, lane text, interval_us integer,
    cost integer, horizon_ms integer, payload text)`,
  'create index work_due on work (kind, due_at) where lane is null',
  'create index work_lane on work (lane, due_at) where lane is not null',
  "create index work_callbacks on work (message_sid) where kind = 'callback'",

  `create table parts (
    connector text not null, carrier_id text not null, message_sid text not null, part integer not null,
    state text not null, error_code integer, primary key (connector, carrier_id)) without rowid`,
  'create index parts_message on parts (message_sid, part)',
  // What a carrier still owes us, oldest first because sids are ordered by time.
  "create index parts_pending on parts (connector, message_sid) where state = 'pending'",

  `create table parked (
    id integer primary key, connector text not null, carrier_id text not null, state text not null,
    error_code integer, done_date text, at integer not null)`,
  'create index parked_key on parked (connector, carrier_id)',
  'create index parked_at on parked (at)',

  `create table attempts (
    id integer primary key autoincrement, work_id integer not null, message_sid text not null,
    account_sid text not null, attempt integer not null, at integer not null, ms integer not null,
    decision text not null, payload text not null, request text not null, response text, error_code integer,
    error text)`,
  'create index attempts_account on attempts (account_sid)',
  'create index attempts_message on attempts (message_sid)',
  "create index attempts_given_up on attempts (account_sid) where decision = 'gave_up'",

  // Messages by status and open work by kind, kept with every commit: counting five million rows takes seconds.
  'create table counters (name text primary key, n integer not null) without rowid',
];

export const first: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
