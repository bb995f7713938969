/** The cache of answers. Failures of the network are tried again by the next look, refusals are shown at once. */
import { QueryClient } from '@tanstack/react-query';
import { ApiFailure } from './client.ts';

/**
 * One cache a tab. Keys begin with the account (`[account, 'messages', …]`), or with `'server'` for what belongs to none,
 * so that a gap in the live stream can make everything of an account old at once.
 */
export const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      retry: (count, error) => count < 2 && error instanceof ApiFailure && (error.status === 0 || error.status === 503),
      retryDelay: 500,
      refetchOnWindowFocus: false,
    },
  },
});
