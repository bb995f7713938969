/** What a message can be made of: senders, services, templates and phones, by the API that an app would ask. */
import { useQuery } from '@tanstack/react-query';
import { testSide, twilio } from '../../api/client.ts';
import { useAccountSid, useSession } from '../../app/session-context.ts';

export interface Service {
  sid: string;
  friendly_name: string;
  smart_encoding: boolean;
}

export interface Template {
  sid: string;
  friendly_name: string | null;
  language: string;
  variables: Record<string, string>;
  types: Record<string, { body?: string }>;
}

export interface Choice {
  from: string | null;
  error_code: number | null;
  summary: string;
}

const STALE_MS = 30_000;
const ALL = { PageSize: '200' };
const CHANNELS = ['whatsapp', 'messenger', 'rcs'];

/** Every address the account can send from, by what kind it is. */
export function useSenders(): { group: string; items: string[] }[] {
  const account = useAccountSid();
  const { data } = useQuery({
    queryKey: [account, 'send', 'senders'],
    staleTime: STALE_MS,
    queryFn: async ({ signal }) => {
      const root = `2010-04-01/Accounts/${account}`;
      const ask = { query: ALL, signal };
      const channels = CHANNELS.map((Channel) =>
        twilio<{ senders: { sender_id: string }[] }>(account, 'v2/Channels/Senders', {
          query: { ...ALL, Channel },
          signal,
        }),
      );
      const [numbers, codes, ...lists] = await Promise.all([
        twilio<{ incoming_phone_numbers: { phone_number: string }[] }>(
          account,
          `${root}/IncomingPhoneNumbers.json`,
          ask,
        ),
        twilio<{ short_codes: { short_code: string }[] }>(account, `${root}/SMS/ShortCodes.json`, ask),
        ...channels,
      ]);
      return [
        { group: 'Numbers', items: numbers.incoming_phone_numbers.map((one) => one.phone_number) },
        { group: 'Short codes', items: codes.short_codes.map((one) => one.short_code) },
        { group: 'Channels', items: lists.flatMap(({ senders }) => senders.map((one) => one.sender_id)) },
      ].filter(({ items }) => items.length > 0);
    },
  });
  return data ?? [];
}

export function useServices(): Service[] {
  const account = useAccountSid();
  const { data } = useQuery({
    queryKey: [account, 'send', 'services'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) => twilio<{ services: Service[] }>(account, 'v1/Services', { query: ALL, signal }),
  });
  return data?.services ?? [];
}

export function useTemplates(): Template[] {
  const account = useAccountSid();
  const { data } = useQuery({
    queryKey: [account, 'send', 'templates'],
    staleTime: STALE_MS,
    queryFn: ({ signal }) => twilio<{ contents: Template[] }>(account, 'v1/Content', { query: ALL, signal }),
  });
  return data?.contents ?? [];
}

/** Phones of the test side, which are whom one writes to in `dev`. */
export function usePhoneNumbers(): { number: string; name: string | null }[] {
  const account = useAccountSid();
  const { test_side: isThere } = useSession();
  const { data } = useQuery({
    queryKey: [account, 'phones', 'list'],
    enabled: isThere,
    queryFn: ({ signal }) =>
      testSide<{ phones: { number: string; name: string | null }[] }>(`${account}/phones`, { signal }),
  });
  return data?.phones ?? [];
}

/** Whom a service would let send it. Asked once the recipient is whole. */
export function useChoice(service: string, to: string, from: string): Choice | null {
  const account = useAccountSid();
  const { data } = useQuery({
    queryKey: [account, 'send', 'choice', service, to, from],
    enabled: service !== '' && /^([a-z]+:)?\+?[\w.-]{5,}$/.test(to),
    retry: false,
    queryFn: ({ signal }) =>
      twilio<Choice>(account, `v1/Services/${service}/SenderChoice`, { query: { To: to, From: from }, signal }),
  });
  return data ?? null;
}
