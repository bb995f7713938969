import type { DatabaseSync } from 'node:sqlite';
import { type Event, STATUSES, type Status, step } from '../domain/message.ts';
import { type Dialect, SQLITE } from './dialect.ts';
import { historyFrom } from './rows.ts';
import type { Finding } from './store.ts';
import { HELD_AT, IN_ORDER } from './transition.ts';

/**
 * Every rule answers `subject, detail` for each row that breaks it, in the words of the engine. All are read-only.
 * What is missing is found by `except`: `not in` looks through all rows again for each when they outgrow memory.
 */
export const rulesIn = ({ greatest, text }: Dialect): Record<string, string> => ({
  'legal-status': `select sid, status from messages
    where status not in (${STATUSES.map((status) => `'${status}'`).join(', ')})`,

  'send-work-without-message': `select w.message_sid, 'work ' || w.id from work w
    left join messages m on m.sid = w.message_sid where w.kind = 'send' and m.sid is null`,

  'send-work-of-settled-message': `select m.sid, m.status || ' with work ' || w.id from work w
    join messages m on m.sid = w.message_sid where w.kind = 'send' and m.status not in ('queued', 'sending')`,

  'sending-without-work': `select sid, 'no send work' from (
      select sid from messages where status in ('queued', 'sending')
      except select message_sid from work where kind = 'send'
      except select message_sid from work where kind = 'fetch') missing`,

  'fetch-work-of-the-wrong-message': `select w.message_sid, coalesce(m.status, 'no message') from work w
    left join messages m on m.sid = w.message_sid
    where w.kind = 'fetch' and (m.sid is null or m.status not in ('accepted', 'scheduled', 'queued'))`,

  'release-work-of-the-wrong-message': `select w.message_sid, coalesce(m.status, 'no message') from work w
    left join messages m on m.sid = w.message_sid
    where w.kind = 'release' and (m.sid is null or m.status not in ('accepted', 'scheduled'))`,

  'waiting-without-release': `select sid, 'no release work' from (
      select sid from messages where status in ('accepted', 'scheduled')
      except select message_sid from work where kind = 'release'
      except select message_sid from work where kind = 'fetch') missing`,

  'two-send-works': `select message_sid, count(*) || ' rows' from work where kind not in ('callback', 'esme', 'notice')
    group by message_sid having count(*) > 1`,

  'reply-work-of-the-wrong-message': `select w.message_sid, coalesce(m.status, 'no message') from work w
    left join messages m on m.sid = w.message_sid
    where w.kind = 'reply' and (m.sid is null or m.status <> 'receiving')`,

  'receiving-without-reply-work': `select sid, 'no reply work' from (
      select sid from messages where status = 'receiving'
      except select message_sid from work where kind = 'reply'
      except select message_sid from work where kind = 'esme') missing`,

  'joining-with-text-after-all': `select ref, message_sid from joinings
    where message_sid is not null and replace(joining, '"octets":""', '') like '%"octets":"%'`,

  'opt-out-without-log': `select account_sid, channel || ' ' || peer || ' ' || scope from (
      select account_sid, channel, peer, scope from opt_outs
      except select account_sid, channel, peer, scope from opt_out_log where change = 'opt-out') missing`,

  'sent-at': `select sid, status || ', sent_at ' || coalesce(${text('sent_at')}, 'null') from messages
    where direction <> 'inbound' and (
      (status in ('sent', 'delivered', 'undelivered', 'read') and sent_at is null)
      or (status in ('accepted', 'scheduled', 'queued', 'sending', 'canceled') and sent_at is not null))`,

  'listed-at': `select sid, 'listed_at ' || listed_at from messages
    where listed_at <> ${greatest}(created_at, coalesce(sent_at - sent_at % 1000, created_at))`,

  'parts-and-segments': `select m.sid, m.num_segments || ' segments, ' || count(p.part) || ' parts' from messages m
    left join parts p on p.message_sid = m.sid
    where m.direction <> 'inbound' and m.status in ('sent', 'delivered', 'undelivered', 'read')
    and m.from_address not like 'rcs:%'
    group by m.sid, m.num_segments having count(p.part) <> ${greatest}(1, m.num_segments)`,

  'parts-without-message': `select p.message_sid, p.connector || ' ' || p.carrier_id from parts p
    left join messages m on m.sid = p.message_sid where m.sid is null`,

  'delivered-with-open-part': `select distinct m.sid, p.carrier_id || ' is ' || p.state from messages m
    join parts p on p.message_sid = m.sid where m.status = 'delivered' and p.state <> 'delivered'`,

  'undelivered-without-cause': `select sid, 'no undelivered part' from (
      select sid from messages where status = 'undelivered'
      except select message_sid from parts where state = 'undelivered') missing`,

  'failed-without-error': `select sid, status from messages
    where status in ('failed', 'undelivered') and error_code is null`,

  'discarded-with-body': `select sid, status from messages
    where options like '%"discardContent":true%' and body <> ''
    and status in ('sent', 'delivered', 'undelivered', 'failed', 'read', 'canceled')`,

  ...callbackRules('callback', 'callback-held-for-nothing', 'two-callbacks-let-go', 'callback-out-of-order'),
  ...callbackRules('esme', 'esme-work-held-for-nothing', 'two-esme-works-let-go', 'esme-work-out-of-order'),

  'lane-asleep': `select l.key, 'head_at ' || coalesce(${text('l.head_at')}, 'null') || ', work due ' || min(w.due_at)
    from lanes l join work w on w.lane = l.key group by l.key, l.head_at, l.free_at_us
    having l.head_at is null or l.head_at > ${greatest}(min(w.due_at), (l.free_at_us + 999) / 1000)`,

  'work-without-lane': `select w.lane, 'work ' || w.id from work w left join lanes l on l.key = w.lane
    where w.lane is not null and l.key is null`,

  'media-without-message': `select a.sid, a.message_sid from media a
    left join messages m on m.sid = a.message_sid and m.account_sid = a.account_sid where m.sid is null`,

  'media-without-blob': `select a.sid, case when b.key is null then 'no blob ' else 'dying blob ' end || a.blob_key
    from media a left join blobs b on b.key = a.blob_key where b.key is null or b.dying <> 0`,

  // A hold that ran out is for the sweeper to find; without one nobody looks again.
  'blob-of-nobody': `select key, 'neither held nor dying' from (
      select key from blobs where dying = 0 and held_until = 0 except select blob_key from media) forgotten`,

  'parked-for-a-known-part': `select r.carrier_id, r.connector from parked r
    join parts p on p.connector = r.connector and p.carrier_id = r.carrier_id`,

  'impossible-usage': `select account_sid, day || ' ' || category || ': ' || count || ' messages, ' || usage from usage
    where count < 1 or usage < count`,

  counters: `select name, 'counted ' || sum(counted) || ', found ' || sum(found) from (
      select name, sum(n) counted, 0 found from counters group by name
      union all select status, 0, count(*) from messages group by status
      union all select 'work ' || kind, 0, count(*) from work group by kind) both_sides
    group by name having sum(counted) <> sum(found)`,
});

