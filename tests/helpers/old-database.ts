/** Databases as they stood before a migration, on both engines, and what it makes of them. */
import { DatabaseSync } from 'node:sqlite';
import { Kysely, PostgresDialect, type PostgresPool, type PostgresPoolClient } from 'kysely';
import type { Migration } from 'kysely/migration';
import { NodeSqliteDialect } from '../../src/store/kysely-sqlite.ts';
import { PgliteDatabase } from './pglite.ts';

/** Answers the rows of each of `questions` after the migration. */
export async function migratedSqlite(
  before: string[],
  migration: Migration,
  questions: string[],
): Promise<unknown[][]> {
  const db = new DatabaseSync(':memory:');
  for (const statement of before) db.exec(statement);
  await migration.up(new Kysely({ dialect: new NodeSqliteDialect(db) }));
  const answers = questions.map((question) => db.prepare(question).all());
  db.close();
  return answers;
}

/** The same on PostgreSQL's dialect. */
export async function migratedPostgres(
  before: string[],
  migration: Migration,
  questions: string[],
): Promise<unknown[][]> {
  const database = new PgliteDatabase();
  const connection = await database.connect();
  for (const statement of before) await connection.query(statement);
  const query = async (text: string, values: readonly unknown[] = []) => {
    const rows = await connection.records(text, values);
    return { command: 'SELECT' as const, rowCount: rows.length, rows };
  };
  const client = { query: query as PostgresPoolClient['query'], release: () => undefined };
  const pool: PostgresPool = { options: {}, connect: async () => client, end: async () => undefined };
  await migration.up(new Kysely({ dialect: new PostgresDialect({ pool }) }));
  const answers: unknown[][] = [];
  for (const question of questions) answers.push(await connection.records(question, []));
  await connection.close();
  await database.close();
  return answers;
}
