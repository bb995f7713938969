import type { Place } from '../work-shapes.ts';
import type { WriteContext } from './context.ts';

/** What a message had to wait for is there: its work is a send from now on, at its place. */
export function becomeSend(ctx: WriteContext, workId: number, connector: string, { dueAt, lane }: Place): void {
  ctx
    .sql(
      `update work set kind = 'send', owner = null, attempt = 0, due_at = ?, payload = null, connector = ?, lane = ?,
       interval_us = ?, cost = ?, horizon_ms = ? where id = ?`,
    )
    .run(
      dueAt,
      connector,
      lane?.key ?? null,
      lane?.intervalMicros ?? null,
      lane?.cost ?? null,
      lane?.horizonMs ?? null,
      workId,
    );
  ctx.count('work send', 1);
}
