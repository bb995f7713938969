/** Messaging Services, as far as more than one page asks for them. */
import { useQuery } from '@tanstack/react-query';
import { useAccountSid } from '../app/session-context.ts';
import { twilio } from './client.ts';

/** The account's oldest service, which is the one it always has; `null` until it is known. */
export function useAnyService(): string | null {
  const account = useAccountSid();
  const { data } = useQuery({
    queryKey: [account, 'services', 'any'],
    staleTime: 60_000,
    queryFn: ({ signal }) =>
      twilio<{ services: { sid: string }[] }>(account, 'v1/Services', { query: { PageSize: '200' }, signal }),
  });
  return data?.services.at(-1)?.sid ?? null;
}
