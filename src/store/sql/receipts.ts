import { foldParts, type PartState } from '../../domain/message.ts';
import type { Receipt } from '../../domain/receipt.ts';
import type { Row, Walker } from '../rows.ts';
import type { Received } from '../store.ts';
import type { WriteContext } from './context.ts';
import { advance, walker } from './messages.ts';

/**
 * Receipts. One that matches no part is parked, because it may have overtaken the carrier's own answer; `claimParked`
 * is called with every answer and applies it then, in the same transaction.
 */
const PARKED_ROWS = 100_000;
const PARKED_MS = 72 * 3_600_000;
/** Unknown error: what an undelivered part without a code ends with. */
const UNKNOWN_ERROR = 30008;

export function receive(ctx: WriteContext, batch: Receipt[], now: number): Received[] {
  const answers = batch.map((receipt) => apply(ctx, receipt, now) ?? park(ctx, receipt, now));
  if (answers.some(({ kind }) => kind === 'parked')) boundParked(ctx, now);
  return answers;
}

/** Applies what was parked for a part that has just become known. */
export function claimParked(ctx: WriteContext, connector: string, carrierId: string, now: number): void {
  const rows = ctx
    .sql(
      'select state, error_code, done_date, at from parked where connector = ? and carrier_id = ? and at >= ? order by id',
    )
    .all(connector, carrierId, now - PARKED_MS) as unknown as Row[];
  if (rows.length === 0) return;
  ctx.sql('delete from parked where connector = ? and carrier_id = ?').run(connector, carrierId);
  for (const row of rows) {
    const receipt: Receipt = { connector, carrierId, state: row[0] as Receipt['state'] };
    if (row[1] !== null) receipt.errorCode = row[1] as number;
    if (row[2] !== null) receipt.doneDate = row[2] as string;
    apply(ctx, receipt, now);
  }
}

/** `null`: no such part. */
function apply(ctx: WriteContext, receipt: Receipt, now: number): Received | null {
  const { connector, carrierId, state } = receipt;
  const row = ctx
    .sql('select message_sid, state from parts where connector = ? and carrier_id = ?')
    .get(connector, carrierId) as unknown as Row | undefined;
  if (!row) return null;
  const message = walker(ctx, row[0] as string);
  if (!message) return { kind: 'ignored' };
  const doneDate = receipt.doneDate ?? null;
  const told = row[1] !== 'pending';
  if (state === 'read') {
    // Who has read it has it: what parts were still open are delivered.
    const read = advance(ctx, message, 'read', now, { note: carrierId, doneDate });
    if (!read) return { kind: 'ignored' };
    ctx.sql("update parts set state = 'delivered' where message_sid = ? and state = 'pending'").run(message.sid);
    return applied(message);
  }
  if (told) return { kind: 'ignored' };
  const errorCode = state === 'undelivered' ? (receipt.errorCode ?? UNKNOWN_ERROR) : null;
  ctx
    .sql('update parts set state = ?, error_code = ? where connector = ? and carrier_id = ?')
    .run(state, errorCode, connector, carrierId);
  const folded = foldParts(partStates(ctx, message.sid));
  if (!folded) return { kind: 'applied', message: null };
  const details = folded.event === 'reject' ? { errorCode: folded.errorCode } : {};
  const stepped = advance(ctx, message, folded.event, now, { note: carrierId, doneDate, ...details });
  return stepped ? applied(message) : { kind: 'applied', message: null };
}

function applied({ sid, accountSid, status, errorCode, createdAt }: Walker): Received {
  return { kind: 'applied', message: { sid, accountSid, status, errorCode, createdAt } };
}

function partStates(ctx: WriteContext, messageSid: string): PartState[] {
  const rows = ctx
    .sql('select state, error_code from parts where message_sid = ? order by part')
    .all(messageSid) as unknown as Row[];
  return rows.map(([state, errorCode]) =>
    state === 'undelivered' ? { state, errorCode: errorCode as number } : { state: state as 'pending' | 'delivered' },
  );
}

function park(ctx: WriteContext, receipt: Receipt, now: number): Received {
  const { connector, carrierId, state } = receipt;
  const twin = ctx
    .sql('select 1 from parked where connector = ? and carrier_id = ? and state = ?')
    .get(connector, carrierId, state);
  if (twin) return { kind: 'ignored' };
  ctx
    .sql('insert into parked (connector, carrier_id, state, error_code, done_date, at) values (?, ?, ?, ?, ?, ?)')
    .run(connector, carrierId, state, receipt.errorCode ?? null, receipt.doneDate ?? null, now);
  return { kind: 'parked' };
}

/** Oldest go first, by age and then by number: a carrier of garbage must not fill the disk. */
function boundParked(ctx: WriteContext, now: number): void {
  ctx.sql('delete from parked where at < ?').run(now - PARKED_MS);
  const [rows] = ctx.sql('select count(*) from parked').get() as unknown as [number];
  if (rows <= PARKED_ROWS) return;
  ctx.sql('delete from parked where id in (select id from parked order by id limit ?)').run(rows - PARKED_ROWS);
}
