/** The Account resource, to read: one's own account and the accounts below it. What changes it: `account-changes.ts`. */
import { rfc2822 } from '../domain/dates.ts';
import { refuse } from '../domain/errors.ts';
import { isForgotten } from '../domain/standing.ts';
import type { Account } from '../store/directory.ts';
import { type Answer, API_ROOT, type Resource } from './answer.ts';
import type { Call } from './context.ts';
import { makeList, readPaging, slicePage } from './page.ts';

/** Subresource names of the schema; their paths are the same words in PascalCase, but for the exceptions. */
const SUBRESOURCES: Record<string, string> = {
  addresses: 'Addresses',
  applications: 'Applications',
  authorized_connect_apps: 'AuthorizedConnectApps',
  available_phone_numbers: 'AvailablePhoneNumbers',
  balance: 'Balance',
  calls: 'Calls',
  conferences: 'Conferences',
  connect_apps: 'ConnectApps',
  incoming_phone_numbers: 'IncomingPhoneNumbers',
  keys: 'Keys',
  messages: 'Messages',
  notifications: 'Notifications',
  outgoing_caller_ids: 'OutgoingCallerIds',
  queues: 'Queues',
  recordings: 'Recordings',
  short_codes: 'SMS/ShortCodes',
  signing_keys: 'SigningKeys',
  sip: 'SIP',
  transcriptions: 'Transcriptions',
  usage: 'Usage',
};

export const STATUSES: readonly string[] = ['active', 'suspended', 'closed'] satisfies Account['status'][];

export function fetchAccount(call: Call): Answer {
  return { kind: 'resource', status: 200, element: 'Account', resource: renderAccount(call, call.account) };
}

/** `FriendlyName` and `Status` filter; the account itself comes first, then its subaccounts, newest first. */
export async function listAccounts(call: Call): Promise<Answer> {
  const paging = readPaging(call.query, 'AC');
  const name = call.query.one('FriendlyName');
  const status = call.query.one('Status');
  if (status && !STATUSES.includes(status)) {
    const fix = 'Use one of the three, or leave it out.';
    throw refuse(20001, {}, { parameter: 'Status', received: status, allowed: STATUSES.join(', '), fix });
  }
  const now = call.context.clock.now();
  const own = (await call.context.store.accounts())
    .filter((account) => !isForgotten(account, now))
    .filter((account) => account.sid === call.account.sid || account.ownerSid === call.account.sid)
    .filter((account) => (!name || account.friendlyName === name) && (!status || account.status === status))
    .sort((one, other) => rank(call, one) - rank(call, other) || other.createdAt - one.createdAt);
  const page = slicePage(own, paging, ({ sid }, gone) => sid !== call.account.sid && sid < gone);
  const filters: [string, string][] = [];
  if (name) filters.push(['FriendlyName', name]);
  if (status) filters.push(['Status', status]);
  const list = makeList(call, paging, {
    key: 'accounts',
    container: 'Accounts',
    element: 'Account',
    resources: page.items.map((account) => renderAccount(call, account)),
    hasNext: page.hasNext,
    hasPrevious: page.hasPrevious,
    filters,
  });
  return { kind: 'list', list };
}

function rank(call: Call, account: Account): number {
  return account.sid === call.account.sid ? 0 : 1;
}

export function renderAccount(call: Call, account: Account): Resource {
  const path = `${API_ROOT}/Accounts/${account.sid}`;
  const subresources = Object.entries(SUBRESOURCES).map(([name, place]) => [name, `${path}/${place}.json`]);
  return {
    auth_token: call.context.openToken(account.sealedToken),
    date_created: rfc2822(account.createdAt),
    date_updated: rfc2822(account.updatedAt),
    friendly_name: account.friendlyName,
    owner_account_sid: account.ownerSid,
    sid: account.sid,
    status: account.status,
    subresource_uris: Object.fromEntries(subresources),
    type: account.type,
    uri: `${path}.json`,
  };
}
