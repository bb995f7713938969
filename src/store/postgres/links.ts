import { clickPayload, LINK_COLUMNS, linkFrom, linkValues } from '../link-rows.ts';
import { VISITS_LENGTH, visitLine } from '../link-visits.ts';
import type { Link, LinkVisit } from '../media.ts';
import type { Acceptance } from '../store.ts';
import type { Batch, MessageKey } from './batch.ts';
import { Columns } from './columns.ts';

/** Short links, by the rules told in `sql/links.ts`. */

const ROWS = 500;
const COLUMNS = LINK_COLUMNS.split(', ').length;

/**
 * Takes the codes of each message, all or none, and answers the messages that got none. Whoever is taking one of them
 * at the same moment is waited for, and an occupied code is no error, so the others of the batch go on. Rare: a
 * statement each, in sorted order like every lock.
 */
export async function takeLinks(batch: Batch, acceptances: Acceptance[], now: number): Promise<Set<Acceptance>> {
  const refused = new Set<Acceptance>();
  const linked = acceptances
    .filter(({ links = [] }) => links.length > 0)
    .sort((a, b) => ((a.links?.[0]?.code ?? '') < (b.links?.[0]?.code ?? '') ? -1 : 1));
  for (const acceptance of linked) {
    const links = [...(acceptance.links ?? [])].sort((a, b) => (a.code < b.code ? -1 : 1));
    const columns = new Columns(COLUMNS);
    for (const link of links) columns.push(...linkValues(acceptance.message, link, now));
    const taken = await batch.query(
      `insert into links (${LINK_COLUMNS}) select * from unnest($1::text[], $2::text[], $3::text[], $4::text[],
         $5::text[], $6::int[], $7::bigint[], $8::bigint[], $9::int[]) on conflict (code) do nothing returning code`,
      columns.values,
    );
    if (taken.length === links.length) continue;
    refused.add(acceptance);
    await freeLinks(batch, acceptance);
  }
  return refused;
}

/** Of a message that was refused after all; what others have under its codes stays. */
export async function freeLinks(batch: Batch, { message, links = [] }: Acceptance): Promise<void> {
  if (links.length === 0) return;
  await batch.query('delete from links where code = any($1::text[]) and message_sid = $2', [
    links.map(({ code }) => code),
    message.sid,
  ]);
}

export async function visitLink(batch: Batch, visit: LinkVisit, now: number): Promise<Link | null> {
  const [row] = await batch.query(
    `update links set clicks = clicks + $2::int, previews = previews + $3::int,
       visits = substr($4::text || visits, 1, ${VISITS_LENGTH}) where code = $1 returning ${LINK_COLUMNS}`,
    [visit.code, visit.isPreview ? 0 : 1, visit.isPreview ? 1 : 0, visitLine(visit, now)],
  );
  if (!row) return null;
  const link = linkFrom(row);
  const { callback } = visit;
  if (callback) {
    // Locks the message, so that a change of its status queues its callback before this one or after it.
    await batch.load([{ accountSid: link.accountSid, sid: link.messageSid }]);
    const payload = clickPayload({ ...visit, callback }, batch.message(link.messageSid), now);
    batch.queueCallback({ accountSid: link.accountSid, sid: link.messageSid }, payload, now);
  }
  return link;
}

/** Who came by the links of these messages; how many they were stays. */
export async function forgetVisitsOf(batch: Batch, messages: MessageKey[]): Promise<void> {
  if (messages.length === 0) return;
  const columns = new Columns(2);
  for (const { accountSid, sid } of messages) columns.push(accountSid, sid);
  await batch.query(
    `update links set visits = '' from unnest($1::text[], $2::text[]) as gone (account, message)
     where account_sid = gone.account and message_sid = gone.message and visits <> ''`,
    columns.values,
  );
}

export async function forgetLinks(batch: Batch, before: number): Promise<number> {
  const gone = await batch.query(
    `delete from links where code in (select code from links where expires_at < $1 order by expires_at limit ${ROWS}
       for update skip locked) returning 1`,
    [before],
  );
  return gone.length;
}