/** Of one message the oldest alone is due, whichever way its status goes out. */
function callbackRules(kind: 'callback' | 'esme', held: string, two: string, order: string): Record<string, string> {
  return {
    [held]: `select message_sid, 'work ' || min(id) from work where kind = '${kind}' and ${IN_ORDER}
    group by message_sid having min(due_at) >= ${HELD_AT}`,
    [two]: `select message_sid, count(*) || ' rows' from work
    where kind = '${kind}' and ${IN_ORDER} and due_at < ${HELD_AT} group by message_sid having count(*) > 1`,
    [order]: `select message_sid, 'work ' || id from work w where kind = '${kind}' and ${IN_ORDER} and due_at < ${HELD_AT}
    and id > (select min(id) from work o where o.kind = '${kind}' and ${IN_ORDER} and o.message_sid = w.message_sid)`,
  };
}

const EVENTS: Event[] = ['choose', 'fire', 'claim', 'take', 'deliver', 'reject', 'fail', 'cancel', 'read', 'finish'];

/** Checks every invariant the store promises, and that each message's walk is one the life cycle allows. */
export function findings(db: DatabaseSync): Finding[] {
  const found: Finding[] = [];
  // One snapshot for all rules: a running writer must not look like a contradiction.
  db.exec('savepoint verify');
  try {
    for (const [rule, text] of Object.entries(rulesIn(SQLITE))) {
      const statement = db.prepare(text);
      statement.setReturnArrays(true);
      for (const row of statement.iterate()) {
        const [subject, detail] = row as unknown as [unknown, unknown];
        found.push({ rule, subject: String(subject), detail: String(detail) });
      }
    }
    for (const row of db.prepare('select sid, status, history from messages').iterate()) {
      const detail = walkFault(row.status as Status, row.history as string);
      if (detail) found.push({ rule: 'walk', subject: row.sid as string, detail });
    }
  } finally {
    db.exec('release verify');
  }
  return found;
}

/** What is wrong with a message's walk, or `null`. */
export function walkFault(status: Status, text: string): string | null {
  let walk: Status[];
  try {
    walk = historyFrom(text).map((entry) => entry.status);
  } catch {
    return 'history is not lines of JSON';
  }
  if (walk.at(-1) !== status) return `ends ${walk.at(-1) ?? 'nowhere'}, status is ${status}`;
  for (const [index, to] of walk.entries()) {
    const from = walk[index - 1];
    // A line may repeat the status: a remark, such as a return to the queue.
    if (from === undefined || from === to) continue;
    if (!EVENTS.some((event) => step(from, event) === to)) return `steps from ${from} to ${to}`;
  }
  return null;
}
