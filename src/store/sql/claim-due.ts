import { MESSAGE_COLUMNS, type Row } from '../rows.ts';
import type { Claim } from '../store.ts';
import type { WriteContext } from './context.ts';

const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');

/**
 * Claims work of a kind that goes with a message and has no lane, what was due first at first. Answers the work's
 * `columns`, of which the first two are its id and the attempt that begins, followed by the message.
 */
export function claimDue(
  ctx: WriteContext,
  kind: 'fetch' | 'release' | 'reply',
  columns: 'w.id, w.attempt' | 'w.id, w.attempt, w.payload',
  { owner, limit, leaseMs }: Claim,
  now: number,
): Row[] {
  const rows = ctx
    .sql(
      `select ${columns}, ${MESSAGE} from work w join messages m on m.sid = w.message_sid
       where w.kind = '${kind}' and w.lane is null and w.due_at <= ? order by w.due_at, w.id limit ?`,
    )
    .all(now, limit) as unknown as Row[];
  const lease = ctx.sql('update work set owner = ?, attempt = attempt + 1, due_at = ? where id = ?');
  for (const row of rows) {
    lease.run(owner, now + leaseMs, row[0] as number);
    row[1] = (row[1] as number) + 1;
  }
  return rows;
}
