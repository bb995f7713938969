/** Reads of many things in one statement, for rooms that work in batches; the same on both engines. */
import type { OptOutKey } from '../domain/opt-out.ts';
import type { BatchReads } from './batch-shapes.ts';
import type { Dialect } from './dialect.ts';
import { type Ask, AT_ONCE } from './inbound-reads.ts';
import type { Media } from './media.ts';
import { MEDIA_COLUMNS, mediaFrom } from './media-rows.ts';
import { DOCUMENT_COLUMNS, documentFrom, type Row, SENDER_COLUMNS, senderFrom } from './rows.ts';

/** Keys in one statement at most: SQLite takes any number, but a plan is made for every length. */
export const CHUNK = 256;

export function batchReads(ask: Ask, { messagesBy }: Dialect): BatchReads {
  /** `keys`: a row each. `text` is given the places of all, `($2, $3), ($4, $5)`, behind those of `before`. */
  async function askAll(before: string[], keys: string[][], text: (places: string) => string): Promise<Row[]> {
    const distinct = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
    const rows: Row[] = [];
    for (let first = 0; first < distinct.length; first += CHUNK) {
      const values = [...before];
      const places = padded(distinct.slice(first, first + CHUNK)).map(
        (key) => `(${key.map((value) => `$${values.push(value)}`).join(', ')})`,
      );
      rows.push(...(await ask(text(places.join(', ')), values)));
    }
    return rows;
  }

  return {
    async sendersByAddress(addresses) {
      const rows = await askAll([], one(addresses), (places) => {
        return `select ${SENDER_COLUMNS} from senders where address in (${places})`;
      });
      return rows.map(senderFrom);
    },

    async documentsByName(accountSid, kind, names) {
      const rows = await askAll([accountSid, kind], one(names), (places) => {
        return `select ${DOCUMENT_COLUMNS} from documents where account_sid = $1 and kind = $2
          and name in (${places}) order by created_at desc, sid desc`;
      });
      return rows.map(documentFrom);
    },

    async mediaOf(keys) {
      const found: Media[] = [];
      for (const [accountSid, some] of Map.groupBy(keys, (key) => key.accountSid)) {
        const rows = await askAll([accountSid], one(some.map(({ messageSid }) => messageSid)), (places) => {
          return `select ${MEDIA_COLUMNS} from media where account_sid = $1
            and message_sid in (${places}) order by created_at desc, position`;
        });
        found.push(...rows.map(mediaFrom));
      }
      return found;
    },

    async lastSenders(accountSid, serviceSid, recipients) {
      const rows = await askAll([accountSid, serviceSid], one(recipients), (places) => {
        return `with k (peer) as (values ${places})
          select k.peer, (select from_address from ${messagesBy('messages_to')} where account_sid = $1 and to_address = k.peer
            and service_sid = $2 and from_address is not null and direction <> 'inbound'
            order by listed_at desc, sid desc limit 1) from k`;
      });
      return new Map(rows.flatMap(([to, from]) => (from === null ? [] : [[to as string, from as string]])));
    },

    async lastInboundsAt(accountSid, pairs) {
      const keys = pairs.map(({ from, to }) => [from, to]);
      const rows = await askAll([accountSid], keys, (places) => {
        return `with k (writer, receiver) as (values ${places})
          select k.writer, k.receiver, (select listed_at from ${messagesBy('messages_from')} where account_sid = $1
            and from_address = k.writer and to_address = k.receiver and direction = 'inbound'
            order by listed_at desc, sid desc limit 1) from k`;
      });
      return rows.flatMap(([from, to, at]) =>
        at === null ? [] : [{ from: from as string, to: to as string, at: at as number }],
      );
    },

    async optOutsOf(accountSid, who) {
      const keys = who.map(({ channel, peer }) => [channel, peer]);
      const rows = await askAll([accountSid], keys, (places) => {
        return `select channel, peer, scope from opt_outs where account_sid = $1 and ${AT_ONCE}
          and (channel, peer) in (values ${places})`;
      });
      return rows.map(([channel, peer, scope]) => ({ channel, peer, scope }) as OptOutKey);
    },
  };
}

function one(keys: string[]): string[][] {
  return keys.map((key) => [key]);
}

/** The last one again, up to the next power of two: few lengths mean few statements to be prepared and kept. */
export function padded<Key>(keys: Key[]): Key[] {
  const last = keys.at(-1);
  if (last === undefined) return keys;
  const length = 2 ** Math.ceil(Math.log2(keys.length));
  return [...keys, ...Array.from({ length: length - keys.length }, () => last)];
}
