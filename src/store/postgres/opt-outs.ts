import type { OptOutKey } from '../../domain/opt-out.ts';
import { addressesOf, forbidding, isForgone, type OptedOut, optedOutBy } from '../inbound-rows.ts';
import type { ClaimedWork, OptOutChange, OptOutChanged } from '../inbound-shapes.ts';
import type { Row, Walker } from '../rows.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/**
 * Opt-outs, by the rules told in `sql/opt-outs.ts`. A claim that looked before an opt-out was committed and commits
 * after it would be seen by nobody. So every claim holds the gate, shared, from before its look until its commit; and
 * who has committed an opt-out goes through it alone (`passGate`), then looks for what is claimed (`findClaimed`).
 * Whatever looked too early has been committed by then and is found; whatever passes the gate later looks later, and
 * sees the opt-out. One lock a claim, however many rows: less than one can measure. (Rejected: to lock the peer's work
 * rows instead. That reads all that was ever sent to the peer, and two such transactions and a claim can wait in a
 * circle.)
 */
const GATE = 7_671;
/** For a statement of a claim that comes before `findOptedOut`, to be joined as `gate`. */
export const CLAIM_GATE = `select pg_advisory_xact_lock_shared(${GATE}, 0)::text`;

/**
 * By the messages of the peer since the oldest that is claimed: 5 000 claimed rows looked up one by one took 120 ms.
 * What is not sent yet is listed at its creation, which its sid tells but for the moments in between.
 */
const CLAIMED = `with claimed as materialized (
    select w.id, w.account_sid, w.attempt, w.sid_at, w.message_sid from work w
    where w.owner is not null and w.kind = 'send' and w.due_at > $4),
  since as materialized (select min(sid_at) - 60000 as at from claimed),
  theirs as materialized (
    select u.n, u.account_sid, m.sid from unnest($1::int[], $2::text[], $3::text[]) u (n, account_sid, address)
    cross join lateral (
      select m.sid from messages m where m.account_sid = u.account_sid and m.to_address = u.address
        and m.listed_at >= (select at from since) and m.status in ('queued', 'sending') offset 0) m)
  select t.n, w.id, w.account_sid, w.attempt from theirs t
  join claimed w on w.account_sid = t.account_sid and w.message_sid = t.sid`;
/** Few at any time: whom they are for stands in their text, which the keyword may be gone without. */
const CLAIMED_NOTICES = `select id, account_sid, attempt, payload from work
  where kind = 'notice' and owner is not null and account_sid = any($1::text[]) and due_at > $2`;

export async function changeOptOuts(batch: Batch, items: OptOutChange[], now: number): Promise<OptOutChanged[]> {
  const answers: OptOutChanged[] = [];
  for (const item of items) {
    const count = await changeOptOut(batch, item, now);
    answers.push({ changed: count > 0, count, claimedWorks: [] });
  }
  return answers;
}

/** Answers how many records were added or removed. Claims are looked for after the commit. */
export async function changeOptOut(batch: Batch, item: OptOutChange, now: number): Promise<number> {
  const { accountSid, change, source, actor = null } = item;
  const keys = new Columns(3);
  const since: number[] = [];
  for (const { channel, peer, scope, at = now } of item.keys.toSorted(byKey)) {
    keys.push(channel, peer, scope);
    since.push(at);
  }
  if (keys.size === 0) return 0;
  const changed =
    change === 'opt-out'
      ? await batch.query(
          `insert into opt_outs (account_sid, channel, peer, scope, source, at)
           select $4, u.channel, u.peer, u.scope, $5, u.at
           from unnest($1::text[], $2::text[], $3::text[], $6::bigint[]) u (channel, peer, scope, at)
           on conflict do nothing returning channel, peer, scope`,
          [...keys.values, accountSid, source, since],
        )
      : await batch.query(
          `delete from opt_outs o using unnest($1::text[], $2::text[], $3::text[]) u (channel, peer, scope)
           where o.account_sid = $4 and o.channel = u.channel and o.peer = u.peer and o.scope = u.scope
           returning o.channel, o.peer, o.scope`,
          [...keys.values, accountSid],
        );
  if (changed.length === 0) return 0;
  const log = new Columns(3);
  for (const row of changed) log.push(...row);
  await batch.query(
    `insert into opt_out_log (account_sid, channel, peer, scope, change, source, actor, at)
     select $4, u.*, $5, $6, $7, $8 from unnest($1::text[], $2::text[], $3::text[]) u`,
    [...log.values, accountSid, change, source, actor, now],
  );
  return changed.length;
}

