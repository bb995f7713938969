/** Messaging Services and their pools, as the API tells them. */
import { useQuery } from '@tanstack/react-query';
import { twilio } from '../../api/client.ts';
import { formOf } from '../../api/form.ts';
import type { FormValues } from '../../parts/resource-form.tsx';

export interface Service {
  sid: string;
  friendly_name: string;
  inbound_request_url: string | null;
  inbound_method: string;
  fallback_url: string | null;
  fallback_method: string;
  status_callback: string | null;
  sticky_sender: boolean;
  smart_encoding: boolean;
  mms_converter: boolean;
  area_code_geomatch: boolean;
  fallback_to_long_code: boolean;
  use_inbound_webhook_on_number: boolean;
  validity_period: number;
  usecase: string;
  date_created: string;
}

/** One sender of a pool, whatever its kind. */
export interface PoolSender {
  sid: string;
  /** Path of its kind below the service: `PhoneNumbers`. */
  pool: Pool['path'];
  address: string;
  country: string | null;
}

export interface Pool {
  path: 'PhoneNumbers' | 'ShortCodes' | 'AlphaSenders' | 'ChannelSenders';
  /** Of the array in its list. */
  key: string;
  /** Property with the sender's address. */
  address: string;
  /** Parameter that names a sender to be added. */
  parameter: string;
  label: string;
}

export const POOLS: Pool[] = [
  {
    path: 'PhoneNumbers',
    key: 'phone_numbers',
    address: 'phone_number',
    parameter: 'PhoneNumberSid',
    label: 'Phone number',
  },
  { path: 'ShortCodes', key: 'short_codes', address: 'short_code', parameter: 'ShortCodeSid', label: 'Short code' },
  { path: 'AlphaSenders', key: 'alpha_senders', address: 'alpha_sender', parameter: 'AlphaSender', label: 'Name' },
  { path: 'ChannelSenders', key: 'senders', address: 'sender', parameter: 'Sid', label: 'Channel sender' },
];

const MOST = 100;

export const servicesKey = (account: string) => [account, 'services'];

export function useServices(account: string) {
  return useQuery({
    queryKey: servicesKey(account),
    queryFn: ({ signal }) =>
      twilio<{ services: Service[] }>(account, 'v1/Services', { query: { PageSize: MOST }, signal }).then(
        ({ services }) => services,
      ),
  });
}

export function useService(account: string, sid: string) {
  return useQuery({
    queryKey: [...servicesKey(account), sid],
    queryFn: ({ signal }) => twilio<Service>(account, `v1/Services/${sid}`, { signal }),
  });
}

/** All four pools of a service as one list. */
export function usePool(account: string, sid: string) {
  return useQuery({
    queryKey: [...servicesKey(account), sid, 'pool'],
    async queryFn({ signal }) {
      const lists = await Promise.all(POOLS.map((pool) => listPool(account, sid, pool, signal)));
      return lists.flat();
    },
  });
}

async function listPool(account: string, sid: string, pool: Pool, signal: AbortSignal): Promise<PoolSender[]> {
  type Item = { sid: string; country_code?: string | null } & Record<string, unknown>;
  const path = `v1/Services/${sid}/${pool.path}`;
  const page = await twilio<Record<string, Item[]>>(account, path, { query: { PageSize: MOST }, signal });
  return (page[pool.key] ?? []).map((item) => ({
    sid: item.sid,
    pool: pool.path,
    address: String(item[pool.address]),
    country: item.country_code ?? null,
  }));
}

export function createService(account: string, form: FormValues) {
  return twilio<Service>(account, 'v1/Services', { method: 'POST', form });
}

export function saveService(account: string, sid: string, form: FormValues) {
  return twilio<Service>(account, `v1/Services/${sid}`, { method: 'POST', ...formOf(form) });
}

export function removeService(account: string, sid: string) {
  return twilio(account, `v1/Services/${sid}`, { method: 'DELETE' });
}

export function addToPool(account: string, sid: string, pool: Pool, sender: string) {
  const form = { [pool.parameter]: sender };
  return twilio(account, `v1/Services/${sid}/${pool.path}`, { method: 'POST', form });
}

export function removeFromPool(account: string, sid: string, sender: PoolSender) {
  return twilio(account, `v1/Services/${sid}/${sender.pool}/${sender.sid}`, { method: 'DELETE' });
}

/** A sender of the account that a pool could take. */
export interface Addable {
  /** What the pool's parameter takes: a SID. */
  value: string;
  label: string;
}

/** Senders of the account for one kind of pool; names are typed, so there is nothing to choose. */
export function useAddable(account: string, pool: Pool) {
  return useQuery({
    queryKey: [account, 'addable', pool.path],
    async queryFn({ signal }): Promise<Addable[]> {
      const query = { PageSize: 1000 };
      if (pool.path === 'PhoneNumbers') {
        const path = `2010-04-01/Accounts/${account}/IncomingPhoneNumbers.json`;
        type List = { incoming_phone_numbers: { sid: string; phone_number: string; friendly_name: string }[] };
        const { incoming_phone_numbers } = await twilio<List>(account, path, { query, signal });
        return incoming_phone_numbers.map(({ sid, phone_number }) => ({ value: sid, label: phone_number }));
      }
      if (pool.path === 'ShortCodes') {
        const path = `2010-04-01/Accounts/${account}/SMS/ShortCodes.json`;
        type List = { short_codes: { sid: string; short_code: string }[] };
        const { short_codes } = await twilio<List>(account, path, { query, signal });
        return short_codes.map(({ sid, short_code }) => ({ value: sid, label: short_code }));
      }
      if (pool.path === 'AlphaSenders') return [];
      type List = { senders: { sid: string; sender_id: string }[] };
      const { senders } = await twilio<List>(account, 'v2/Channels/Senders', {
        query: { Channel: 'whatsapp', PageSize: 100 },
        signal,
      });
      return senders.map(({ sid, sender_id }) => ({ value: sid, label: sender_id }));
    },
  });
}

export interface Choice {
  from: string | null;
  error_code: number | null;
  candidates: { sender: string; kind: string; country_code: string | null; mms: boolean; starts_in_ms: number }[];
  reasons: string[];
  summary: string;
}

/** Which sender would carry a message to `to` now, and why. Sends nothing. */
export function chooseSender(account: string, sid: string, to: string, hasMedia: boolean) {
  const query = { To: to, MediaUrl: hasMedia ? 'https://example.com/picture.png' : undefined };
  return twilio<Choice>(account, `v1/Services/${sid}/SenderChoice`, { query });
}
