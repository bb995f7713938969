import type { UsageSums } from '../report-rows.ts';
import { Columns } from './columns.ts';
import type { Session } from './driver.ts';

/** Writes what a transaction has used, each writer in rows of its own, as counters are. */
export async function countUsage(session: Session, sums: UsageSums, slot: number): Promise<void> {
  const columns = new Columns(6);
  for (const row of sums.take()) columns.push(...row);
  if (columns.size === 0) return;
  await session.query(
    `insert into usage (account_sid, day, category, slot, count, usage, price_micros)
     select u.account_sid, u.day, u.category, $7::int, u.count, u.usage, u.price_micros
     from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[])
       u (account_sid, day, category, count, usage, price_micros)
     on conflict (account_sid, day, category, slot) do update set count = usage.count + excluded.count,
       usage = usage.usage + excluded.usage, price_micros = usage.price_micros + excluded.price_micros`,
    [...columns.values, slot],
  );
}
