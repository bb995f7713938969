import { LINK_COLUMNS, linkValues } from '../link-rows.ts';
import type { NewLink } from '../media.ts';
import type { WriteContext } from './context.ts';

/** Short links: kept with their message, and forgotten long after they led anywhere. */

/** A few at a time: accepting waits no longer for it than for any other group. */
const ROWS = 500;

/** Whether one of the codes is in use. */
export function isAnyTaken(ctx: WriteContext, links: NewLink[]): boolean {
  const look = ctx.sql('select 1 from links where code = ?');
  return links.some(({ code }) => look.get(code) !== undefined);
}

export function keepLinks(
  ctx: WriteContext,
  message: { sid: string; accountSid: string },
  links: NewLink[],
  now: number,
): void {
  const insert = ctx.sql(`insert into links (${LINK_COLUMNS}) values (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  for (const link of links) insert.run(...linkValues(message, link, now));
}

/** Who came by the links of a message; how many they were stays. */
export function forgetVisitsOf(ctx: WriteContext, messageSid: string): void {
  ctx.sql("update links set visits = '' where message_sid = ? and visits <> ''").run(messageSid);
}

export function forgetLinks(ctx: WriteContext, before: number): number {
  const gone = ctx
    .sql(
      `delete from links where code in (select code from links where expires_at < ? order by expires_at limit ${ROWS})`,
    )
    .run(before);
  return Number(gone.changes);
}
