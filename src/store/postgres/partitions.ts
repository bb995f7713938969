import { monthStart } from '../../domain/dates.ts';
import type { Session } from './driver.ts';

/** Messages by the month of their sid and attempts by the month they were made in (UTC). */
const PARTITIONED: Record<string, string> = {
  messages: ' with (fillfactor = 70)',
  attempts: '',
};
/** So many months are there ahead: a node that cannot make one has weeks to try again. */
const MONTHS_AHEAD = 2;
const LOCK = 7_670_001;

/**
 * Makes the partitions of the months from that of `from` to two after `now`'s. A month of which rows went to the
 * default partition already stays there: reads find them, only dropping that month by its partition is lost.
 */
export async function ensurePartitions(session: Session, now: number, from = now): Promise<void> {
  const months = monthsBetween(from, monthStart(now, MONTHS_AHEAD));
  const rows = await session.query(
    `select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent in ('messages'::regclass, 'attempts'::regclass)`,
  );
  const known = new Set(rows.map((row) => row[0] as string));
  for (const [table, options] of Object.entries(PARTITIONED)) {
    for (const { name, startAt, endAt } of months) {
      const partition = `${table}_${name}`;
      if (known.has(partition)) continue;
      await session.query(`select pg_advisory_lock(${LOCK})::text`);
      try {
        await session.query(
          `create table if not exists ${partition} partition of ${table} for values from (${startAt}) to (${endAt})${options}`,
        );
      } catch (error) {
        if ((error as { code?: string }).code !== '23514') throw error;
      } finally {
        await session.query(`select pg_advisory_unlock(${LOCK})::text`);
      }
    }
  }
}

/** The partitions of a table by month, oldest first; the default one is not among them. */
export async function partitionsOf(session: Session, table: string): Promise<Month[]> {
  const rows = await session.query(
    `select c.relname::text from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass and c.relname ~ '_[0-9]{6}$' order by 1`,
    [table],
  );
  return rows.map((row) => {
    const name = row[0] as string;
    const startAt = Date.UTC(Number(name.slice(-6, -2)), Number(name.slice(-2)) - 1, 1);
    return { name, startAt, endAt: monthStart(startAt, 1) };
  });
}

export interface Month {
  name: string;
  startAt: number;
  endAt: number;
}

/** The months that hold `from`, `to` and every instant between, named `202611`. */
export function monthsBetween(from: number, to: number): Month[] {
  const months: Month[] = [];
  for (let startAt = monthStart(from, 0); startAt <= to; startAt = monthStart(startAt, 1)) {
    const name = new Date(startAt).toISOString().slice(0, 7).replace('-', '');
    months.push({ name, startAt, endAt: monthStart(startAt, 1) });
  }
  return months;
}
