/** The second version's lists of templates: filters and orders. */
import { parseInstant } from '../../domain/dates.ts';
import { refuse } from '../../domain/errors.ts';
import { makeSearch } from '../../domain/search-pattern.ts';
import type { Document } from '../../store/directory.ts';
import type { Answer, Resource } from '../answer.ts';
import type { Call } from '../context.ts';
import type { Form } from '../form.ts';
import { answerPage, comparison, NEWEST_FIRST, type Order } from '../messaging/page.ts';
import { readChoice } from '../parameters.ts';

const FILTERS = [
  'SortByContentName',
  'SortByDate',
  'DateCreatedAfter',
  'DateCreatedBefore',
  'ContentName',
  'Content',
  'Language',
  'ContentType',
  'ChannelEligibility',
];

/** A page of what the query selects from `all`, in the order that it asks for; its URLs repeat both. */
export function answerSelected(call: Call, all: Document[], render: (content: Document) => Resource): Promise<Answer> {
  const order = readOrder(call.query);
  const found = selectContent(all, call.query).sort(comparison(order));
  return answerPage(call, 'contents', found, render, FILTERS, order);
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
  return all.filter(({ properties, createdAt }) => {
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
}

/** By name, else by the last change; newest first when neither is asked for. */
function readOrder(query: Form): Order<Document> {
  const byName = readChoice(query, 'SortByContentName', ['asc', 'desc']);
  const byDate = readChoice(query, 'SortByDate', ['asc', 'desc']);
  if (byName !== undefined) {
    return { rankOf: ({ properties }) => nameOf(properties), sign: byName === 'asc' ? 1 : -1 };
  }
  if (byDate !== undefined) return { rankOf: ({ updatedAt }) => updatedAt, sign: byDate === 'asc' ? 1 : -1 };
  return NEWEST_FIRST;
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
