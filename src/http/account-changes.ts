/** Making subaccounts, and what their parent does with them: a name, a pause, an end. */
import { refuse } from '../domain/errors.ts';
import type { Account } from '../store/directory.ts';
import { renderAccount, STATUSES } from './accounts.ts';
import type { Answer } from './answer.ts';
import type { Call } from './context.ts';
import { makeSecret } from './credentials.ts';
import { friendlyName } from './properties.ts';

/** Of one account, closed ones not counted. */
const MOST_SUBACCOUNTS = 1_000;

/** `POST /Accounts`: a subaccount of the caller's. Only main accounts have any. */
export async function createAccount(call: Call): Promise<Answer> {
  const { context, account: parent, form } = call;
  const { store, clock, sids, sealToken } = context;
  if (parent.ownerSid !== parent.sid) throw refuse(20006, {}, { fix: 'Use the credentials of the main account.' });
  const now = clock.now();
  const name = form.one('FriendlyName') || nameAt(now);
  friendlyName('FriendlyName', name);
  const children = (await store.accounts()).filter(({ sid, ownerSid }) => ownerSid === parent.sid && sid !== ownerSid);
  if (children.filter(({ status }) => status !== 'closed').length >= MOST_SUBACCOUNTS) {
    throw refuse(21480, {}, { allowed: `${MOST_SUBACCOUNTS} subaccounts`, fix: 'Close those no longer needed.' });
  }
  const account: Account = {
    sid: sids.make('AC'),
    ownerSid: parent.sid,
    friendlyName: name,
    status: 'active',
    type: parent.type,
    sealedToken: sealToken(makeSecret()),
    defaultServiceSid: sids.make('MG'),
    createdAt: now,
    updatedAt: now,
  };
  await store.saveAccount(account);
  return { kind: 'resource', status: 201, element: 'Account', resource: renderAccount(call, account) };
}

/** `FriendlyName` and `Status`. Closing is final and gives the account's numbers free. */
export async function updateAccount(call: Call): Promise<Answer> {
  const { store, clock } = call.context;
  // Read again: what the door knows may be a second old, and a token may have been promoted since.
  const present = (await store.account(call.account.sid)) ?? call.account;
  const status = readStatus(call);
  const name = call.form.one('FriendlyName') || present.friendlyName;
  friendlyName('FriendlyName', name);
  await judge(call, present, status);
  const account: Account = { ...present, friendlyName: name, status, updatedAt: clock.now() };
  await store.saveAccount(account);
  if (status === 'closed') await releaseSenders(call, account);
  return { kind: 'resource', status: 200, element: 'Account', resource: renderAccount(call, account) };

  function readStatus({ form }: Call): Account['status'] {
    const text = form.one('Status');
    if (!text) return present.status;
    if (STATUSES.includes(text)) return text as Account['status'];
    throw refuse(21475, {}, { parameter: 'Status', received: text, allowed: STATUSES.join(', ') });
  }
}

async function judge(call: Call, present: Account, status: Account['status']): Promise<void> {
  const details = { parameter: 'Status', received: status };
  if (present.status === 'closed') throw refuse(21479, {}, details);
  const isMain = present.ownerSid === present.sid;
  if (isMain && status !== present.status) throw refuse(21477, {}, details);
  const isRevived = status === 'active' && present.status === 'suspended';
  if (!isMain && isRevived && call.context.settings.suspendedAccounts?.has(present.sid))
    throw refuse(21478, {}, details);
  if (!isMain && isRevived && call.caller.account.sid === present.ownerSid) {
    const owner = await call.context.store.account(present.ownerSid);
    if (owner?.status !== 'active') throw refuse(21476, {}, details);
  }
  if (!call.caller.isActive) throw refuse(20005);
}

/** What a closed account had is to be had again. */
async function releaseSenders({ context }: Call, { sid: accountSid }: Account): Promise<void> {
  for (const { sid } of await context.store.senders(accountSid)) {
    await context.store.removeDocument(accountSid, 'pool', sid);
    await context.store.removeSender(accountSid, sid);
  }
  context.onSenderChanged();
}

/** `SubAccount Created at 2026-01-31 02:05 pm`, in UTC. */
export function nameAt(now: number): string {
  const text = new Date(now).toISOString();
  const hour = Number(text.slice(11, 13));
  const shown = String(hour % 12 || 12).padStart(2, '0');
  return `SubAccount Created at ${text.slice(0, 10)} ${shown}:${text.slice(14, 16)} ${hour < 12 ? 'am' : 'pm'}`;
}
