/** How attempts are looked through, the same on both engines. */
import type { AttemptKind, AttemptReads, AttemptSearch } from './attempt-shapes.ts';
import { CHUNK, padded } from './batch-reads.ts';
import type { Dialect } from './dialect.ts';
import type { Ask } from './inbound-reads.ts';
import { IS_INBOUND } from './kept-attempt.ts';
import { ATTEMPT_COLUMNS, attemptFrom } from './rows.ts';

/** Attempts that one call looks at when no index leads to what it wants. */
const LOOKED_AT = 10_000;

/** By what stands in a payload; inside a text the quotes would be escaped. */
const OF_KIND: Record<AttemptKind, string> = {
  status: `not (${IS_INBOUND}) and payload not like '%"click":{%' and payload not like '%"alert":true%'
    and payload not like '%"form":{%' and payload not like '%"url":"smpp:%'`,
  inbound: `${IS_INBOUND} and payload not like '%"why":"fallback"%'`,
  fallback: `${IS_INBOUND} and payload like '%"why":"fallback"%'`,
  click: `payload like '%"click":{%'`,
  alert: `payload like '%"alert":true%'`,
  trigger: `payload like '%"form":{%'`,
  esme: `payload like '%"url":"smpp:%'`,
};

export function attemptReads(ask: Ask, { attemptsByMessage }: Dialect): AttemptReads {
  return {
    async attemptPage(search) {
      const { accountSid, messageSid, decision, below, limit } = search;
      const values: (string | number)[] = [accountSid];
      const keyed = ['account_sid = $1'];
      if (messageSid !== undefined) keyed.push(`message_sid = $${values.push(messageSid)}`);
      if (below !== undefined) keyed.push(`id < $${values.push(below)}`);
      // Written out, so that the partial index of given-up attempts serves.
      if (decision === 'gave_up') keyed.push("decision = 'gave_up'");
      const place = values.length;
      const from = `from attempts where ${keyed.join(' and ')} order by id desc`;
      const wanted = conditions(search, values);
      const text =
        wanted.length === 0
          ? `select ${ATTEMPT_COLUMNS} ${from} limit $${values.push(limit + 1)}`
          : `select ${ATTEMPT_COLUMNS} from (select ${ATTEMPT_COLUMNS} ${from} limit ${LOOKED_AT}) looked
             where ${wanted.join(' and ')} order by id desc limit $${values.push(limit + 1)}`;
      const found = (await ask(text, values)).map(attemptFrom);
      const attempts = found.slice(0, limit);
      if (found.length > limit) return { attempts, next: attempts.at(-1)?.id ?? null };
      if (wanted.length === 0) return { attempts, next: null };
      const [last] = await ask(`select id ${from} limit 1 offset ${LOOKED_AT - 1}`, values.slice(0, place));
      return { attempts, next: last ? (last[0] as number) : null };
    },

    async attempt(accountSid, id) {
      const text = `select ${ATTEMPT_COLUMNS} from attempts where id = $2 and account_sid = $1`;
      const [row] = await ask(text, [accountSid, id]);
      return row ? attemptFrom(row) : null;
    },

    async replayedAmong(accountSid, ids) {
      const replayed = new Set<number>();
      for (let first = 0; first < ids.length; first += CHUNK) {
        const values: (string | number)[] = [accountSid];
        const places = padded(ids.slice(first, first + CHUNK)).map((id) => `$${values.push(id)}`);
        // A replay is of the same message as what it replays, and comes after it. Its payload says whom.
        const text = `select asked.id, attempts.payload from attempts asked join ${attemptsByMessage}
          on attempts.account_sid = asked.account_sid and attempts.message_sid = asked.message_sid
          and attempts.id > asked.id and attempts.payload like '%"replayOf":%'
          where asked.account_sid = $1 and asked.id in (${places.join(', ')})`;
        for (const [id, payload] of await ask(text, values)) {
          const { replayOf } = JSON.parse(payload as string) as { replayOf?: number };
          if (replayOf === id) replayed.add(id as number);
        }
      }
      return replayed;
    },

    async workDueAt(accountSid, workId) {
      const [row] = await ask('select due_at from work where id = $2 and account_sid = $1', [accountSid, workId]);
      return row ? (row[0] as number) : null;
    },
  };
}

function conditions({ decision, kind, url, errorCode, since }: AttemptSearch, values: (string | number)[]): string[] {
  const wanted: string[] = [];
  if (decision !== undefined && decision !== 'gave_up') wanted.push(`decision = $${values.push(decision)}`);
  if (errorCode !== undefined) wanted.push(`error_code = $${values.push(errorCode)}`);
  if (since !== undefined) wanted.push(`at >= $${values.push(since)}`);
  if (kind !== undefined) wanted.push(`(${OF_KIND[kind]})`);
  if (url !== undefined) {
    // The URL stands between these two, whose quotes no text can hold unescaped.
    const pattern = `{"method":"%","url":"%${likely(url)}%","headers":{%`;
    wanted.push(`lower(request) like lower($${values.push(pattern)}) escape '\\'`);
  }
  return wanted;
}

/** A text as it stands in JSON, for `like`. */
function likely(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(/[\\%_]/g, '\\$&');
}
