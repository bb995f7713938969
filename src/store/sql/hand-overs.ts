import type { HandOvers } from '../work-shapes.ts';
import type { WriteContext } from './context.ts';

/**
 * What may be at a carrier. A connector of whose hand-overs nothing is written down is one that needs no note: all that
 * was claimed for it may have been sent.
 */
export const MAY_BE_SENT = `(
  not exists (select 1 from hand_overs h where h.owner = w.owner and h.connector = w.connector)
  or exists (select 1 from hand_overs h, json_each(h.works) e
    where h.owner = w.owner and h.connector = w.connector and e.value = w.id || ':' || w.attempt))`;

/** All that there is of this connector, in place of what was said before. */
export function noteHandOvers(ctx: WriteContext, { owner, connector, works }: HandOvers): null {
  ctx.sql('insert or replace into hand_overs values (?, ?, ?)').run(owner, connector, JSON.stringify(works));
  return null;
}

export function forgetHandOvers(ctx: WriteContext, whose: '=' | '<>', owner: string): void {
  ctx.sql(`delete from hand_overs where owner ${whose} ?`).run(owner);
}
