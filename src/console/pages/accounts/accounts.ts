/** Accounts, tokens, keys and the audit log, as the server tells them. */
import { useQuery } from '@tanstack/react-query';
import { admin, twilio } from '../../api/client.ts';

export interface AccountResource {
  sid: string;
  owner_account_sid: string;
  friendly_name: string;
  status: 'active' | 'suspended' | 'closed';
  type: string;
  auth_token: string;
  date_created: string;
}

export interface Key {
  sid: string;
  friendly_name: string | null;
  date_created: string;
  date_updated: string;
}

export interface AuditEntry {
  id: number;
  at: string;
  user: string;
  role: string;
  address: string;
  verb: string;
  path: string;
  account_sid: string | null;
  status: number;
  /** What was taken away as a file. */
  taken: { query: string; count: number } | null;
}

export const accountKey = (account: string) => [account, 'account'];
export const keysKey = (account: string) => [account, 'keys'];

export function useAccountResource(account: string) {
  return useQuery({
    queryKey: accountKey(account),
    queryFn: ({ signal }) => twilio<AccountResource>(account, `2010-04-01/Accounts/${account}.json`, { signal }),
  });
}

export function changeAccount(account: string, form: { FriendlyName?: string; Status?: string }) {
  return twilio<AccountResource>(account, `2010-04-01/Accounts/${account}.json`, { method: 'POST', form });
}

/** A subaccount, made by its main account. */
export function createSubaccount(main: string, name: string) {
  return twilio<AccountResource>(main, '2010-04-01/Accounts.json', { method: 'POST', form: { FriendlyName: name } });
}

/** A subaccount is changed by the account that owns it: one that is suspended can no longer ask for itself. */
export function changeStatus({ sid, owner_account_sid }: AccountResource, status: AccountResource['status']) {
  const path = `2010-04-01/Accounts/${sid}.json`;
  return twilio<AccountResource>(owner_account_sid, path, { method: 'POST', form: { Status: status } });
}

/** A second token beside the first; it is told this once. */
export function createSecondToken(account: string) {
  const path = 'v1/AuthTokens/Secondary';
  return twilio<{ secondary_auth_token: string }>(account, path, { method: 'POST' });
}

export function removeSecondToken(account: string) {
  return twilio(account, 'v1/AuthTokens/Secondary', { method: 'DELETE' });
}

/** The second token takes the first one's place. */
export function promoteToken(account: string) {
  return twilio<{ auth_token: string }>(account, 'v1/AuthTokens/Promote', { method: 'POST' });
}

export function useKeys(account: string) {
  return useQuery({
    queryKey: keysKey(account),
    async queryFn({ signal }) {
      const path = `2010-04-01/Accounts/${account}/Keys.json`;
      return (await twilio<{ keys: Key[] }>(account, path, { query: { PageSize: 1000 }, signal })).keys;
    },
  });
}

/** The secret is told this once. */
export function createKey(account: string, name: string) {
  const path = `2010-04-01/Accounts/${account}/Keys.json`;
  return twilio<Key & { secret: string }>(account, path, { method: 'POST', form: { FriendlyName: name } });
}

export function removeKey(account: string, sid: string) {
  return twilio(account, `2010-04-01/Accounts/${account}/Keys/${sid}.json`, { method: 'DELETE' });
}

/** What was done lately, by whom; of all accounts. */
export function useAudit() {
  return useQuery({
    queryKey: ['server', 'audit'],
    queryFn: ({ signal }) => admin<{ audit: AuditEntry[] }>('audit', { query: { limit: 200 }, signal }),
  });
}
