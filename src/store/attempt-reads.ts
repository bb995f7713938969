/** How attempts are looked through, the same on both engines. */
import type { AttemptKind, AttemptReads, AttemptSearch } from './attempt-shapes.ts';
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

export function attemptReads(ask: Ask): AttemptReads {
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
      if (ids.length === 0) return replayed;
      const asked = new Set(ids);
      // A replay comes after what it replays, and its payload says whom.
      const text = `select payload from (select payload from attempts where account_sid = $1 and id > $2
        order by id desc limit ${LOOKED_AT}) looked where payload like '%"replayOf":%'`;
      for (const [payload] of await ask(text, [accountSid, Math.min(...ids)])) {
        const { replayOf } = JSON.parse(payload as string) as { replayOf?: number };
        if (replayOf !== undefined && asked.has(replayOf)) replayed.add(replayOf);
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
