import { COOKIE_IDLE_MS, type CookieJar } from '../../domain/cookies.ts';
import type { LoopCount } from '../../domain/reply-loop.ts';
import { pairFrom } from '../inbound-rows.ts';
import { HEARD_MS, type Pair } from '../inbound-shapes.ts';
import type { Row } from '../rows.ts';
import type { WriteContext } from './context.ts';

/** What is kept of two addresses that talk, and for how long what came in is known again. */

/** A few at a time: accepting waits no longer for it than for any other group. */
const ROWS = 1_000;

export function pairOf(ctx: WriteContext, accountSid: string, pair: string): Pair | null {
  const row = ctx
    .sql('select jar, loop_replies, loop_at from pairs where account_sid = ? and pair = ?')
    .get(accountSid, pair) as unknown as Row | undefined;
  return row ? pairFrom(row) : null;
}

export function keepJar(ctx: WriteContext, accountSid: string, pair: string, jar: CookieJar, now: number): void {
  ctx
    .sql(
      `insert into pairs values (?, ?, ?, 0, 0, ?)
       on conflict (account_sid, pair) do update set jar = excluded.jar, used_at = excluded.used_at`,
    )
    .run(accountSid, pair, JSON.stringify(jar), now);
}

export function keepLoop(ctx: WriteContext, accountSid: string, pair: string, loop: LoopCount, now: number): void {
  ctx
    .sql(
      `insert into pairs values (?, ?, null, ?, ?, ?) on conflict (account_sid, pair) do update set
       loop_replies = excluded.loop_replies, loop_at = excluded.loop_at, used_at = excluded.used_at`,
    )
    .run(accountSid, pair, loop.replies, loop.lastAt, now);
}

export function forgetInbound(ctx: WriteContext, now: number): number {
  const heard = ctx
    .sql(
      `delete from heard where (connector, carrier_id) in
       (select connector, carrier_id from heard where at < ? order by at limit ${ROWS})`,
    )
    .run(now - HEARD_MS);
  const pairs = ctx
    .sql(
      `delete from pairs where (account_sid, pair) in
       (select account_sid, pair from pairs where used_at < ? order by used_at limit ${ROWS})`,
    )
    .run(now - COOKIE_IDLE_MS);
  return Number(heard.changes) + Number(pairs.changes);
}
