/** The second version's lists of templates: filters, orders, and pages by number, as any order may be asked for. */
import { parseInstant } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { makeSearch } from '../../domain/search-pattern.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { Form } from '../form.ts';
import { readPageSize } from '../page.ts';
import { readChoice } from '../parameters.ts';

/** A page of what the query selects from `all`, which is newest first. Its URLs keep the query. */
export function answerSelected(call: Call, all: Document[], render: (content: Document) => Resource): Answer {
  const { size, page } = readPageSize(call.query);
  const found = selectContent(all, call.query);
  const kept = call.query.names().filter((name) => name !== 'Page' && name !== 'PageSize');
  const url = (number: number) => {
    const query = new URLSearchParams();
    for (const name of kept) for (const value of call.query.all(name)) query.append(name, value);
    query.append('PageSize', String(size));
    query.append('Page', String(number));
    return `${call.origin()}${call.base}?${query}`;
  };
  return {
    kind: 'page',
    page: {
      key: 'contents',
      resources: found.slice(page * size, (page + 1) * size).map(render),
      page,
      pageSize: size,
      url: url(page),
      firstUrl: url(0),
      nextUrl: (page + 1) * size < found.length ? url(page + 1) : null,
      previousUrl: page > 0 ? url(page - 1) : null,
    },
  };
}

/** Names, and the texts anywhere in the types, are searched for expressions, whatever their case. */
function selectContent(all: Document[], query: Form): Document[] {
  const after = readInstant(query, 'DateCreatedAfter') ?? Number.NEGATIVE_INFINITY;
  const before = readInstant(query, 'DateCreatedBefore') ?? Number.POSITIVE_INFINITY;
  const isNamed = makeSearch(query.one('ContentName') ?? '');
  const content = query.one('Content');
  const isSaid = content ? makeSearch(content) : null;
  const languages = query.all('Language').filter((language) => language !== '');
  const types = query.all('ContentType').filter((type) => type !== '');
  const channels = query.all('ChannelEligibility').filter((channel) => channel !== '');
  const found = all.filter(({ properties, createdAt }) => {
    return (
      createdAt >= after &&
      createdAt <= before &&
      isNamed(nameOf(properties)) &&
      (isSaid === null || textsOf(properties.types).some(isSaid)) &&
      (languages.length === 0 || languages.includes(String(properties.language))) &&
      (types.length === 0 || Object.keys(properties.types as object).some((type) => types.includes(type))) &&
      (channels.length === 0 || channels.includes(eligibilityOf(properties)))
    );
  });
  const byName = readChoice(query, 'SortByContentName', ['asc', 'desc']);
  const byDate = readChoice(query, 'SortByDate', ['asc', 'desc']);
  if (byName !== undefined) {
    const sign = byName === 'asc' ? 1 : -1;
    return found.sort((one, other) => sign * nameOf(one.properties).localeCompare(nameOf(other.properties)));
  }
  if (byDate === undefined) return found;
  return found.sort((one, other) => (byDate === 'asc' ? 1 : -1) * (one.updatedAt - other.updatedAt));
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function nameOf(properties: Document['properties']): string {
  return String(properties.friendly_name ?? '').toLowerCase();
}

/** `whatsapp:approved` and the like. */
function eligibilityOf({ approval }: Document['properties']): string {
  const status = typeof approval === 'object' && approval && 'status' in approval ? approval.status : 'unsubmitted';
  return `whatsapp:${status}`;
}

function readInstant(query: Form, parameter: string): number | undefined {
  const text = query.one(parameter);
  if (!text) return undefined;
  const at = parseInstant(text);
  if (at !== null) return at;
  const fix = 'Write it as 2026-01-31T10:00:00Z.';
  throw refuse(20001, {}, { parameter, received: text, allowed: 'an instant in ISO 8601', fix });
}
