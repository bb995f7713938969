import type { Ask } from './inbound-reads.ts';
import { ALERT_COLUMNS, alertFrom } from './report-rows.ts';
import type { ReportReads, UsagePeriod } from './report-shapes.ts';

/** Letters of a day that name its period. */
const LETTERS: Record<UsagePeriod, number> = { day: 10, month: 7, year: 4, all: 0 };

/** The reads of alerts and usage, the same on both engines. */
export function reportReads(ask: Ask): ReportReads {
  return {
    async alerts({ accountSid, level, from, to, after, before, limit, offset = 0 }) {
      const values: (string | number)[] = [accountSid];
      const where = ['account_sid = $1'];
      if (level !== undefined) where.push(`level = $${values.push(level)}`);
      if (from !== undefined) where.push(`at >= $${values.push(from)}`);
      if (to !== undefined) where.push(`at <= $${values.push(to)}`);
      const place = before ?? after;
      if (place) where.push(`(at, sid) ${before ? '>' : '<'} ($${values.push(place.at)}, $${values.push(place.sid)})`);
      const way = before ? 'asc' : 'desc';
      const text = `select ${ALERT_COLUMNS} from alerts where ${where.join(' and ')}
        order by at ${way}, sid ${way} limit $${values.push(limit)} offset $${values.push(offset)}`;
      const found = (await ask(text, values)).map(alertFrom);
      return before ? found.reverse() : found;
    },

    async alert(accountSid, sid) {
      const text = `select ${ALERT_COLUMNS} from alerts where account_sid = $1 and sid = $2`;
      const [row] = await ask(text, [accountSid, sid]);
      return row ? alertFrom(row) : null;
    },

    async usage({ accountSids, from, to, per }) {
      const values: (string | number)[] = [from, to];
      const accounts = accountSids.map((sid) => `$${values.push(sid)}`);
      if (accounts.length === 0) return [];
      const period = `substr(day, 1, ${LETTERS[per]})`;
      const text = `select ${period}, category, cast(sum(count) as bigint), cast(sum(usage) as bigint),
          cast(sum(price_micros) as bigint)
        from usage where account_sid in (${accounts.join(', ')}) and day >= $1 and day <= $2
        group by ${period}, category order by 1 desc, category`;
      return (await ask(text, values)).map((row) => ({
        period: row[0] as string,
        category: row[1] as string,
        count: row[2] as number,
        usage: row[3] as number,
        priceMicros: row[4] as number,
      }));
    },
  };
}
