/** Alerts by their code, the same on both engines: how many, when, and a few of each to see what they have in common. */
import type { Alert, AlertLevel } from '../domain/alert.ts';
import { sidTime } from '../domain/sid.ts';
import type { Ask } from './inbound-reads.ts';
import type { AlertGroup, AlertGroupReads, MessageEnds } from './insight-shapes.ts';
import { ALERT_COLUMNS, alertFrom } from './report-rows.ts';

const LOOKED_AT = 20_000;
const SAMPLES = 25;
const SIDS_IN_ONE = 200;

/** `bySidTime`: messages are cut by the instants in their sids, so each has to be named for its part to be found. */
export function alertGroupReads(ask: Ask, bySidTime: boolean): AlertGroupReads {
  async function alertsBySid(accountSid: string, sids: string[]): Promise<Alert[]> {
    const found: Alert[] = [];
    for (let first = 0; first < sids.length; first += SIDS_IN_ONE) {
      const some = sids.slice(first, first + SIDS_IN_ONE);
      const places = some.map((_, index) => `$${index + 2}`).join(', ');
      const text = `select ${ALERT_COLUMNS} from alerts where account_sid = $1 and sid in (${places})`;
      found.push(...(await ask(text, [accountSid, ...some])).map(alertFrom));
    }
    return found;
  }

  return {
    async alertGroups({ accountSid, since, bucketMs }) {
      const newest = `select sid, error_code, level, at from alerts where account_sid = $1 and at >= $2
        order by at desc, sid desc limit ${LOOKED_AT}`;
      const counted = await ask(
        `select error_code, level, (at - cast($2 as bigint)) / cast($3 as bigint) as bucket, count(*), min(at), max(at)
         from (${newest}) looked group by error_code, level, (at - cast($2 as bigint)) / cast($3 as bigint)`,
        [accountSid, since, bucketMs],
      );
      const sampled = await ask(
        `select sid from (select sid, row_number() over (partition by error_code order by at desc, sid desc) as place
           from (${newest}) looked) placed where place <= ${SAMPLES}`,
        [accountSid, since],
      );
      const samples = await alertsBySid(
        accountSid,
        sampled.map(([sid]) => sid as string),
      );
      const byCode = Map.groupBy(samples, ({ code }) => code);
      const groups = new Map<number, AlertGroup>();
      let looked = 0;
      let oldest = Number.MAX_SAFE_INTEGER;
      for (const [code, level, bucket, count, firstAt, lastAt] of counted as [
        number,
        AlertLevel,
        number,
        number,
        number,
        number,
      ][]) {
        const group = groups.get(code) ?? {
          ...{ code, level, count: 0, firstAt, lastAt, buckets: new Map<number, number>() },
          samples: (byCode.get(code) ?? []).sort(newestFirst),
        };
        group.count += count;
        group.firstAt = Math.min(group.firstAt, firstAt);
        group.lastAt = Math.max(group.lastAt, lastAt);
        group.buckets.set(bucket, (group.buckets.get(bucket) ?? 0) + count);
        groups.set(code, group);
        looked += count;
        oldest = Math.min(oldest, firstAt);
      }
      return {
        groups: [...groups.values()].sort((a, b) => b.lastAt - a.lastAt || a.code - b.code),
        lookedBackTo: looked < LOOKED_AT ? null : oldest,
      };
    },

    async messageEnds(accountSid, sids) {
      const ends = new Map<string, MessageEnds>();
      for (let first = 0; first < sids.length; first += SIDS_IN_ONE) {
        const values: (string | number)[] = [accountSid];
        const places = sids.slice(first, first + SIDS_IN_ONE).map((sid) => {
          const key = `$${values.push(sid)}`;
          return bySidTime ? `(cast($${values.push(sidTime(sid))} as bigint), ${key})` : key;
        });
        const rows = await ask(
          `select sid, from_address, to_address, service_sid from messages
           where account_sid = $1 and ${bySidTime ? '(sid_at, sid)' : 'sid'} in (${places.join(', ')})`,
          values,
        );
        for (const [sid, from, to, serviceSid] of rows as [string, string | null, string, string | null][]) {
          ends.set(sid, { from, to, serviceSid });
        }
      }
      return ends;
    },
  };
}

function newestFirst(a: Alert, b: Alert): number {
  return b.at - a.at || (b.sid < a.sid ? -1 : 1);
}
