/** What must be there before the doors open: the first account, and the senders that the configuration names. */
import type { Config, NumberSetting, SenderSetting } from './config.ts';
import { type Address, countryOf, formatAddress, parseSender } from './domain/address.ts';
import type { Clock } from './domain/clock.ts';
import { defaultRate } from './domain/pacing.ts';
import type { SidMaker } from './domain/sid.ts';
import type { Account, Sender, SenderKind } from './store/directory.ts';
import type { Store } from './store/store.ts';

export interface ProvisionParts {
  store: Store;
  clock: Clock;
  sids: SidMaker;
  /** 16 random bytes in hex, for a token nobody has named. */
  makeToken: () => string;
  seal: (token: string) => string;
  open: (sealed: string) => string;
}

/** The first account and its token; `fresh` when the token was made here and has to be shown once. */
export interface FirstAccount {
  account: Account;
  token: string;
  fresh: boolean;
}

/** Finds or makes the first account; credentials in the settings win over what is stored (settled 3 and 37). */
export async function provisionAccount(parts: ProvisionParts, auth: Config['auth']): Promise<FirstAccount> {
  const { store, clock, sids } = parts;
  const known = auth.accountSid ? await store.account(auth.accountSid) : await firstActive(store);
  if (known) {
    const stored = parts.open(known.sealedToken);
    if (!auth.authToken || auth.authToken === stored) return { account: known, token: stored, fresh: false };
    const account = { ...known, sealedToken: parts.seal(auth.authToken), updatedAt: clock.now() };
    await store.saveAccount(account);
    return { account, token: auth.authToken, fresh: false };
  }
  const token = auth.authToken ?? parts.makeToken();
  const sid = auth.accountSid ?? sids.make('AC');
  const now = clock.now();
  const account: Account = {
    sid,
    ownerSid: sid,
    friendlyName: 'Default',
    status: 'active',
    type: 'Full',
    sealedToken: parts.seal(token),
    defaultServiceSid: sids.make('MG'),
    createdAt: now,
    updatedAt: now,
  };
  await store.saveAccount(account);
  const elected = auth.accountSid ? null : await elect(parts, account);
  if (elected) return { account: elected, token: parts.open(elected.sealedToken), fresh: false };
  return { account, token, fresh: auth.authToken === null };
}

async function firstActive(store: Store): Promise<Account | null> {
  return (await store.accounts()).find(({ status }) => status !== 'closed') ?? null;
}

/**
 * Two nodes that start on an empty store at the same moment each make an account: one of them is the first one, the
 * other is closed. Answers the other node's account when that one was elected, `null` when ours was.
 */
async function elect({ store, clock }: ProvisionParts, account: Account): Promise<Account | null> {
  const kind = 'first-account';
  const now = clock.now();
  const ours = { accountSid: '', kind, sid: account.sid, parentSid: '', name: 'first', properties: {} };
  if ((await store.saveDocument({ ...ours, createdAt: now, updatedAt: now })) === 'saved') return null;
  const [winner] = await store.documents({ accountSid: '', kind, name: 'first', limit: 1 });
  const elected = winner ? await store.account(winner.sid) : null;
  if (!elected) return null;
  await store.saveAccount({ ...account, status: 'closed', updatedAt: now });
  return elected;
}

/** Senders that `dev` has from the start (settled 36). */
const DEV_SENDERS = ['+12025550100', 'whatsapp:+12025550100', '+15005550006', '76767'];

/** Writes the senders of the settings; what else was registered stays. A sender keeps its sid and its REST changes. */
export async function provisionSenders(parts: ProvisionParts, account: Account, config: Config): Promise<void> {
  const wanted: (NumberSetting | SenderSetting)[] = [...config.numbers, ...config.senders];
  if (config.mode === 'dev') {
    for (const address of DEV_SENDERS) await provisionSender(parts, account, { address, properties: {} });
  }
  for (const setting of wanted) await provisionSender(parts, account, setting);
}

async function provisionSender(parts: ProvisionParts, account: Account, setting: NumberSetting | SenderSetting) {
  const parsed = parseSender('number' in setting ? setting.number : setting.address);
  if (!parsed) return;
  const address = formatAddress(parsed);
  const known = await parts.store.senderByAddress(address);
  const now = parts.clock.now();
  const sender: Sender = {
    sid: known?.sid ?? parts.sids.make(PREFIX[parsed.kind]),
    accountSid: known?.accountSid ?? account.sid,
    address,
    kind: parsed.kind,
    canSms: known?.canSms ?? true,
    canMms: known?.canMms ?? true,
    rate: rateOf(setting, parsed),
    properties: { ...known?.properties, ...setting.properties },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  await parts.store.saveSender(sender);
}

/** As the store has it. The settings are the only place of a rate, so one that was taken out there is gone. */
function rateOf(setting: NumberSetting | SenderSetting, address: Address): number | null {
  if (setting.rate === null) return 0;
  if (typeof setting.rate === 'number') return setting.rate;
  const kind = 'kind' in setting ? setting.kind : undefined;
  if (kind === undefined || address.kind !== 'number') return null;
  // The operator knows the number better than its digits do.
  const type = kind === 'long-code' ? 'unknown' : kind;
  return defaultRate('number', countryOf(address.e164), type);
}

const PREFIX: Record<SenderKind, 'PN' | 'SC' | 'AI' | 'XE'> = {
  number: 'PN',
  'short-code': 'SC',
  alphanumeric: 'AI',
  channel: 'XE',
};