function byKey(a: OptOutKey, b: OptOutKey): number {
  const [one, other] = [`${a.channel} ${a.peer} ${a.scope}`, `${b.channel} ${b.peer} ${b.scope}`];
  return one < other ? -1 : one > other ? 1 : 0;
}

/** The last statement of a transaction without other locks: claims wait for its end, and it for those under way. */
export async function passGate(batch: Batch): Promise<null> {
  await batch.query(`select pg_advisory_xact_lock(${GATE}, 0)::text`);
  return null;
}

/** Whose claimed sends are looked for: of these peers, whoever they come from. */
export interface ClaimedQuestion {
  accountSid: string;
  keys: OptOutKey[];
}

/** In another transaction than the gate's, which would hold up claims. */
export async function findClaimed(batch: Batch, questions: ClaimedQuestion[], now: number): Promise<ClaimedWork[][]> {
  const columns = new Columns(3);
  for (const [index, { accountSid, keys }] of questions.entries()) {
    for (const address of new Set(keys.flatMap(addressesOf))) columns.push(index, accountSid, address);
  }
  const rows = await batch.query(CLAIMED, [...columns.values, now]);
  const answers: ClaimedWork[][] = questions.map(() => []);
  for (const [index, workId, accountSid, attempt] of rows as [number, number, string, number][]) {
    answers[index]?.push({ workId, accountSid, attempt });
  }
  const accounts = [...new Set(questions.map(({ accountSid }) => accountSid))];
  const notices = (await batch.query(CLAIMED_NOTICES, [accounts, now])) as [number, string, number, string][];
  if (notices.length === 0) return answers;
  for (const [index, { accountSid, keys }] of questions.entries()) {
    const addresses = keys.flatMap(addressesOf);
    for (const [workId, account, attempt, payload] of notices) {
      if (account !== accountSid || !isForgone(payload, addresses)) continue;
      answers[index]?.push({ workId, accountSid, attempt });
    }
  }
  return answers;
}

/** Of the messages of a claim that holds the gate, those whose peer has opted out, by sid. */
export async function findOptedOut(batch: Batch, messages: Walker[]): Promise<Map<string, OptedOut>> {
  const columns = new Columns(4);
  for (const [index, message] of messages.entries()) {
    const { channel, peer } = forbidding(message);
    columns.push(index, message.accountSid, channel, peer);
  }
  const found = new Map<string, OptedOut>();
  if (columns.size === 0) return found;
  const rows = await batch.query(
    `select u.n, o.scope, o.source
     from unnest($1::int[], $2::text[], $3::text[], $4::text[]) u (n, account_sid, channel, peer)
     join opt_outs o on o.account_sid = u.account_sid and o.channel = u.channel and o.peer = u.peer`,
    columns.values,
  );
  for (const [index, scope, source] of rows as [number, string, string][]) {
    const message = messages[index];
    if (!message || found.get(message.sid) === 1) continue;
    if (forbidding(message).scopes.includes(scope) || (await isInPool(batch, message, scope))) {
      found.set(message.sid, optedOutBy([source]));
    }
  }
  return found;
}

/** Senders of several countries stand in a pool as `<address>/<country>`. */
async function isInPool(batch: Batch, { accountSid, from }: Walker, scope: string): Promise<boolean> {
  if (from === null || !scope.startsWith('MG')) return false;
  const rows: Row[] = await batch.query(
    `select 1 from documents where account_sid = $1 and kind = 'pool' and parent_sid = $2
     and (name = $3 or starts_with(name, $3 || '/')) limit 1`,
    [accountSid, scope, from],
  );
  return rows.length > 0;
}
