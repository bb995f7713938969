import { isSettled, type MessageOptions } from '../../domain/message.ts';
import { contentless, obfuscated } from '../../domain/privacy.ts';
import { sidTime } from '../../domain/sid.ts';
import { type Expired, type Expiry, LEFT_KIND } from '../expiry.ts';
import { FOUND_COLUMNS, type Found, foundFrom, hasContent, numberOf, placeOf } from '../expiry-rows.ts';
import { IS_INBOUND, maskedTexts } from '../kept-attempt.ts';
import type { Batch, Lost, MessageKey } from './batch.ts';
import { removeMediaOf } from './blobs.ts';
import { Columns } from './columns.ts';
import { forgetVisitsOf } from './links.ts';
import { removePdusOf } from './pdus.ts';
import { bareAlertsOf, maskAlertsOf } from './reports.ts';

/** What messages keep no longer, by the rules told in `sql/privacy.ts`. Their rows are locked by the caller. */

/** The wishes of messages that have just taken the step they wait for. To be called when steps are flushed. */
export async function lose(batch: Batch): Promise<void> {
  const lost = batch.takeLost();
  if (lost.length === 0) return;
  const bare = lost.filter(({ loss }) => loss.content).map(({ message }) => message);
  const now = Math.max(...lost.map((one) => one.now));
  await redact(batch, bare, now);
  await maskNumbers(
    batch,
    lost
      .filter(({ loss }) => loss.number === 'now')
      .map(({ message }) => ({ ...message, side: 'to', masked: obfuscated(message.to) })),
    now,
  );
  await watchNumbers(batch, lost);
  await removeMediaOf(batch, bare, now);
}

/** Takes the body, and what it was made of. */
export async function redact(
  batch: Batch,
  messages: (MessageKey & { options: MessageOptions })[],
  now: number,
): Promise<void> {
  if (messages.length === 0) return;
  const columns = new Columns(4);
  for (const { accountSid, sid, options } of messages) {
    columns.push(accountSid, sidTime(sid), sid, JSON.stringify(contentless(options)));
  }
  await batch.query(
    `update messages m set body = '', options = u.options, updated_at = $5
     from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) u (account_sid, sid_at, sid, options)
     where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`,
    [...columns.values, now],
  );
  await dropAnswers(batch, messages);
  await bareAlertsOf(batch, messages);
  await removePdusOf(batch, messages);
  await forgetVisitsOf(batch, messages);
}

/** What apps answered to them holds the texts of replies, or has what was wrong with them. */
export async function dropAnswers(batch: Batch, messages: MessageKey[]): Promise<void> {
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  if (columns.size === 0) return;
  await batch.query(
    `update attempts a set response = null from unnest($1::text[], $2::text[]) u (account_sid, message_sid)
     where a.account_sid = u.account_sid and a.message_sid = u.message_sid and a.response is not null and ${IS_INBOUND}`,
    columns.values,
  );
}

async function maskNumbers(
  batch: Batch,
  messages: (MessageKey & { side: 'from' | 'to'; masked: string })[],
  now: number,
): Promise<void> {
  await bareAlertsOf(batch, messages);
  await removePdusOf(batch, messages);
  await forgetVisitsOf(batch, messages);
  for (const side of ['from', 'to']) {
    const columns = new Columns(4);
    for (const one of messages) {
      if (one.side === side) columns.push(one.accountSid, sidTime(one.sid), one.sid, one.masked);
    }
    if (columns.size === 0) continue;
    await batch.query(
      `update messages m set ${side}_address = u.masked, updated_at = $5
       from unnest($1::text[], $2::bigint[], $3::text[], $4::text[]) u (account_sid, sid_at, sid, masked)
       where m.account_sid = u.account_sid and m.sid_at = u.sid_at and m.sid = u.sid`,
      [...columns.values, now],
    );
  }
}

/** Whoever waits for a receipt has a document, until its number is masked. */
async function watchNumbers(batch: Batch, lost: Lost[]): Promise<void> {
  const made = new Columns(4);
  const over = new Columns(2);
  const last = new Map(lost.map((one) => [one.message.sid, one]));
  for (const { message, loss, now } of last.values()) {
    const { accountSid, sid } = message;
    if (loss.number === 'now') over.push(accountSid, sid);
    else if (loss.number === 'later') made.push(accountSid, sid, JSON.stringify({ sids: [sid] }), now);
  }
  if (made.size > 0) {
    await batch.query(
      `insert into documents (account_sid, kind, sid, parent_sid, name, properties, created_at, updated_at)
       select account_sid, '${LEFT_KIND}', sid, 'numbers', null, properties, at, at
       from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) u (account_sid, sid, properties, at)
       on conflict (account_sid, kind, sid) do nothing`,
      made.values,
    );
  }
  if (over.size > 0) {
    await batch.query(
      `delete from documents d using unnest($1::text[], $2::text[]) u (account_sid, sid)
       where d.account_sid = u.account_sid and d.kind = '${LEFT_KIND}' and d.sid = u.sid`,
      over.values,
    );
  }
}

