/** How short links are looked through, the same on both engines. */
import type { Dialect } from './dialect.ts';
import type { Ask } from './inbound-reads.ts';
import { LINK_COLUMNS, linkFrom } from './link-rows.ts';
import { visitsFrom } from './link-visits.ts';
import type { Link, LinkPage, MediaReads } from './media.ts';

/** Links that one call looks at for a piece of text, which no index leads to. */
const LOOKED_AT = 10_000;

export function linkReads(ask: Ask, { like }: Pick<Dialect, 'like'>): Pick<MediaReads, 'linkPage' | 'linkVisits'> {
  return {
    async linkVisits(accountSid, code) {
      const text = `select ${LINK_COLUMNS}, visits from links where code = $1 and account_sid = $2`;
      const [row] = await ask(text, [code, accountSid]);
      return row ? { link: linkFrom(row), visits: visitsFrom(row.at(-1) as string) } : null;
    },
    async linkPage({ accountSid, text, after, limit }) {
      const values: (string | number)[] = [accountSid];
      const keyed = ['account_sid = $1'];
      if (after) keyed.push(`(created_at, code) < ($${values.push(after.createdAt)}, $${values.push(after.code)})`);
      const place = values.length;
      const newest = 'order by created_at desc, code desc';
      const from = `from links where ${keyed.join(' and ')} ${newest}`;
      let rows = `${LINK_COLUMNS} ${from}`;
      if (text !== undefined) {
        const pattern = `$${values.push(`%${text.replaceAll(/[\\%_]/g, '\\$&')}%`)}`;
        const wanted = ['code', 'target', 'message_sid'].map((column) => like(column, pattern));
        rows = `${LINK_COLUMNS} from (select ${rows} limit ${LOOKED_AT}) looked where ${wanted.join(' or ')} ${newest}`;
      }
      const found = (await ask(`select ${rows} limit $${values.push(limit + 1)}`, values)).map(linkFrom);
      const links = found.slice(0, limit);
      if (found.length > limit) return { links, next: placeOf(links.at(-1)) };
      if (text === undefined) return { links, next: null };
      const [last] = await ask(
        `select created_at, code ${from} limit 1 offset ${LOOKED_AT - 1}`,
        values.slice(0, place),
      );
      return { links, next: last ? { createdAt: last[0] as number, code: last[1] as string } : null };
    },
  };
}

function placeOf(link: Link | undefined): LinkPage['next'] {
  return link ? { createdAt: link.createdAt, code: link.code } : null;
}
