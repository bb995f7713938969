/** A second token that was made before it stood in the row of its account is still good after the start. */
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import { expect, it } from 'vitest';
import { NodeSqliteDialect } from '../../src/store/kysely-sqlite.ts';
import { secondToken as onSqlite } from '../../src/store/migrations/0006-second-token.ts';
import { secondToken as onPostgres } from '../../src/store/migrations/postgres/0006-second-token.ts';
import { PgliteDatabase } from '../helpers/pglite.ts';

const BEFORE = [
  'create table accounts (sid text primary key, sealed_token text not null)',
  `create table documents (account_sid text not null, kind text not null, sid text not null, name text,
    properties text not null, created_at bigint not null)`,
  "insert into accounts values ('AC1', 'first'), ('AC2', 'other')",
  `insert into documents values ('AC1', 'secondary-token', 'x', 'second', '{"sealed":"v1:se\u00e4led"}', 1700000000000),
    ('AC1', 'service', 'MG1', null, '{"friendly_name":"nul"}', 5)`,
];
const ACCOUNTS = 'select sid, sealed_token, sealed_second, second_at from accounts order by sid';
const AFTER = [
  { sid: 'AC1', sealed_token: 'first', sealed_second: 'v1:se\u00e4led', second_at: 1_700_000_000_000 },
  { sid: 'AC2', sealed_token: 'other', sealed_second: null, second_at: null },
];

it('on SQLite', async () => {
  const db = new DatabaseSync(':memory:');
  for (const statement of BEFORE) db.exec(statement);
  await onSqlite.up(new Kysely({ dialect: new NodeSqliteDialect(db) }));
  expect(db.prepare(ACCOUNTS).all()).toEqual(AFTER);
  expect(db.prepare('select kind from documents').all()).toEqual([{ kind: 'service' }]);
  db.close();
});

it('on PostgreSQL', async () => {
  const database = new PgliteDatabase();
  const connection = await database.connect();
  for (const statement of BEFORE) await connection.query(statement);
  const query = async (text: string, values: readonly unknown[] = []) => {
    const rows = await connection.records(text, values);
    return { command: 'SELECT' as const, rowCount: rows.length, rows };
  };
  const client = { query: query as PostgresPoolClient['query'], release: () => undefined };
  const pool: PostgresPool = { options: {}, connect: async () => client, end: async () => undefined };
  await onPostgres.up(new Kysely({ dialect: new PostgresDialect({ pool }) }));
  expect(await connection.records(ACCOUNTS, [])).toEqual(AFTER);
  expect(await connection.records('select kind from documents', [])).toEqual([{ kind: 'service' }]);
  await connection.close();
  await database.close();
}, 60_000);