export async function expire(batch: Batch, { accountSid, what, from }: Expiry, now: number): Promise<Expired> {
  const sids = 'sids' in from ? from.sids : await page(batch, accountSid, from);
  const found = await lock(batch, accountSid, sids);
  const more = 'limit' in from && sids.length === from.limit;
  const answer: Expired = { changed: 0, last: placeOf(found.at(-1)), more, left: [] };
  const open = what === 'numbers' ? await withCallbacks(batch, accountSid, found) : new Set<string>();
  const ready: (Found & MessageKey)[] = [];
  for (const one of found) {
    if (!isSettled(one, now) || open.has(one.sid)) answer.left.push(one.sid);
    else ready.push({ ...one, accountSid });
  }
  answer.changed = await TAKE[what](batch, ready, now);
  return answer;
}

/** Each answers how many messages had something to take. */
const TAKE: Record<Expiry['what'], (batch: Batch, found: (Found & MessageKey)[], now: number) => Promise<number>> = {
  async bodies(batch, found, now) {
    const full = found.filter(hasContent);
    await redact(batch, full, now);
    // A message of media alone has answers all the same.
    await dropAnswers(
      batch,
      found.filter((one) => one.direction === 'inbound' && !hasContent(one)),
    );
    return full.length;
  },
  async media(batch, found, now) {
    const full = found.filter(({ numMedia }) => numMedia > 0);
    return Math.min(full.length, await removeMediaOf(batch, full, now));
  },
  async numbers(batch, found, now) {
    const open = found.flatMap((one) => {
      const number = numberOf(one);
      return number ? [{ ...one, ...number }] : [];
    });
    await maskNumbers(batch, open, now);
    for (const one of open) {
      await maskAttempts(batch, one, one.mask);
      await maskAlertsOf(batch, one, one.mask);
    }
    return open.length;
  },
};

async function maskAttempts(batch: Batch, { accountSid, sid }: MessageKey, mask: (text: string) => string) {
  const rows = await batch.query(
    'select at, id, payload, request, response, error from attempts where account_sid = $1 and message_sid = $2',
    [accountSid, sid],
  );
  for (const [at, id, ...texts] of rows) {
    await batch.query(
      `update attempts set payload = $4, request = $5, response = $6, error = $7
       where account_sid = $1 and at = $2 and id = $3`,
      [accountSid, at, id, ...maskedTexts(texts as (string | null)[], mask)],
    );
  }
}

/** In the order in which everybody locks messages; answered in that of lists. One that has moved on is older for it. */
async function lock(batch: Batch, accountSid: string, sids: string[]): Promise<Found[]> {
  if (sids.length === 0) return [];
  const rows = await batch.query(
    `select ${FOUND_COLUMNS} from unnest($2::text[], $3::bigint[]) u (sid, sid_at)
     join messages m on m.account_sid = $1 and m.sid_at = u.sid_at and m.sid = u.sid
     order by m.sid for no key update of m`,
    [accountSid, sids, sids.map(sidTime)],
  );
  const place = new Map(sids.map((sid, index) => [sid, index]));
  return rows.map(foundFrom).sort((a, b) => (place.get(a.sid) ?? 0) - (place.get(b.sid) ?? 0));
}

async function page(
  batch: Batch,
  accountSid: string,
  { before, after, limit }: Exclude<Expiry['from'], { sids: string[] }>,
): Promise<string[]> {
  const rows = await batch.query(
    `select sid from messages where account_sid = $1 and (listed_at, sid) > ($2, $3) and listed_at < $4
     order by listed_at, sid limit $5`,
    [accountSid, after?.listedAt ?? 0, after?.sid ?? '', before, limit],
  );
  return rows.map((row) => row[0] as string);
}

async function withCallbacks(batch: Batch, accountSid: string, found: Found[]): Promise<Set<string>> {
  const rows = await batch.query(
    `select message_sid from work where account_sid = $1 and kind = 'callback' and message_sid = any($2::text[])
     union select message_sid from work where account_sid = $1 and kind = 'esme' and message_sid = any($2::text[])`,
    [accountSid, found.map(({ sid }) => sid)],
  );
  return new Set(rows.map((row) => row[0] as string));
}
