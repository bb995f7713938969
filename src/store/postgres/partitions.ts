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
  const months = monthsBetween(from, monthAfter(now, MONTHS_AHEAD));
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

interface Month {
  /** `202611`. */
  name: string;
  startAt: number;
  endAt: number;
}

export function monthsBetween(from: number, to: number): Month[] {
  const months: Month[] = [];
  for (let startAt = monthAfter(from, 0); startAt <= to; startAt = monthAfter(startAt, 1)) {
    const name = new Date(startAt).toISOString().slice(0, 7).replace('-', '');
    months.push({ name, startAt, endAt: monthAfter(startAt, 1) });
  }
  return months;
}

/** First instant of the month `months` after that of `at`. */
function monthAfter(at: number, months: number): number {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months, 1);
}
