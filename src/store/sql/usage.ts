import type { StatementSync } from 'node:sqlite';
import { USAGE_COLUMNS, type UsageSums } from '../report-rows.ts';

const COUNT = `insert into usage (${USAGE_COLUMNS}) values (?, ?, ?, ?, ?, ?)
  on conflict (account_sid, day, category) do update set count = count + excluded.count, usage = usage + excluded.usage,
  price_micros = price_micros + excluded.price_micros`;

/** Writes what a transaction has used: one row for each account, day and category. */
export function countUsage(ctx: { sql(text: string): StatementSync }, sums: UsageSums): void {
  for (const row of sums.take()) ctx.sql(COUNT).run(...row);
}
