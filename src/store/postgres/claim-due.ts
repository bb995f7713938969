import { MESSAGE_COLUMNS } from '../rows.ts';

const MESSAGE = MESSAGE_COLUMNS.map((column) => `m.${column}`).join(', ');

/**
 * The statement that claims work of a kind that goes with a message, what was due first at first: $1 now, $2 most, $3
 * the owner, $4 the end of its lease. Answers the work's `columns`, then the message.
 */
export function claimDueSql(
  kind: 'fetch' | 'release' | 'reply',
  columns: 'w.id, w.attempt' | 'w.id, w.attempt, w.payload',
): string {
  return `with due as materialized (
    select account_sid, id, due_at from work where kind = '${kind}' and due_at <= $1
    order by due_at, id limit $2 for update skip locked),
  w as (update work w set owner = $3, attempt = w.attempt + 1, due_at = $4 from due
    where w.account_sid = due.account_sid and w.id = due.id
    returning ${columns}, w.account_sid, w.sid_at, w.message_sid, due.due_at)
  select ${columns}, ${MESSAGE} from w
  join messages m on m.account_sid = w.account_sid and m.sid_at = w.sid_at and m.sid = w.message_sid
  order by w.due_at, w.id`;
}
