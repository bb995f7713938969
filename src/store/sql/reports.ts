import { ALERT_COLUMNS, alertPayload, alertValues, bareAlert } from '../report-rows.ts';
import type { FiredTrigger, RaisedAlert } from '../report-shapes.ts';
import { documentValues } from '../rows.ts';
import { queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';

/** Alerts, usage and its triggers. */

const ROWS = 500;

export function raiseAlerts(ctx: WriteContext, batch: RaisedAlert[], now: number): void {
  const insert = ctx.sql(`insert or ignore into alerts (${ALERT_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const raised of batch) {
    const { alert, callbackUrl } = raised;
    const { changes } = insert.run(...alertValues(hasContent(ctx, raised) ? raised : bareAlert(raised)));
    if (callbackUrl === null || changes === 0) continue;
    queueCallback(ctx, alert.sid, alert.accountSid, now, alertPayload(callbackUrl, alert.at));
  }
}

/** Whether what the alert is about is something else than a message without its content. */
function hasContent(ctx: WriteContext, { alert }: RaisedAlert): boolean {
  const { resourceSid, request, response } = alert;
  if (resourceSid === null || !/^[SM]M/.test(resourceSid) || (request === null && response === null)) return true;
  const row = ctx.sql("select body <> '' or num_media > 0 from messages where sid = ?").get(resourceSid);
  return (row as unknown as [number] | undefined)?.[0] === 1;
}

/** The content of a message is gone: what its alerts have of it goes too. */
export function bareAlertsOf(ctx: WriteContext, messageSid: string): void {
  const rows = ctx
    .sql(
      `update alerts set request = substr(request, 1, instr(request, char(10))), response = null
       where resource_sid = ? and (request is not null or response is not null) returning rowid`,
    )
    .all(messageSid);
  trace(ctx, rows);
}

function trace(ctx: WriteContext, rows: unknown): void {
  for (const [row] of rows as [number][]) ctx.traces.add('alerts', row);
}

/** Somebody's number is to be known no longer: what an alert says may name it, as refusals of replies do. */
export function maskAlertsOf(ctx: WriteContext, messageSid: string, mask: (text: string) => string): void {
  const rows = ctx.sql('select sid, alert_text from alerts where resource_sid = ?').all(messageSid);
  const update = ctx.sql('update alerts set alert_text = ? where sid = ?');
  for (const [sid, text] of rows as unknown as [string, string][]) update.run(mask(text), sid);
}

export function removeAlertsOf(ctx: WriteContext, messageSid: string): void {
  trace(ctx, ctx.sql('delete from alerts where resource_sid = ? returning rowid').all(messageSid));
}

export function forgetAlerts(ctx: WriteContext, before: number): number {
  const text = `delete from alerts where sid in (select sid from alerts where at < ? order by at limit ${ROWS})`;
  return Number(ctx.sql(text).run(before).changes);
}

export function fireTrigger(ctx: WriteContext, { trigger, seenAt, payload }: FiredTrigger, now: number): boolean {
  const [accountSid, kind, sid, , , properties, , updatedAt] = documentValues(trigger);
  const { changes } = ctx
    .sql(
      `update documents set properties = ?, updated_at = ?
       where account_sid = ? and kind = ? and sid = ? and updated_at = ?`,
    )
    .run(properties ?? null, updatedAt ?? null, accountSid ?? null, kind ?? null, sid ?? null, seenAt);
  if (changes === 0) return false;
  queueCallback(ctx, trigger.sid, trigger.parentSid, now, payload);
  return true;
}
