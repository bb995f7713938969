/** Messages that were listed by the millisecond they were sent in have their place by the second after the start. */
import { expect, it } from 'vitest';
import { listedBySecond } from '../../src/store/migrations/0017-listed-by-second.ts';
import { migratedPostgres, migratedSqlite } from '../helpers/old-database.ts';

const BEFORE = [
  'create table messages (sid text primary key, created_at bigint not null, sent_at bigint, listed_at bigint not null)',
  `insert into messages values ('SM1', 1000250, 1000900, 1000900), ('SM2', 1000250, 1002900, 1002900),
    ('SM3', 1000250, null, 1000250), ('SM4', 1001000, 1001000, 1001000)`,
];
const QUESTIONS = ['select sid, listed_at from messages order by sid'];
const AFTER = [
  [
    { sid: 'SM1', listed_at: 1_000_250 },
    { sid: 'SM2', listed_at: 1_002_000 },
    { sid: 'SM3', listed_at: 1_000_250 },
    { sid: 'SM4', listed_at: 1_001_000 },
  ],
];

it('on SQLite', async () => {
  expect(await migratedSqlite(BEFORE, listedBySecond, QUESTIONS)).toEqual(AFTER);
});

it('on PostgreSQL', async () => {
  expect(await migratedPostgres(BEFORE, listedBySecond, QUESTIONS)).toEqual(AFTER);
}, 60_000);
