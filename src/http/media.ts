/**
 * The Media of a Message: list, fetch, delete. Without an extension the path of a medium is its file, to which it
 * redirects; that is the one path that may be open to everybody (`media.access`), as apps fetch it without credentials.
 */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { isSid } from '../domain/sid.ts';
import type { Media, MediaQuery } from '../store/media.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call, HttpContext } from './context.ts';
import { readDateBounds, readFilterPairs } from './date-filter.ts';
import { makeList, readPaging, slicePage } from './page.ts';
import { canonicalSid } from './sids.ts';

const FILTERS = ['DateCreated', 'DateCreated<', 'DateCreated>'] as const;
/** Far more than a message can have. */
const ALL = 100;
const FILE_PATH = new RegExp(`^${API_ROOT}/Accounts/([^/]+)/Messages/[^/]+/Media/([^/.]+)$`);

/** The account whose media file this path is; `null`: it is no path of a file, but of a resource. */
export function accountOfFile(path: string): string | null {
  const [, account, medium] = FILE_PATH.exec(path) ?? [];
  return account !== undefined && medium !== undefined && isSid(medium, 'ME') ? canonicalSid(account) : null;
}

/** Whether a request without credentials may have the file. */
export function isOpenFile(context: HttpContext, method: string, path: string): boolean {
  const isRead = method === 'GET' || method === 'HEAD';
  return isRead && context.media?.access === 'open' && accountOfFile(path) !== null;
}

export async function listMedia(call: Call): Promise<Answer> {
  const message = await call.context.store.message(call.account.sid, canonicalSid(call.sids[0]));
  if (message === null) throw missing(call);
  const paging = readPaging(call.query, 'ME');
  const filters = readFilterPairs(call.query, FILTERS);
  const { from, to } = readDateBounds(new Map(filters), 'DateCreated');
  const query: MediaQuery = { accountSid: call.account.sid, messageSid: message.sid, limit: ALL };
  if (from !== undefined) query.createdFrom = from;
  if (to !== undefined) query.createdTo = to;
  // In the order of the request, which their sids have too.
  const page = slicePage(await call.context.store.media(query), paging, (item, sid) => item.sid > sid);
  const list = makeList(call, paging, {
    key: 'media_list',
    container: 'MediaList',
    element: 'Media',
    resources: page.items.map(render),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
  return { kind: 'list', list };
}

export async function fetchMedium(call: Call): Promise<Answer> {
  const { context, account, meta } = call;
  const medium = await context.store.medium(account.sid, canonicalSid(call.sids[0]), canonicalSid(call.sids[1]));
  if (medium === null) throw missing(call);
  if (context.media && accountOfFile(meta.path) !== null) {
    return { kind: 'redirect', location: call.origin() + context.media.links.signed(medium.sid, context.clock.now()) };
  }
  return { kind: 'resource', status: 200, element: 'Media', resource: render(medium) };
}

/** Its message keeps `num_media`: so many it was sent with. */
export async function removeMedium(call: Call): Promise<Answer> {
  const { context, account, sids } = call;
  const [messageSid, sid] = [canonicalSid(sids[0]), canonicalSid(sids[1])];
  const removed = await context.store.removeMedia({ accountSid: account.sid, messageSid, sid }, context.clock.now());
  switch (removed) {
    case 'done':
      context.media?.onRemoved();
      return { kind: 'none' };
    case 'missing':
      throw missing(call);
    case 'early':
      throw refuse(20009, {}, { fix: 'Wait until the message is delivered, undelivered or failed.' });
  }
}

function render({ sid, accountSid, messageSid, contentType, createdAt, updatedAt }: Media): Resource {
  return {
    sid,
    account_sid: accountSid,
    parent_sid: messageSid,
    content_type: contentType,
    date_created: rfc2822(createdAt),
    date_updated: rfc2822(updatedAt),
    uri: `${mediaPath({ sid, accountSid, messageSid })}.json`,
  };
}

/** Of its resource, without extension: there its bytes are. */
export function mediaPath({ sid, accountSid, messageSid }: Pick<Media, 'sid' | 'accountSid' | 'messageSid'>): string {
  return `${API_ROOT}/Accounts/${accountSid}/Messages/${messageSid}/Media/${sid}`;
}

function missing(call: Call): Error {
  return refuse(20404, { path: call.meta.path });
}
