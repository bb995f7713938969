/** The one place that spells answers: resources to JSON, and the choice of XML or CSV for those who ask. */

import { rfc2822 } from '../domain/dates.ts';
import { type ApiError, deliveryErrorName, errorBody } from '../domain/errors.ts';
import type { Message } from '../domain/message.ts';
import { formatPrice } from '../domain/money.ts';
import {
  type Answer,
  API_ROOT,
  type Download,
  type Format,
  type List,
  type Page,
  type Redirect,
  type Resource,
} from './answer.ts';
import { csvError, csvResource, csvTable } from './render-csv.ts';
import { xmlError, xmlList, xmlResource } from './render-xml.ts';

export const CONTENT_TYPES: Record<Format, string> = {
  json: 'application/json',
  xml: 'application/xml',
  csv: 'text/csv',
};

const EXTENSIONS = ['.json', '.xml', '.csv'];

/** The format an API path asks for and the path without its extension; no extension means XML (settled 15). */
export function splitFormat(path: string): { base: string; format: Format } {
  if (path.endsWith('.json')) return { base: path.slice(0, -5), format: 'json' };
  const extension = EXTENSIONS.find((one) => path.endsWith(one));
  if (extension === undefined) return { base: path, format: 'xml' };
  return { base: path.slice(0, -extension.length), format: extension.slice(1) as Format };
}

export interface MessageRendering {
  /** Shown when the message names no service; `null` shows `null`. */
  defaultServiceSid: string | null;
  /** A create answer: it has no `feedback` among its subresources. */
  fresh: boolean;
}

/** A Message as the API shows it: the 20 fields of the schema in its order, then `tags` (settled 7). */
export function renderMessage(message: Message, how: MessageRendering): Resource {
  const path = `${API_ROOT}/Accounts/${message.accountSid}/Messages/${message.sid}`;
  const subresources: Record<string, string> = { media: `${path}/Media.json` };
  if (!how.fresh) subresources.feedback = `${path}/Feedback.json`;
  const created = rfc2822(message.createdAt);
  return {
    body: message.body,
    num_segments: String(message.numSegments),
    direction: message.direction,
    from: message.from,
    to: message.to,
    date_updated: message.updatedAt === message.createdAt ? created : rfc2822(message.updatedAt),
    // Nothing is billed before it is received.
    price: message.status === 'receiving' ? null : formatPrice(message.priceMicros),
    error_message: message.errorCode === null ? null : deliveryErrorName(message.errorCode),
    uri: `${path}.json`,
    account_sid: message.accountSid,
    num_media: String(message.numMedia),
    status: message.status,
    messaging_service_sid: message.serviceSid ?? how.defaultServiceSid,
    sid: message.sid,
    date_sent: message.sentAt === null ? null : rfc2822(message.sentAt),
    date_created: created,
    error_code: message.errorCode,
    price_unit: 'USD',
    api_version: '2010-04-01',
    subresource_uris: subresources,
    tags: message.tags,
  };
}

/** Body of an answer; `null` for one that has none. */
export function renderAnswer(answer: Exclude<Answer, Redirect | Download>, format: Format): string | null {
  if (answer.kind === 'none') return null;
  if (answer.kind === 'list') return renderList(answer.list, format);
  if (answer.kind === 'page') return renderPage(answer.page);
  switch (format) {
    case 'json':
      return JSON.stringify(answer.resource);
    case 'xml':
      return xmlResource(answer.element, answer.resource);
    case 'csv':
      return csvResource(answer.resource);
  }
}

function renderList(list: List, format: Format): string {
  switch (format) {
    case 'json':
      return JSON.stringify({
        first_page_uri: list.firstUri,
        next_page_uri: list.nextUri,
        previous_page_uri: list.previousUri,
        uri: list.uri,
        page: list.page,
        page_size: list.pageSize,
        start: firstIndex(list),
        end: lastIndex(list),
        [list.key]: list.resources,
      });
    case 'xml':
      return xmlList(list, firstIndex(list), lastIndex(list));
    case 'csv':
      return csvTable(list.resources);
  }
}

function renderPage(page: Page): string {
  return JSON.stringify({
    meta: {
      page: page.page,
      page_size: page.pageSize,
      first_page_url: page.firstUrl,
      previous_page_url: page.previousUrl,
      url: page.url,
      next_page_url: page.nextUrl,
      key: page.key,
    },
    [page.key]: page.resources,
  });
}

function firstIndex(list: List): number {
  return list.page * list.pageSize;
}

/** Index of the last record; of an empty page it is its start, so 0 for an empty first one. */
function lastIndex(list: List): number {
  return firstIndex(list) + Math.max(0, list.resources.length - 1);
}

/** A refusal in the format the request asked for. */
export function renderError(error: ApiError, requestId: string, format: Format): string {
  switch (format) {
    case 'json':
      return JSON.stringify(errorBody(error, requestId));
    case 'xml':
      return xmlError(error);
    case 'csv':
      return csvError(error);
  }
}
