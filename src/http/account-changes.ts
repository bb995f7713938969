/** Making subaccounts, and what their parent does with them: a name, a pause, an end. */
import { refuse } from '../domain/errors.ts';
import type { Account, AccountChange } from '../store/directory.ts';
import { renderAccount, STATUSES } from './accounts.ts';
import type { Answer } from './answer.ts';
import { unauthenticated } from './auth.ts';
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

/**
 * `FriendlyName` and `Status`, and nothing else of the account: a token may be promoted at the same moment. Closing is
 * final and gives the account's numbers free, all in one commit.
 */
export async function updateAccount(call: Call): Promise<Answer> {
  const { store, clock } = call.context;
  const { sid } = call.account;
  const set: AccountChange['set'] = {};
  const name = call.form.one('FriendlyName');
  const status = readStatus(call);
  if (name) set.friendlyName = friendlyName('FriendlyName', name);
  if (status) set.status = status;
  // What the door knows may be a second old.
  for (let present = (await store.account(sid)) ?? call.account; ; ) {
    await judge(call, present, status ?? present.status);
    const changed = await store.changeAccount({ sid, set, expected: { status: present.status } }, clock.now());
    if (changed.kind === 'missing') throw unauthenticated();
    if (changed.kind === 'done') {
      if (status === 'closed') call.context.onSenderChanged();
      return { kind: 'resource', status: 200, element: 'Account', resource: renderAccount(call, changed.account) };
    }
    // Judged by a status that it has no more: judged again.
    present = changed.account;
  }
}

/** `undefined`: it is to stay as it is. */
function readStatus({ form }: Call): Account['status'] | undefined {
  const text = form.one('Status');
  if (!text) return undefined;
  if (STATUSES.includes(text)) return text as Account['status'];
  throw refuse(21475, {}, { parameter: 'Status', received: text, allowed: STATUSES.join(', ') });
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

/** `SubAccount Created at 2026-01-31 02:05 pm`, in UTC. */
function nameAt(now: number): string {
  const text = new Date(now).toISOString();
  const hour = Number(text.slice(11, 13));
  const shown = String(hour % 12 || 12).padStart(2, '0');
  return `SubAccount Created at ${text.slice(0, 10)} ${shown}:${text.slice(14, 16)} ${hour < 12 ? 'am' : 'pm'}`;
}
