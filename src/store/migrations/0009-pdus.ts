import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** PDUs of connectors, kept to be looked at. */
const STATEMENTS = [
  // account_sid: empty of what belongs to no message. octets: base64, sealed where bodies are.
  `create table pdus (
    id integer primary key autoincrement, account_sid text not null, message_sid text, connector text not null,
    bind text not null, peer text not null, ours integer not null, octets text not null, at integer not null)`,
  'create index pdus_message on pdus (message_sid) where message_sid is not null',
  'create index pdus_connector on pdus (connector, id)',
];

export const pdus: Migration = {
  async up(db: Kysely<unknown>): Promise<void> {
    for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
  },
};
