/** The phones of the simulated network, as the test side tells of them. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Card } from '../../../domain/content-card.ts';
import { testSide } from '../../api/client.ts';
import { useRefetchOn } from '../../api/live.ts';
import { queries } from '../../api/query.ts';
import { useAccountSid } from '../../app/session-context.ts';

export interface Phone {
  /** E.164, or an address of a channel that has no numbers. */
  number: string;
  name: string | null;
  behave: unknown;
  rcs: boolean;
  messages: number;
  unread: number;
  /** Steps of its script that are over. */
  script_step: number;
  last: { direction: 'received' | 'sent'; body: string; at: string; channel: string } | null;
  /** From how many senders it wants nothing. */
  opted_out?: number;
}

export interface Medium {
  content_type: string;
  url?: string;
  size?: number;
}

export interface Webhook {
  attempt: number;
  url: string;
  status: number | null;
  ms: number;
  error_code: number | null;
  error: string | null;
}

/** One message of a conversation, seen from the phone. */
export interface Entry {
  /** `missed`: it will never arrive. `underway`: it has not yet. */
  direction: 'received' | 'sent' | 'missed' | 'underway';
  sid: string | null;
  /** Of the carrier, while it is no message. */
  id?: string;
  from: string | null;
  to: string;
  body: string;
  at: string;
  channel: string;
  media: Medium[];
  status: string | null;
  error_code?: number | null;
  error_message?: string | null;
  /** Why it became no message. */
  why?: string;
  /** The confirmation of a keyword. */
  notice?: boolean;
  actions?: string[];
  buttons?: { text: string; payload: string }[];
  card?: Card;
  location?: { latitude: number; longitude: number; address?: string; label?: string };
  button?: { text: string };
  list?: { title: string };
  webhook?: Webhook | null;
  alerts?: { code: number; level: string; why: string }[];
}

export interface OptOut {
  channel: string;
  scope: string;
  source: string;
  at: string;
}

export interface Conversation {
  number: string;
  phone: Phone | null;
  optouts: OptOut[];
  receivers: string[];
  messages: Entry[];
  next: string | null;
}

/** Changes of the stream that a phone may show. */
const KINDS = ['message', 'attempt', 'alert', 'phone', 'error'];
/** What no event tells: a behaviour set by somebody else. */
const LOOK_AGAIN_MS = 5_000;
const PAGE = '50';

/** Path of a phone on the test side, as the account in view knows it: what it wrote to others is not told. */
export function pathOf(account: string, number: string, what = ''): string {
  return `${account}/phones/${encodeURIComponent(number)}${what === '' ? '' : `/${what}`}`;
}

/** Every phone, as the server lists them. */
export function usePhones() {
  const account = useAccountSid();
  useRefetchOn(KINDS, [account, 'phones'], 200);
  return useQuery({
    queryKey: [account, 'phones', 'list'],
    queryFn: ({ signal }) => testSide<{ phones: Phone[] }>(`${account}/phones`, { signal }),
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** The conversation of one phone, newest page first; `fetchNextPage` brings what was before. */
export function useConversation(number: string) {
  const account = useAccountSid();
  return useInfiniteQuery({
    queryKey: [account, 'phones', 'conversation', number],
    queryFn: ({ pageParam, signal }) =>
      testSide<Conversation>(pathOf(account, number, 'conversation'), {
        query: { limit: PAGE, before: pageParam },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: (page) => page.next ?? undefined,
    refetchInterval: LOOK_AGAIN_MS,
  });
}

/** Looks again at every phone. */
export function lookAgain(account: string): void {
  void queries.invalidateQueries({ queryKey: [account, 'phones'] });
}

/** Identity of an entry, also while it is no message. */
export function keyOf({ sid, id, direction, at }: Entry): string {
  return `${direction === 'sent' ? 'sent' : 'got'} ${sid ?? id ?? at}`;
}
