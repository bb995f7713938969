import type { OptOut, OptOutKey } from '../domain/opt-out.ts';
import type { Dialect } from './dialect.ts';
import { OPT_OUT_COLUMNS, OPT_OUT_LOG_COLUMNS, optOutFrom, optOutLogFrom, pairFrom } from './inbound-rows.ts';
import type { ClaimedWork, InboundReads } from './inbound-shapes.ts';
import type { Row } from './rows.ts';

/** Asks one statement whose parameters are `$1`, `$2`, …, on either engine. */
export type Ask = (text: string, values: (string | number)[]) => Promise<Row[]>;

const CHUNK = 200;

/** Consent that was taken back refuses no create: whoever claims the message sees it. */
export const AT_ONCE = "source <> 'consent'";

/** The reads of opt-outs, of pairs and of what an opt-out waits for, the same on both engines. */
export function inboundReads(ask: Ask, { messagesBy }: Dialect): InboundReads {
  return {
    async optedOut(accountSid: string, keys: OptOutKey[]): Promise<boolean> {
      if (keys.length === 0) return false;
      const values: (string | number)[] = [accountSid];
      const any = keys.map(
        ({ channel, peer, scope }) =>
          `(channel = $${values.push(channel)} and peer = $${values.push(peer)} and scope = $${values.push(scope)})`,
      );
      const text = `select 1 from opt_outs where account_sid = $1 and (${any.join(' or ')}) limit 1`;
      return (await ask(text, values)).length > 0;
    },

    async optOutScopes(accountSid, { channel, peer }) {
      const text = `select scope from opt_outs where account_sid = $1 and channel = $2 and peer = $3 and ${AT_ONCE}`;
      return (await ask(text, [accountSid, channel, peer])).map(([scope]) => scope as string);
    },

    async optOuts({ accountSid, scope, peer, channel, limit, after }): Promise<OptOut[]> {
      const values: (string | number)[] = [accountSid];
      const where = ['account_sid = $1'];
      if (scope !== undefined) where.push(`scope = $${values.push(scope)}`);
      if (peer !== undefined) where.push(`peer = $${values.push(peer)}`);
      if (channel !== undefined) where.push(`channel = $${values.push(channel)}`);
      if (after) {
        const place = [after.at, after.channel, after.peer, after.scope].map((value) => `$${values.push(value)}`);
        where.push(`(at, channel, peer, scope) < (${place.join(', ')})`);
      }
      // One peer has few: with the plus no engine walks the whole account in the order of its index to find them.
      const at = peer === undefined ? 'at' : '+at';
      const text = `select ${OPT_OUT_COLUMNS} from opt_outs where ${where.join(' and ')}
        order by ${at} desc, channel desc, peer desc, scope desc limit $${values.push(limit)}`;
      return (await ask(text, values)).map(optOutFrom);
    },

    async optOutLog({ accountSid, limit, before }) {
      const text = `select ${OPT_OUT_LOG_COLUMNS} from opt_out_log where account_sid = $1 and id < $2
        order by id desc limit $3`;
      return (await ask(text, [accountSid, before ?? Number.MAX_SAFE_INTEGER, limit])).map(optOutLogFrom);
    },

    async stillClaimed(works, now) {
      const attempts = new Map<number, number>();
      for (const [accountSid, some] of Map.groupBy(works, (work) => work.accountSid)) {
        for (let first = 0; first < some.length; first += CHUNK) {
          const values: (string | number)[] = [accountSid, now];
          const ids = some.slice(first, first + CHUNK).map(({ workId }) => `$${values.push(workId)}`);
          const text = `select id, attempt from work where account_sid = $1 and id in (${ids.join(', ')})
            and kind in ('send', 'notice') and owner is not null and due_at > $2`;
          for (const [id, attempt] of await ask(text, values)) attempts.set(id as number, attempt as number);
        }
      }
      return works.filter(({ workId, attempt }: ClaimedWork) => attempts.get(workId) === attempt);
    },

    async pair(accountSid, pair) {
      const text = 'select jar, loop_replies, loop_at from pairs where account_sid = $1 and pair = $2';
      const [row] = await ask(text, [accountSid, pair]);
      return row ? pairFrom(row) : null;
    },

    async lastInboundAt(accountSid, from, to) {
      const text = `select listed_at from ${messagesBy('messages_from')} where account_sid = $1
        and from_address = $2 and to_address = $3 and direction = 'inbound' order by listed_at desc, sid desc limit 1`;
      const [row] = await ask(text, [accountSid, from, to]);
      return row ? (row[0] as number) : null;
    },
  };
}
