/** The list in view as a call that an app could make. */

import type { QueryTerm } from '../../../domain/message-query.ts';
import type { Credentials } from '../../api/credentials.ts';
import { curlUser, shellWord } from '../../parts/shell-words.ts';

/** Filters that the Message list of the Twilio API has, by key of the query language. */
const PARAMETERS: Record<string, string> = { to: 'To', from: 'From', date: 'DateSent' };

/**
 * A curl command that answers what the list shows: by the Twilio API where its filters can say it (To, From, a day),
 * else by the search of the console's own API.
 */
export function apiCall(baseUrl: string, { sid, token }: Credentials, q: string, terms: readonly QueryTerm[]): string {
  const fields = terms.map(({ key, value }) => [PARAMETERS[key], value] as const);
  const keys = new Set(fields.map(([name]) => name));
  const isPlain = keys.size === fields.length && !keys.has(undefined) && terms.every(isExact);
  const path = isPlain ? `/2010-04-01/Accounts/${sid}/Messages.json` : `/_admin/v1/accounts/${sid}/messages`;
  const data = isPlain ? fields.map(([name, value]) => `${name}=${value}`) : q === '' ? [] : [`q=${q}`];
  const lines = [`curl -G ${shellWord(`${baseUrl}${path}`)}`, curlUser(sid, token)];
  for (const one of data) lines.push(`--data-urlencode ${shellWord(one)}`);
  return lines.join(' \\\n  ');
}

/** The Twilio API knows whole addresses and whole days. */
function isExact({ key, value }: QueryTerm): boolean {
  return key === 'date' ? /^\d{4}-\d\d-\d\d$/.test(value) : /^(?:[a-z]+:)?\+[1-9]\d{6,14}$/.test(value);
}
