import type { Status } from '../../domain/message.ts';
import { POSTGRES } from '../dialect.ts';
import type { Finding } from '../store.ts';
import { rulesIn, walkFault } from '../verify.ts';
import type { Connection } from './driver.ts';

const PAGE = 5_000;

/** Checks every invariant the store promises, in one snapshot: running writers must not look like a contradiction. */
export async function findings(connection: Connection): Promise<Finding[]> {
  return connection.transaction(async (session) => {
    await session.query('set transaction isolation level repeatable read, read only');
    const found: Finding[] = [];
    for (const [rule, text] of Object.entries(rulesIn(POSTGRES))) {
      for (const [subject, detail] of await session.query(text)) {
        found.push({ rule, subject: String(subject), detail: String(detail) });
      }
    }
    let last: unknown[] = ['', 0, ''];
    for (;;) {
      const rows = await session.query(
        `select account_sid, sid_at, sid, status, history from messages
         where (account_sid, sid_at, sid) > ($1, $2, $3) order by account_sid, sid_at, sid limit ${PAGE}`,
        last,
      );
      for (const [, , sid, status, history] of rows) {
        const detail = walkFault(status as Status, history as string);
        if (detail) found.push({ rule: 'walk', subject: sid as string, detail });
      }
      if (rows.length < PAGE) return found;
      last = rows.at(-1)?.slice(0, 3) ?? last;
    }
  });
}
