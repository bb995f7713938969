/** CSV (RFC 4180): JSON's field names as header, one line per record, no paging, no subresources. */
import type { ApiError } from '../domain/errors.ts';
import type { Resource } from './answer.ts';

/** An empty page is an empty text: without a record there is nothing to name. */
export function csvTable(resources: Resource[]): string {
  const first = resources[0];
  if (first === undefined) return '';
  const names = Object.keys(first).filter((name) => name !== 'subresource_uris');
  return [names, ...resources.map((resource) => names.map((name) => resource[name]))].map(line).join('');
}

/** A resource that has records of others, such as the countries with numbers, is the table of these. */
export function csvResource(resource: Resource): string {
  const isRecords = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'object');
  const records = Object.values(resource).find(isRecords) as Resource[] | undefined;
  return csvTable(records ?? [resource]);
}

export function csvError(error: ApiError): string {
  const more = `https://www.twilio.com/docs/errors/${error.code}`;
  return [
    ['code', 'message', 'more_info', 'status'],
    [error.code, error.message, more, error.status],
  ]
    .map(line)
    .join('');
}

function line(values: unknown[]): string {
  return `${values.map(cell).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
