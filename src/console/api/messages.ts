/** Messages as the console's side of the API lists them: the API's Message, and what a row shows beside that. */
import type { InfiniteData } from '@tanstack/react-query';
import { admin } from './client.ts';
import { queries } from './query.ts';

export interface MessageRow {
  sid: string;
  account_sid: string;
  messaging_service_sid: string | null;
  service_name: string | null;
  from: string | null;
  to: string;
  body: string;
  status: string;
  direction: 'inbound' | 'outbound-api' | 'outbound-call' | 'outbound-reply';
  num_segments: string;
  num_media: string;
  price: string | null;
  price_unit: string;
  error_code: number | null;
  error_message: string | null;
  date_created: string;
  date_updated: string;
  date_sent: string | null;
  tags: Record<string, string>;
  encoding: 'GSM-7' | 'UCS-2' | null;
  has_media: boolean;
  is_scheduled: boolean;
  is_redacted: boolean;
  /** When it is due, ISO 8601. */
  send_at: string | null;
  /** What the list is ordered by, ISO 8601. */
  listed_at: string;
  created_at: string;
  updated_at: string;
  sent_at: string | null;
}

export interface MessagePage {
  messages: MessageRow[];
  next_page: string | null;
  /** False: a search through so many rows ended early, at `searched_back_to`. */
  is_complete: boolean;
  searched_back_to: string | null;
  /** Sentences about what was not looked for. */
  notices: string[];
}

/** Key of a list in the cache; lists of one account share its beginning. */
export function messagesKey(account: string, q?: string): readonly string[] {
  return q === undefined ? [account, 'messages', 'list'] : [account, 'messages', 'list', q];
}

/** One page of the messages that match, newest first. */
export function fetchMessages(
  account: string,
  q: string,
  page: string | null,
  limit: number,
  signal?: AbortSignal,
): Promise<MessagePage> {
  return admin<MessagePage>(`accounts/${account}/messages`, { query: { q, limit, page }, signal });
}

let viewed: readonly string[] = [];

/** Says which list is being looked at. */
export function rememberList(key: readonly string[]): void {
  viewed = key;
}

/** SIDs above and below a message in the list that was looked at last, for `[` and `]`. */
export function neighbours(account: string, sid: string): { newer: string | null; older: string | null } {
  const list = viewed[0] === account ? queries.getQueryData<InfiniteData<MessagePage>>(viewed) : undefined;
  const sids = list?.pages.flatMap(({ messages }) => messages.map((one) => one.sid)) ?? [];
  const at = sids.indexOf(sid);
  if (at < 0) return { newer: null, older: null };
  return { newer: sids[at - 1] ?? null, older: sids[at + 1] ?? null };
}
