import { COOKIE_IDLE_MS, type CookieJar } from '../../domain/cookies.ts';
import type { LoopCount } from '../../domain/reply-loop.ts';
import { pairFrom } from '../inbound-rows.ts';
import { HEARD_MS, type Pair } from '../inbound-shapes.ts';
import type { Batch } from './batch.ts';
import { Columns } from './columns.ts';

/** What is kept of two addresses that talk, and for how long what came in is known again. */

const ROWS = 1_000;

export interface PairKey {
  accountSid: string;
  pair: string;
}

/** What is kept of these, by `nameOfPair`. */
export async function pairsOf(batch: Batch, keys: PairKey[]): Promise<Map<string, Pair>> {
  const columns = new Columns(2);
  for (const { accountSid, pair } of keys) columns.push(accountSid, pair);
  if (columns.size === 0) return new Map();
  const rows = await batch.query(
    `select p.account_sid, p.pair, p.jar, p.loop_replies, p.loop_at
     from (select distinct * from unnest($1::text[], $2::text[]) k (account_sid, pair)) k
     join pairs p on p.account_sid = k.account_sid and p.pair = k.pair`,
    columns.values,
  );
  return new Map(
    rows.map(([accountSid, pair, ...row]) => [
      nameOfPair({ accountSid: accountSid as string, pair: pair as string }),
      pairFrom(row),
    ]),
  );
}

export function nameOfPair({ accountSid, pair }: PairKey): string {
  return `${accountSid} ${pair}`;
}

export type PairChange = PairKey & { jar: CookieJar | null; loop: LoopCount | null };

/** In sorted order, as every lock; what is `null` stays as it is. Of several changes of a pair the last counts. */
export async function keepPairs(batch: Batch, changes: PairChange[], now: number): Promise<void> {
  const merged = new Map<string, PairChange>();
  for (const change of changes) {
    const name = nameOfPair(change);
    const known = merged.get(name);
    merged.set(name, { ...change, jar: change.jar ?? known?.jar ?? null, loop: change.loop ?? known?.loop ?? null });
  }
  if (merged.size === 0) return;
  const columns = new Columns(5);
  for (const [, { accountSid, pair, jar, loop }] of [...merged].sort(([a], [b]) => (a < b ? -1 : 1))) {
    columns.push(accountSid, pair, jar && JSON.stringify(jar), loop?.replies ?? null, loop?.lastAt ?? null);
  }
  await batch.query(
    `with u as materialized (
       select * from unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[]) u (account_sid, pair, jar, replies, at)),
     made as (insert into pairs (account_sid, pair, jar, loop_replies, loop_at, used_at)
       select account_sid, pair, jar, coalesce(replies, 0), coalesce(at, 0), $6 from u
       on conflict (account_sid, pair) do update set jar = coalesce(excluded.jar, pairs.jar), used_at = excluded.used_at,
         loop_replies = case when excluded.loop_at = 0 then pairs.loop_replies else excluded.loop_replies end,
         loop_at = case when excluded.loop_at = 0 then pairs.loop_at else excluded.loop_at end
       returning 1)
     select count(*) from made`,
    [...columns.values, now],
  );
}

export async function forgetInbound(batch: Batch, now: number): Promise<number> {
  const heard = await batch.query(
    `delete from heard where (connector, carrier_id) in (select connector, carrier_id from heard where at < $1
       order by at limit ${ROWS} for update skip locked) returning 1`,
    [now - HEARD_MS],
  );
  const pairs = await batch.query(
    `delete from pairs where (account_sid, pair) in (select account_sid, pair from pairs where used_at < $1
       order by used_at limit ${ROWS} for update skip locked) returning 1`,
    [now - COOKIE_IDLE_MS],
  );
  return heard.length + pairs.length;
}
