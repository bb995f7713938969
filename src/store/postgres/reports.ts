import { sidTime } from '../../domain/sid.ts';
import { ALERT_COLUMNS, alertPayload, alertValues, bareAlert } from '../report-rows.ts';
import type { FiredTrigger, RaisedAlert } from '../report-shapes.ts';
import type { Batch, MessageKey } from './batch.ts';
import { Columns } from './columns.ts';

/** Alerts, usage and its triggers, by the rules told in `sql/reports.ts`. */

const ROWS = 500;

export async function raiseAlerts(batch: Batch, raised: RaisedAlert[], now: number): Promise<null[]> {
  const columns = new Columns(10);
  const bare = await contentless(batch, raised);
  for (const one of raised) columns.push(...alertValues(bare.has(one) ? bareAlert(one) : one));
  const made = await batch.query(
    `insert into alerts (${ALERT_COLUMNS})
     select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::int[], $6::text[], $7::text[],
       $8::bigint[], $9::text[], $10::text[])
     on conflict (account_sid, sid) do nothing returning sid`,
    columns.values,
  );
  const fresh = new Set(made.map((row) => row[0]));
  for (const { alert, callbackUrl } of raised) {
    if (callbackUrl === null || !fresh.has(alert.sid)) continue;
    batch.queueCallback(alert, alertPayload(callbackUrl, alert.at), now);
  }
  return raised.map(() => null);
}

/** Alerts of messages that have no content any more. Their rows are locked, so that none is redacted unseen. */
async function contentless(batch: Batch, raised: RaisedAlert[]): Promise<Set<RaisedAlert>> {
  const about = raised.filter(
    ({ alert }) => (alert.request !== null || alert.response !== null) && /^[SM]M/.test(alert.resourceSid ?? ''),
  );
  if (about.length === 0) return new Set();
  const columns = new Columns(3);
  for (const { alert } of about) columns.push(alert.accountSid, sidTime(alert.resourceSid ?? ''), alert.resourceSid);
  const rows = await batch.query(
    `select m.sid, m.body <> '' or m.num_media > 0
     from (select distinct * from unnest($1::text[], $2::bigint[], $3::text[]) u (account_sid, sid_at, sid)) k
     join messages m on m.account_sid = k.account_sid and m.sid_at = k.sid_at and m.sid = k.sid
     order by m.sid for share of m`,
    columns.values,
  );
  const full = new Set(rows.filter(([, isFull]) => isFull).map(([sid]) => sid));
  return new Set(about.filter(({ alert }) => !full.has(alert.resourceSid)));
}

/** The content of messages is gone: what their alerts have of it goes too. */
export async function bareAlertsOf(batch: Batch, messages: MessageKey[]): Promise<void> {
  if (messages.length === 0) return;
  await batch.query(
    `update alerts a set request = split_part(a.request, E'\\n', 1), response = null
     from unnest($1::text[], $2::text[]) u (account_sid, sid)
     where a.account_sid = u.account_sid and a.resource_sid = u.sid`,
    keysOf(messages),
  );
}

/** Somebody's number is to be known no longer: what an alert says may name it, as refusals of replies do. */
export async function maskAlertsOf(
  batch: Batch,
  { accountSid, sid: messageSid }: MessageKey,
  mask: (text: string) => string,
): Promise<void> {
  const rows = await batch.query('select sid, alert_text from alerts where account_sid = $1 and resource_sid = $2', [
    accountSid,
    messageSid,
  ]);
  for (const [sid, text] of rows as [string, string][]) {
    const masked = mask(text);
    if (masked === text) continue;
    await batch.query('update alerts set alert_text = $3 where account_sid = $1 and sid = $2', [
      accountSid,
      sid,
      masked,
    ]);
  }
}

export async function removeAlertsOf(batch: Batch, messages: MessageKey[]): Promise<void> {
  if (messages.length === 0) return;
  await batch.query(
    `delete from alerts a using unnest($1::text[], $2::text[]) u (account_sid, sid)
     where a.account_sid = u.account_sid and a.resource_sid = u.sid`,
    keysOf(messages),
  );
}

function keysOf(messages: MessageKey[]): unknown[] {
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  return columns.values;
}

export async function forgetAlerts(batch: Batch, before: number): Promise<number> {
  const gone = await batch.query(
    `delete from alerts where (account_sid, sid) in (select account_sid, sid from alerts where at < $1
       order by at limit ${ROWS} for update skip locked) returning 1`,
    [before],
  );
  return gone.length;
}

export async function fireTrigger(
  batch: Batch,
  { trigger, seenAt, payload }: FiredTrigger,
  now: number,
): Promise<boolean> {
  const { accountSid, kind, sid, parentSid, properties, updatedAt } = trigger;
  const changed = await batch.query(
    `update documents set properties = $1, updated_at = $2
     where account_sid = $3 and kind = $4 and sid = $5 and updated_at = $6 returning 1`,
    [JSON.stringify(properties), updatedAt, accountSid, kind, sid, seenAt],
  );
  if (changed.length === 0) return false;
  batch.queueCallback({ accountSid: parentSid, sid }, payload, now);
  return true;
}
