import type { TracedPdu } from '../../domain/pdu-trace.ts';
import { type Owner, PDU_COLUMNS, pduValues } from '../pdu-rows.ts';
import type { PduBounds } from '../pdu-shapes.ts';
import type { WriteContext } from './context.ts';

/** PDUs that are kept to be looked at. */

const ROWS = 2_000;
/** Of a message that still has its content and both numbers whole. */
const WHOLE = `select account_sid from messages where sid = ? and body <> '' and substr(to_address, -4) <> 'XXXX'
  and (from_address is null or substr(from_address, -4) <> 'XXXX')`;
const BY_CARRIER_ID = 'select message_sid from parts where connector = ? and carrier_id = ?';

export function keepPdus(ctx: WriteContext, batch: TracedPdu[]): void {
  const insert = ctx.sql(`insert into pdus (${PDU_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?)`);
  /** Of a message without content `null`: asked for once. */
  const whole = new Map<string, Owner | null>();
  for (const pdu of batch) {
    const sid = messageOf(ctx, pdu);
    if (sid === null) {
      insert.run(...pduValues(pdu, null));
      continue;
    }
    let owner = whole.get(sid);
    if (owner === undefined) {
      const row = ctx.sql(WHOLE).get(sid) as unknown as [string] | undefined;
      owner = row ? { accountSid: row[0], messageSid: sid } : null;
      whole.set(sid, owner);
    }
    if (owner) insert.run(...pduValues(pdu, owner));
  }
}

function messageOf(ctx: WriteContext, { owner, connector }: TracedPdu): string | null {
  switch (owner.kind) {
    case 'message':
      return owner.messageSid;
    case 'carrier-id': {
      const row = ctx.sql(BY_CARRIER_ID).get(connector, owner.carrierId) as unknown as [string] | undefined;
      return row?.[0] ?? null;
    }
    case 'none':
      return null;
  }
}

/** What a message keeps no longer. */
export function removePdusOf(ctx: WriteContext, messageSid: string): void {
  const rows = ctx.sql('delete from pdus where message_sid = ? returning id').all(messageSid);
  for (const [id] of rows as unknown as [number][]) ctx.traces.add('pdus', id);
}

export function forgetPdus(ctx: WriteContext, { before, most }: PduBounds): number {
  const rows = ctx
    .sql(
      `delete from pdus where id in (select id from pdus where id <= max(
         coalesce((select id from pdus where at >= ? order by id limit 1), 9e15) - 1,
         (select max(id) from pdus) - ?) order by id limit ${ROWS}) returning id`,
    )
    .all(before, most) as unknown as [number][];
  const last = Math.max(...rows.map(([id]) => id));
  // What has moved on the page where the rest begins may have been copied.
  if (rows.length > 0 && rows.length < ROWS) ctx.traces.add('pdus', last);
  return rows.length;
}
