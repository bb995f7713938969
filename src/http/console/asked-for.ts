/** What a file was asked for, as the audit may keep it for long: which filters, and nothing of whom or what they named. */
import { parseMessageQuery, type QueryTerm } from '../../domain/message-query.ts';
import { isSid } from '../../domain/sid.ts';

const LONGEST = 500;
/** Keys of the query language whose values are judged by a list or a form of their own: nobody's number or text fits in. */
const PLAIN = ['status', 'error', 'date', 'direction', 'segments', 'has', 'is'];
const NAME = /^[a-z_]{1,30}$/i;
const HIDDEN = '…';

/** The query of `url` in a line: `q=to:… status:failed`. Values stay where they are plain or a SID, at most 500 characters. */
export function askedFor(url: string): string {
  const { searchParams } = new URL(url, 'http://localhost');
  const parts = [...searchParams].map(([name, value]) => {
    const shown = name === 'q' ? queryOf(value) : isSid(value) ? value : HIDDEN;
    return `${NAME.test(name) ? name : HIDDEN}=${shown}`;
  });
  return parts.join('&').slice(0, LONGEST);
}

function queryOf(text: string): string {
  // Ages are told as they were typed: what they count from does not matter.
  const parsed = parseMessageQuery(text, 0);
  return parsed.ok ? parsed.terms.map(termOf).join(' ') : HIDDEN;
}

function termOf({ key, value }: QueryTerm): string {
  const shown = PLAIN.includes(key) || isSid(value) ? value : HIDDEN;
  return key === '' ? shown : `${key}:${shown}`;
}
