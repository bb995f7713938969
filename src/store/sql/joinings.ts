import { type Joining, joiningKey, takePart as judgePart } from '../../domain/inbound-parts.ts';
import { joiningFrom, newJoiningRef, withoutTexts, withTexts } from '../inbound-rows.ts';
import { type ArrivedPart, type PartTaken, WHOLE_WAIT_MS } from '../inbound-shapes.ts';
import type { Row } from '../rows.ts';
import type { Claim } from '../store.ts';
import type { WriteContext } from './context.ts';

/**
 * Parts until their message is taken in. A whole one keeps its text until then, so that a crash between the two loses
 * nothing: its carrier has been told of every part but the last, and may repeat that one to a node that knows it.
 */
export function takePart(ctx: WriteContext, batch: ArrivedPart[], now: number): PartTaken[] {
  return batch.map((item) => takeOne(ctx, item, now));
}

function takeOne(ctx: WriteContext, { connector, accountSid, part, waitMs }: ArrivedPart, now: number): PartTaken {
  const key = joiningKey(part);
  const row = ctx
    .sql('select ref, joining from joinings where connector = ? and key = ?')
    .get(connector, key) as unknown as [string, string] | undefined;
  const known = row ? joiningFrom(row[1]) : null;
  const taken = judgePart(known, part, now, waitMs);
  if (taken.kind === 'repeated') return { kind: 'repeated', sid: known?.terms?.sid };
  if (taken.kind === 'whole' && !taken.joining) return { kind: 'whole', message: taken.message, joining: null };
  const joining = taken.joining as Joining;
  const goesOn = row !== undefined && joining.parts.length > 1;
  if (row && !goesOn) {
    // Pushed aside: whatever it is, it is due now.
    ctx
      .sql('update joinings set key = null, due_at = case when owner is null then ? else due_at end where ref = ?')
      .run(now, row[0]);
  }
  const ref = row && goesOn ? row[0] : newJoiningRef();
  const kept = taken.kind === 'whole' ? withTexts(joining, known, part) : joining;
  const dueAt = taken.kind === 'whole' ? now + WHOLE_WAIT_MS : joining.dueAt;
  ctx
    .sql('insert or replace into joinings values (?, ?, ?, ?, ?, null, null, ?)')
    .run(ref, connector, key, accountSid, dueAt, JSON.stringify(kept));
  if (taken.kind === 'whole') return { kind: 'whole', message: taken.message, joining: ref };
  return { kind: 'waiting', sid: joining.terms?.sid };
}

/** Answers rows for `joiningWorkFrom`. */
export function claimJoinings(ctx: WriteContext, { owner, limit, leaseMs }: Claim, now: number): Row[] {
  ctx
    .sql(
      `delete from joinings where ref in
       (select ref from joinings where due_at <= ? and message_sid is not null order by due_at limit 1000)`,
    )
    .run(now);
  const rows = ctx
    .sql(
      `select ref, connector, account_sid, joining from joinings where due_at <= ? and message_sid is null
       order by due_at, ref limit ?`,
    )
    .all(now, limit) as unknown as Row[];
  const lease = ctx.sql('update joinings set owner = ?, due_at = ? where ref = ?');
  for (const [ref] of rows) lease.run(owner, now + leaseMs, ref as string);
  return rows;
}

/** What a joining has become already; `undefined`: nothing yet, or it is not known any more (`null`). */
export function becameOf(ctx: WriteContext, ref: string): string | null | undefined {
  const row = ctx.sql('select message_sid from joinings where ref = ?').get(ref) as unknown as
    | [string | null]
    | undefined;
  if (!row) return null;
  return row[0] ?? undefined;
}

/** It was taken in as this message: its text goes, and it is kept as long as its parts may come again. */
export function endJoining(ctx: WriteContext, ref: string, messageSid: string): void {
  const row = ctx.sql('select joining from joinings where ref = ?').get(ref) as unknown as [string] | undefined;
  if (!row) return;
  ctx
    .sql('update joinings set message_sid = ?, owner = null, due_at = ?, joining = ? where ref = ?')
    .run(messageSid, joiningFrom(row[0]).dueAt, withoutTexts(row[0]), ref);
}

/** Those that a dead owner had claimed are due again. Answers how many. */
export function giveBackJoinings(ctx: WriteContext, whose: '=' | '<>', owner: string, now: number): number {
  const back = ctx
    .sql(
      `update joinings set owner = null, due_at = ? where owner is not null and owner ${whose} ? and message_sid is null`,
    )
    .run(now, owner);
  return Number(back.changes);
}
