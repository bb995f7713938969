import type { Connection, Session } from './postgres/driver.ts';
import { TRANSFER_TABLES } from './transfer-tables.ts';

/**
 * A store on PostgreSQL in the way of a restore: it is set aside, into a schema of its own, until the new one has proved
 * sound, and comes back if that does not. (`pg_restore --clean` cannot drop partitioned tables, and would drop first.)
 */
const ASIDE = 'pidge_replaced';
const REJECTED = 'pidge_rejected';

const TABLES = [
  ...TRANSFER_TABLES.map(({ name }) => name),
  ...['nodes', 'leases', 'hand_overs', 'console_sessions', 'kysely_migration', 'kysely_migration_lock'],
];
const SEQUENCES = ['work_id', 'attempts_id'];

/** Whether the database has Pidge's tables, of whatever version. */
export async function hasStore(session: Session): Promise<boolean> {
  const [row] = await session.query("select to_regclass('kysely_migration')::text");
  return row?.[0] != null;
}

/** Moves the store out of the way. */
export async function setAside(connection: Connection): Promise<void> {
  await move(connection, ASIDE);
}

/** Whether a restore that was interrupted has left a store aside. */
export async function isSetAside(session: Session): Promise<boolean> {
  return (await session.query('select 1 from pg_namespace where nspname = $1', [ASIDE])).length > 0;
}

/** Ends what `setAside` began: the new store stays, the old one goes. */
export async function forget(connection: Connection): Promise<void> {
  await connection.query(`drop schema if exists ${ASIDE} cascade`);
}

/** Undoes it: whatever has been restored goes, the old store is where it was. */
export async function bringBack(connection: Connection): Promise<void> {
  if (await hasStore(connection)) {
    await move(connection, REJECTED);
    await connection.query(`drop schema ${REJECTED} cascade`);
  }
  if (!(await isSetAside(connection))) return;
  const [row] = await connection.query('select current_schema()::text');
  const home = row?.[0] as string;
  await connection.transaction(async (session) => {
    for (const [kind, name] of await relationsIn(session, ASIDE)) {
      await session.query(`alter ${kind} ${ASIDE}.${name} set schema "${home}"`);
    }
    await session.query(`drop schema ${ASIDE}`);
  });
}

async function move(connection: Connection, schema: string): Promise<void> {
  await connection.transaction(async (session) => {
    const [row] = await session.query('select current_schema()::text');
    const found = await relationsIn(session, row?.[0] as string);
    await session.query(`create schema ${schema}`);
    for (const [kind, name] of found) await session.query(`alter ${kind} ${name} set schema ${schema}`);
  });
}

/** Our tables, their partitions and the sequences no table owns. */
async function relationsIn(session: Session, schema: string): Promise<['table' | 'sequence', string][]> {
  const rows = await session.query(
    `select case c.relkind when 'S' then 'sequence' else 'table' end, c.relname::text
     from pg_class c join pg_namespace n on n.oid = c.relnamespace
     left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where n.nspname = $1 and (
       (c.relkind in ('r', 'p') and (c.relname = any($2) or p.relname = any($2)))
       or (c.relkind = 'S' and c.relname = any($3)))`,
    [schema, TABLES, SEQUENCES],
  );
  return rows as unknown as ['table' | 'sequence', string][];
}
