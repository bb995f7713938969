/** The query as text and as chips: what the box holds is the one truth, the chips are made of it. */
import { formatMessageQuery, parseMessageQuery, type QueryTerm } from '../../../domain/message-query.ts';

export type Fault = { received: string; allowed: string; fix: string };

/** The terms of a query, or what is wrong with it. The server reads it by the same rules. */
export function readQuery(text: string, now: number): { terms: QueryTerm[]; fault: Fault | null } {
  const parsed = parseMessageQuery(text, now);
  return parsed.ok ? { terms: parsed.terms, fault: null } : { terms: [], fault: parsed.fault };
}

/** The query with one more term. */
export function withTerm(text: string, key: string, value: string): string {
  return [text.trim(), formatMessageQuery([{ key, value }])].filter((piece) => piece !== '').join(' ');
}

/** The query without the term at a place; what is left reads as it was typed. */
export function withoutTerm(text: string, { at, text: typed }: Pick<QueryTerm, 'at' | 'text'>): string {
  return `${text.slice(0, at)}${text.slice(at + typed.length)}`.replace(/\s+/g, ' ').trim();
}
