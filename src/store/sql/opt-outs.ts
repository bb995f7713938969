import type { OptOutKey } from '../../domain/opt-out.ts';
import { addressesOf, forbidding, isForgone, type OptedOut, optedOutBy } from '../inbound-rows.ts';
import type { ClaimedWork, OptOutChange, OptOutChanged } from '../inbound-shapes.ts';
import type { Walker } from '../rows.ts';
import type { WriteContext } from './context.ts';

/**
 * Opt-outs (S5). A claim looks them up in its own transaction, so whatever is claimed after an opt-out is flagged. What
 * was claimed before it may still be handed over: whoever records one waits for that (`ClaimedWork`), and is done.
 */
const SCOPES = 'select scope, source from opt_outs where account_sid = ? and channel = ? and peer = ?';
/** Senders of several countries stand in a pool as `<address>/<country>`. */
const IN_POOL = `select 1 from documents where account_sid = ?1 and kind = 'pool' and parent_sid = ?2
  and (name = ?3 or name between ?3 || '/' and ?3 || '0')`;
const CLAIMED = `select w.id, w.account_sid, w.attempt from work w indexed by work_claimed
  join messages m on m.sid = w.message_sid
  where w.kind = 'send' and w.owner is not null and w.account_sid = ? and w.due_at > ?
    and m.to_address in (select value from json_each(?))`;
/** Few at any time: whom they are for stands in their text, which the keyword may be gone without. */
const CLAIMED_NOTICES = `select id, account_sid, attempt, payload from work indexed by work_notices_claimed
  where kind = 'notice' and owner is not null and account_sid = ? and due_at > ?`;

export function changeOptOuts(ctx: WriteContext, batch: OptOutChange[], now: number): OptOutChanged[] {
  return batch.map((item) => changeOptOut(ctx, item, now));
}

export function changeOptOut(ctx: WriteContext, item: OptOutChange, now: number): OptOutChanged {
  const changes = item.keys.filter((key) => changeKey(ctx, item, key, now));
  const claimedWorks = item.change === 'opt-out' ? claimedWorksOf(ctx, item.accountSid, item.keys, now) : [];
  return { changed: changes.length > 0, count: changes.length, claimedWorks };
}

function changeKey(ctx: WriteContext, item: OptOutChange, key: OptOutChange['keys'][number], now: number): boolean {
  const { channel, peer, scope, at = now } = key;
  const { accountSid, change, source, actor = null } = item;
  const { changes } =
    change === 'opt-out'
      ? ctx
          .sql('insert or ignore into opt_outs values (?, ?, ?, ?, ?, ?)')
          .run(accountSid, channel, peer, scope, source, at)
      : ctx
          .sql('delete from opt_outs where account_sid = ? and channel = ? and peer = ? and scope = ?')
          .run(accountSid, channel, peer, scope);
  if (changes === 0) return false;
  ctx
    .sql(
      `insert into opt_out_log (account_sid, channel, peer, scope, change, source, actor, at)
       values (?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .run(accountSid, channel, peer, scope, change, source, actor, now);
  return true;
}

type Claimed = [workId: number, accountSid: string, attempt: number];

/** What is claimed for these peers, whoever it comes from: a little more is waited for than was asked. */
export function claimedWorksOf(ctx: WriteContext, accountSid: string, keys: OptOutKey[], now: number): ClaimedWork[] {
  const addresses = [...new Set(keys.flatMap(addressesOf))];
  const sends = ctx.sql(CLAIMED).all(accountSid, now, JSON.stringify(addresses)) as unknown as Claimed[];
  const notices = ctx.sql(CLAIMED_NOTICES).all(accountSid, now) as unknown as [...Claimed, string][];
  const rows = [...sends, ...notices.filter(([, , , payload]) => isForgone(payload, addresses))];
  return rows.map(([workId, account, attempt]) => ({ workId, accountSid: account, attempt }));
}

/** Looks at messages while one claim runs; costs one question in all when nobody has ever opted out. */
export function lookout(ctx: WriteContext): (message: Walker) => OptedOut {
  if (!ctx.sql('select 1 from opt_outs limit 1').get()) return () => 0;
  const scopes = ctx.sql(SCOPES);
  return (message) => {
    const key = forbidding(message);
    const rows = scopes.all(message.accountSid, key.channel, key.peer) as unknown as [string, string][];
    const forbid = rows.filter(
      ([scope]) =>
        key.scopes.includes(scope) ||
        (message.from !== null && ctx.sql(IN_POOL).get(message.accountSid, scope, message.from) !== undefined),
    );
    return optedOutBy(forbid.map(([, source]) => source));
  };
}
