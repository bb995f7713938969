/** What asks for attention, for the navigation: fed by what the live stream tells and by going from page to page. */
import { useQuery } from '@tanstack/react-query';
import { useLocation } from '@tanstack/react-router';
import { useEffect } from 'react';
import { type ErrorGroup, errorsKey, fetchGroups, LAST_DAY, openOf } from '../api/error-groups.ts';
import { useRefetchOn } from '../api/live.ts';
import { queries } from '../api/query.ts';
import { useAccountSid } from './session-context.ts';

/** However many alerts there are: counting looks at the newest of them each time. */
const EVERY_MS = 5_000;

/** Codes of the last day that are open, by the path of the page that shows them. */
export function countsOf(groups: ErrorGroup[]): Record<string, number> {
  const open = openOf(groups);
  return { '/errors': open.length, '/webhooks': open.filter(({ source }) => source === 'webhook').length };
}

/** See `countsOf`; empty until it is known. */
export function useOpenCounts(): Record<string, number> {
  const account = useAccountSid();
  const { pathname } = useLocation();
  const { data } = useQuery({
    queryKey: [...errorsKey(account), LAST_DAY],
    queryFn: ({ signal }) => fetchGroups(account, LAST_DAY, signal),
    staleTime: EVERY_MS,
  });
  useRefetchOn(['alert'], errorsKey(account), EVERY_MS);
  // Requests that were refused make no event: whoever goes to another page sees them counted.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the path is the occasion
  useEffect(() => {
    void queries.invalidateQueries({ queryKey: errorsKey(account) });
  }, [account, pathname]);
  return countsOf(data?.groups ?? []);
}
