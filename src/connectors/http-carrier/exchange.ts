/** A submission as a request of the mapping, and what its answer means. */
import { createHmac } from 'node:crypto';
import type { OutgoingRequest, OutgoingResult } from '../../net/outgoing.ts';
import type { Outcome, Submission } from '../connector.ts';
import { namelessId, textOf } from '../hand-over.ts';
import { fieldsOf, idOf } from '../json.ts';
import { isOfServer, meaningOf } from './errors.ts';
import type { HttpMapping, RequestMapping } from './mapping.ts';
import { follow, readBody } from './paths.ts';
import { asks, type Filling, fillTemplate, listIn } from './template.ts';

export interface OwnUrls {
  receipts: string;
  inbound: string;
}

const TYPES = {
  json: 'application/json',
  form: 'application/x-www-form-urlencoded',
  xml: 'text/xml; charset=utf-8',
  text: 'text/plain; charset=utf-8',
};

export function requestOf(
  submission: Submission,
  request: RequestMapping,
  own: OwnUrls,
): Pick<OutgoingRequest, 'method' | 'url' | 'headers' | 'body'> {
  const filling = fillingOf(submission, request, own);
  const fields = encodeFields(request, filling);
  const isGet = request.method === 'GET';
  const plain = fillTemplate(request.url, 'url', filling);
  const url = isGet && fields !== '' ? `${plain}${plain.includes('?') ? '&' : '?'}${fields}` : plain;
  const { contentType } = request;
  const body = request.body ? fillTemplate(request.body, contentType, filling) : fields;
  const headers: Record<string, string> = { accept: 'application/json, */*' };
  if (!isGet) headers['content-type'] = TYPES[contentType];
  for (const { name, value } of request.headers) headers[name.toLowerCase()] = fillTemplate(value, 'header', filling);
  if (request.idempotencyHeader) headers[request.idempotencyHeader.toLowerCase()] = submission.idempotencyKey;
  const authorization = authorizationOf(request);
  if (authorization) headers.authorization = authorization;
  if (request.auth === 'hmac') {
    headers[request.authHeader.toLowerCase()] = createHmac('sha256', request.password)
      .update(isGet ? url : body)
      .digest('hex');
  }
  return { method: request.method, url, headers, ...(!isGet && { body }) };
}

/** `null`: it needs none. */
export function authorizationOf({ auth, username, password }: RequestMapping): string | null {
  if (auth === 'basic') return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
  return auth === 'bearer' ? `Bearer ${password}` : null;
}

/** Whether files have a place in the request. */
export function carriesMedia({ body, fields }: RequestMapping): boolean {
  const templates = [body, ...fields.map(({ value }) => value)];
  return templates.some((one) => asks(one, 'media_url') || asks(one, 'media_urls'));
}

function fillingOf(submission: Submission, request: RequestMapping, own: OwnUrls): Filling {
  const { from, to, messageSid: sid, idempotencyKey: key, media, actions } = submission;
  const { baseUrl, username, password } = request;
  return {
    texts: {
      from,
      to,
      text: textOf(submission),
      sid,
      key,
      base_url: baseUrl,
      username,
      password,
      receipt_url: submission.receipt === false ? '' : own.receipts,
      inbound_url: own.inbound,
    },
    lists: { media_url: media.map(({ url }) => url), action: actions },
  };
}

/** One that comes to nothing is left out. */
function encodeFields({ fields }: RequestMapping, filling: Filling): string {
  return fields
    .flatMap(({ name, value }) => {
      const list = listIn(value);
      const each = list === null ? [filling] : (filling.lists[list] ?? []).map((one) => only(list, one, filling));
      return each.map((one) => [name, fillTemplate(value, 'form', one)] as const);
    })
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}=${value}`)
    .join('&');
}

function only(list: string, one: string, { texts, lists }: Filling): Filling {
  return { texts, lists: { ...lists, [list]: [one] } };
}

export type Judged = { outcome: Outcome; unknown?: string } | 'pause' | 'unauthorised' | 'nameless';

/** What an answer means; the rest is for the connector, which knows of the other messages. */
export function judge(
  { status, headers, body }: OutgoingResult & { kind: 'answer' },
  submission: Submission,
  { response }: HttpMapping,
): Judged {
  const value = readBody(headers['content-type'], body);
  const code = follow(value, response.error);
  const isTaken = isAmong(status, response.success) && isAsWanted(value, response);
  if (isTaken) {
    const id = idOf(follow(value, response.id));
    if (id === undefined && response.id.length > 0) return 'nameless';
    return { outcome: { kind: 'accepted', carrierIds: [id ?? namelessId(submission)] } };
  }
  if (isAmong(status, response.duplicate)) {
    return { outcome: { kind: 'accepted', carrierIds: [submission.idempotencyKey] } };
  }
  if (isAmong(status, response.retry)) return 'pause';
  if (status === 401) return 'unauthorised';
  const note = `answered ${status}${code === undefined ? '' : ` with code ${code.slice(0, 40)}`}`;
  if (code !== undefined) {
    const { meaning, isKnown } = meaningOf(code, response.errors);
    if (meaning.kind === 'busy') return { outcome: { kind: 'busy', note } };
    // A failure of the carrier's own may have come after it took the message, whatever it says of it.
    if (status < 500 || (isKnown && !isOfServer(code, response.errors))) {
      const { errorCode, isRoute } = meaning;
      const outcome: Outcome = { kind: 'refused', errorCode, note, ...(isRoute && { class: 'route' }) };
      return isKnown ? { outcome } : { outcome, unknown: note };
    }
  }
  if (status >= 500) return { outcome: { kind: 'unsure', note } };
  return { outcome: { kind: 'refused', errorCode: 30008, note }, unknown: note };
}

function isAmong(status: number, patterns: readonly string[]): boolean {
  return patterns.some((one) => one === String(status) || one === `${Math.floor(status / 100)}xx`);
}

function isAsWanted(value: unknown, { successPath, successValues }: HttpMapping['response']): boolean {
  if (successPath.length === 0) return true;
  const found = follow(value, successPath) ?? (fieldsOf(value)[successPath[0] ?? ''] === true ? 'true' : undefined);
  return found !== undefined && (successValues.length === 0 || successValues.includes(found));
}
