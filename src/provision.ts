/** What must be there before the doors open: the first account, and the senders that the configuration names. */
import type { AccountType, Config, NumberSetting, SenderSetting } from './config.ts';
import { type Address, countryOf, formatAddress, parseSender } from './domain/address.ts';
import type { Clock } from './domain/clock.ts';
import { canMmsByKind } from './domain/mms.ts';
import { defaultRate } from './domain/pacing.ts';
import { SENDER_PREFIX, type SidMaker } from './domain/sid.ts';
import type { RateChange } from './engine/repace.ts';
import { markedRateChanges, markRateChange, resumedChange } from './provision-rates.ts';
import type { Account, Sender } from './store/directory.ts';
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
export async function provisionAccount(
  parts: ProvisionParts,
  auth: Config['auth'],
  types: Config['accountTypes'] = new Map(),
): Promise<FirstAccount> {
  const { store, clock, sids } = parts;
  const known = auth.accountSid ? await store.account(auth.accountSid) : await firstActive(store);
  if (known) {
    const stored = parts.open(known.sealedToken);
    const token = auth.authToken ?? stored;
    const type = typeName(types.get(known.sid) ?? auth.accountType);
    if (token === stored && known.type === type) return { account: known, token, fresh: false };
    const set = token === stored ? { type } : { type, sealedToken: parts.seal(token) };
    const changed = await store.changeAccount({ sid: known.sid, set }, clock.now());
    return { account: changed.kind === 'done' ? changed.account : known, token, fresh: false };
  }
  const token = auth.authToken ?? parts.makeToken();
  const sid = auth.accountSid ?? sids.make('AC');
  const now = clock.now();
  const account: Account = {
    sid,
    ownerSid: sid,
    friendlyName: 'Default',
    status: 'active',
    type: typeName(types.get(sid) ?? auth.accountType),
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

/** The types that the settings give to accounts; one that does not exist (yet) is left out. */
export async function provisionTypes({ store, clock }: ProvisionParts, types: Config['accountTypes']): Promise<void> {
  for (const [sid, wanted] of types) {
    const account = await store.account(sid);
    const type = typeName(wanted);
    if (account && account.type !== type) await store.changeAccount({ sid, set: { type } }, clock.now());
  }
}

function typeName(type: AccountType): Account['type'] {
  return type === 'trial' ? 'Trial' : 'Full';
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
  await store.changeAccount({ sid: account.sid, set: { status: 'closed' } }, now);
  return elected;
}

/** Senders that `dev` has from the start (settled 36). */
const DEV_SENDERS = ['+12025550100', 'whatsapp:+12025550100', '+15005550006', '76767'];

/**
 * Writes the senders of the settings; what else was registered stays. A sender keeps its sid and its REST changes.
 * Answers those whose rate is another than before, or whose last change was broken off: messages may wait on their lanes.
 */
export async function provisionSenders(parts: ProvisionParts, account: Account, config: Config): Promise<RateChange[]> {
  const wanted: (NumberSetting | SenderSetting)[] = [...config.numbers, ...config.senders];
  const named = new Set(wanted.map((setting) => addressOf(setting)));
  const given = config.mode === 'dev' ? DEV_SENDERS.filter((address) => !named.has(address)) : [];
  wanted.unshift(...given.map((address) => ({ address, properties: {} })));
  const unfinished = await markedRateChanges(parts.store);
  const changes = new Map<string, RateChange>();
  const note = (change: RateChange | null) => change && changes.set(change.sender.sid, change);
  for (const setting of wanted) note(await provisionSender(parts, account, setting));
  // After the sender was saved: its rate may be a third one by now.
  for (const mark of unfinished) note(await resumedChange(parts.store, mark));
  return [...changes.values()];
}

function addressOf(setting: NumberSetting | SenderSetting): string | null {
  const address = parseSender('number' in setting ? setting.number : setting.address);
  return address && formatAddress(address);
}

async function provisionSender(
  parts: ProvisionParts,
  account: Account,
  setting: NumberSetting | SenderSetting,
): Promise<RateChange | null> {
  const parsed = parseSender('number' in setting ? setting.number : setting.address);
  if (!parsed) return null;
  const address = formatAddress(parsed);
  const known = await parts.store.senderByAddress(address);
  const now = parts.clock.now();
  const sender: Sender = {
    sid: known?.sid ?? parts.sids.make(SENDER_PREFIX[parsed.kind]),
    accountSid: known?.accountSid ?? account.sid,
    address,
    kind: parsed.kind,
    canSms: known?.canSms ?? true,
    canMms: ('mms' in setting ? setting.mms : undefined) ?? known?.canMms ?? canMmsByKind(parsed),
    rate: rateOf(setting, parsed),
    properties: { ...known?.properties, ...setting.properties },
    createdAt: known?.createdAt ?? now,
    updatedAt: now,
  };
  const change = known && known.rate !== sender.rate ? { sender, former: known.rate, rate: sender.rate } : null;
  if (change) await markRateChange(parts, sender);
  await parts.store.saveSender(sender);
  return change;
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
