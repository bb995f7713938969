/** What snippets need to run as pasted: the account's own credentials and a number to send from. */
import { useQuery } from '@tanstack/react-query';
import { useSession } from '../app/session-context.ts';
import { twilio } from './client.ts';

export interface Credentials {
  sid: string;
  /** `null` where it stands in no text unasked: on a real server. */
  token: string | null;
}

/** The credentials of an account for texts that show them, once they are known. */
export function useCredentials(account: string): Credentials | null {
  const isReal = useSession().mode === 'serve';
  const { data } = useQuery({
    queryKey: [account, 'credentials'],
    queryFn: ({ signal }) => fetchCredentials(account, signal),
    staleTime: 60_000,
    enabled: !isReal,
  });
  return isReal ? { sid: account, token: null } : (data ?? null);
}

/** The credentials of an account; the token is masked for a viewer. */
export async function fetchCredentials(account: string, signal?: AbortSignal): Promise<{ sid: string; token: string }> {
  const { auth_token } = await twilio<{ auth_token: string }>(account, `2010-04-01/Accounts/${account}.json`, {
    signal,
  });
  return { sid: account, token: auth_token };
}

/** A number of the account that sends for real (the magic ones only act), `null` when it has none or it is not known yet. */
export function useFirstNumber(account: string): string | null {
  const { data } = useQuery({
    queryKey: [account, 'numbers', 'first'],
    queryFn: ({ signal }) =>
      twilio<{ incoming_phone_numbers: { phone_number: string }[] }>(
        account,
        `2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json`,
        { query: { PageSize: 50 }, signal },
      ),
    staleTime: 60_000,
  });
  const numbers = data?.incoming_phone_numbers.map((one) => one.phone_number) ?? [];
  return numbers.find((number) => !number.startsWith('+1500555')) ?? null;
}
