/** `/_admin/v1/accounts/{AC}/links`: the short links of an account, newest first, what each leads to, and who came by. */
import { isoMs } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { OWN_LINK_PATH } from '../../domain/link-domain.ts';
import { CODE_LENGTH, isCode } from '../../domain/links.ts';
import type { Link, LinkPage } from '../../store/media.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import { answer, type ConsoleModule } from './module.ts';
import { numberOf, unfit } from './query-fields.ts';

const LISTED = 50;
const MOST_LISTED = 1_000;
const LONGEST_TEXT = 200;

async function list(call: Call): Promise<Answer> {
  const { links, next } = await call.context.store.linkPage({
    accountSid: call.account.sid,
    text: textOf(call),
    after: placeIn(call),
    limit: numberOf(call, 'limit', 1, MOST_LISTED) ?? LISTED,
  });
  const shown = shower(call);
  return answer({
    links: links.map(shown),
    next_page: next === null ? null : `${next.createdAt.toString(36)}-${next.code}`,
  });
}

/** Who came by one link, newest first. Programs that only looked ahead are among them and are no clicks. */
async function listClicks(call: Call): Promise<Answer> {
  const [code = ''] = call.sids;
  const found = isCode(code) ? await call.context.store.linkVisits(call.account.sid, code) : null;
  if (found === null) throw refuse(20404, { path: call.meta.path });
  const { link, visits } = found;
  return answer({
    link: shower(call)(link),
    visits: visits.map(({ at, isPreview, agent }) => ({
      at: isoMs(at),
      kind: isPreview ? 'preview' : 'person',
      user_agent: agent,
    })),
    is_complete: visits.length === link.clicks + link.previews,
  });
}

/** Where a link stands is known by its domain; one whose domain is gone still leads on at our own origin. */
function shower(call: Call): (link: Link) => Resource {
  const bases = new Map(call.context.links?.domains().map(({ sid, base }) => [sid, base]));
  const now = call.context.clock.now();
  return ({ code, domainSid, target, messageSid, createdAt, expiresAt, clicks, previews }) => ({
    code,
    short_url: `${bases.get(domainSid) ?? ownBase(call)}${code}`,
    target,
    message_sid: messageSid,
    domain_sid: domainSid,
    created_at: isoMs(createdAt),
    expires_at: isoMs(expiresAt),
    is_over: expiresAt <= now,
    clicks,
    previews,
  });
}

function ownBase(call: Call): string {
  return call.origin() + OWN_LINK_PATH;
}

/** A whole short link is looked for by its code. */
function textOf(call: Call): string | undefined {
  const text = call.query.one('q')?.trim() ?? '';
  if (text.length > LONGEST_TEXT) throw unfit('q', text, `at most ${LONGEST_TEXT} characters`);
  const bases = [...(call.context.links?.domains() ?? []).map(({ base }) => base), ownBase(call)];
  const code = text.slice(-CODE_LENGTH);
  if (isCode(code) && bases.includes(text.slice(0, -CODE_LENGTH))) return code;
  return text === '' ? undefined : text;
}

/** `null`: the first page. */
function placeIn(call: Call): LinkPage['next'] {
  const token = call.query.one('page') ?? '';
  if (token === '') return null;
  const [, time = '', code = ''] = /^([0-9a-z]{1,10})-([A-Za-z0-9]{10})$/.exec(token) ?? [];
  const createdAt = Number.parseInt(time, 36);
  if (Number.isSafeInteger(createdAt)) return { createdAt, code };
  throw unfit('page', token.slice(0, LONGEST_TEXT), 'next_page of the page before');
}

export const LINKS: ConsoleModule = {
  account: [
    { path: 'links', verbs: { GET: list } },
    { path: 'links/{*}/clicks', verbs: { GET: listClicks } },
  ],
  docs: {
    'GET accounts/{AC}/links': {
      summary: 'Short links, newest first. A page may be short and still have a next.',
      query: {
        q: 'stands in the code, the target or the SID of the message; or a whole short link',
        limit: `1 to ${MOST_LISTED}; ${LISTED} when left out`,
        page: 'next_page of the page before',
      },
    },
    'GET accounts/{AC}/links/{*}/clicks': {
      summary:
        'The newest visits of one link by its code: time, `person` or `preview`, what it called itself. Previews are no clicks.',
    },
  },
};
