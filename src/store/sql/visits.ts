import { clickPayload, LINK_COLUMNS, linkFrom } from '../link-rows.ts';
import { VISITS_LENGTH, visitLine } from '../link-visits.ts';
import type { Link, LinkVisit } from '../media.ts';
import type { Row } from '../rows.ts';
import { queueCallback } from './callbacks.ts';
import type { WriteContext } from './context.ts';
import { walker } from './messages.ts';

/** Visits of short links: counted, and told to whoever wants to know. */

export function visitLink(ctx: WriteContext, visit: LinkVisit, now: number): Link | null {
  const row = ctx
    .sql(
      `update links set clicks = clicks + ?, previews = previews + ?, visits = substr(? || visits, 1, ${VISITS_LENGTH})
       where code = ? returning ${LINK_COLUMNS}`,
    )
    .get(visit.isPreview ? 0 : 1, visit.isPreview ? 1 : 0, visitLine(visit, now), visit.code) as unknown as
    | Row
    | undefined;
  if (!row) return null;
  const link = linkFrom(row);
  const { callback } = visit;
  if (callback) {
    const payload = clickPayload({ ...visit, callback }, walker(ctx, link.messageSid), now);
    queueCallback(ctx, link.messageSid, link.accountSid, now, payload);
  }
  return link;
}
