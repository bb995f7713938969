/** The short links of an account, as the server lists them. */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { admin } from '../../api/client.ts';
import { useRefetchOn } from '../../api/live.ts';

export interface ShortLink {
  code: string;
  short_url: string;
  target: string;
  message_sid: string;
  domain_sid: string;
  created_at: string;
  expires_at: string;
  /** It leads nowhere any more. */
  is_over: boolean;
  clicks: number;
  /** Visits of programs that only looked ahead. */
  previews: number;
}

export interface Visit {
  at: string;
  kind: 'person' | 'preview';
  /** Shortened; `''`: not known. */
  user_agent: string;
}

export interface LinkVisits {
  link: ShortLink;
  /** Newest first. */
  visits: Visit[];
  /** Every visit that was counted is listed. */
  is_complete: boolean;
}

interface Page {
  links: ShortLink[];
  next_page: string | null;
}

export function useLinkVisits(account: string, code: string) {
  return useQuery({
    queryKey: [account, 'links', 'visits', code],
    queryFn: ({ signal }) =>
      admin<LinkVisits>(`accounts/${account}/links/${encodeURIComponent(code)}/clicks`, { signal }),
    refetchInterval: EVERY_MS,
  });
}

/** A click is no change of a message, so what is seen is asked for again now and then. */
const EVERY_MS = 10_000;

export function useLinks(account: string, text: string) {
  const key = [account, 'links'];
  useRefetchOn(['message', 'attempt'], key, 1_000);
  return useInfiniteQuery({
    queryKey: [...key, text],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      admin<Page>(`accounts/${account}/links`, { query: { q: text, page: pageParam, limit: 100 }, signal }),
    getNextPageParam: ({ next_page }) => next_page ?? undefined,
    placeholderData: (before) => before,
    refetchInterval: EVERY_MS,
  });
}
