/** A second token that was made before it stood in the row of its account is still good after the start. */
import { expect, it } from 'vitest';
import { secondToken as onSqlite } from '../../src/store/migrations/0006-second-token.ts';
import { secondToken as onPostgres } from '../../src/store/migrations/postgres/0006-second-token.ts';
import { migratedPostgres, migratedSqlite } from '../helpers/old-database.ts';

const BEFORE = [
  'create table accounts (sid text primary key, sealed_token text not null)',
  `create table documents (account_sid text not null, kind text not null, sid text not null, name text,
    properties text not null, created_at bigint not null)`,
  "insert into accounts values ('AC1', 'first'), ('AC2', 'other')",
  `insert into documents values ('AC1', 'secondary-token', 'x', 'second', '{"sealed":"v1:se\u00e4led"}', 1700000000000),
    ('AC1', 'service', 'MG1', null, '{"friendly_name":"nul"}', 5)`,
];
const QUESTIONS = [
  'select sid, sealed_token, sealed_second, second_at from accounts order by sid',
  'select kind from documents',
];
const AFTER = [
  [
    { sid: 'AC1', sealed_token: 'first', sealed_second: 'v1:se\u00e4led', second_at: 1_700_000_000_000 },
    { sid: 'AC2', sealed_token: 'other', sealed_second: null, second_at: null },
  ],
  [{ kind: 'service' }],
];

it('on SQLite', async () => {
  expect(await migratedSqlite(BEFORE, onSqlite, QUESTIONS)).toEqual(AFTER);
});

it('on PostgreSQL', async () => {
  expect(await migratedPostgres(BEFORE, onPostgres, QUESTIONS)).toEqual(AFTER);
}, 60_000);
