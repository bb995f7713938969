/**
 * Whom a message is for: the sender that was written to, its account, the service it is in, whose webhook is asked and
 * which keywords count. Looked up anew for every batch, so a change counts from the next message on.
 */
import { type Address, parseSender } from '../domain/address.ts';
import { type InboundRoute, routeInbound } from '../domain/inbound.ts';
import { type AdvancedInput, type AdvancedOptOut, readAdvanced } from '../domain/keywords.ts';
import { SERVICE_DEFAULTS, type ServiceProperties } from '../domain/service.ts';
import { standingOf } from '../domain/standing.ts';
import type { Store } from '../store/store.ts';

export interface FoundReceiver {
  accountSid: string;
  /** Of what was written to. */
  address: Address;
  /** Whether its account is in use. */
  isActive: boolean;
  route: InboundRoute;
  /** Advanced Opt-Out of its service; `null`: not switched on. */
  advanced: AdvancedOptOut | null;
  /** The operator leaves keywords to the app. */
  defaultsOff: boolean;
}

/** By canonical address; `null`: nobody's. */
export type FindReceiver = (to: string) => Promise<FoundReceiver | null>;

type ReceiverReads = Pick<Store, 'senderByAddress' | 'account' | 'document' | 'documents'>;

/** Answers for one batch: each receiver is looked up once. `keywordsOff`: for everybody (`opt_out.defaults`). */
export function receiversOf(store: ReceiverReads, keywordsOff: boolean): FindReceiver {
  const known = new Map<string, Promise<FoundReceiver | null>>();
  return (to) => {
    const found = known.get(to) ?? find(store, keywordsOff, to);
    known.set(to, found);
    return found;
  };
}

async function find(store: ReceiverReads, keywordsOff: boolean, to: string): Promise<FoundReceiver | null> {
  const address = parseSender(to);
  const sender = address && (await store.senderByAddress(to));
  if (!sender || sender.properties.status === 'disabled') return null;
  const { accountSid, properties } = sender;
  const account = await store.account(accountSid);
  if (!account) return null;
  const [owner, service] = await Promise.all([
    account.ownerSid === account.sid ? account : store.account(account.ownerSid),
    serviceWith(store, accountSid, to),
  ]);
  const { sms_application_sid: applicationSid } = properties;
  const application =
    typeof applicationSid === 'string' && applicationSid !== ''
      ? await store.document(accountSid, 'application', applicationSid)
      : null;
  return {
    accountSid,
    address,
    isActive: standingOf(account, owner) === 'active',
    route: routeInbound({ properties, application: application?.properties ?? null, service }),
    advanced: service && (await advancedOf(store, accountSid, service.sid)),
    defaultsOff: keywordsOff || properties.keyword_handling === 'off' || service?.properties.keyword_handling === 'off',
  };
}

type Service = { sid: string; properties: ServiceProperties & { keyword_handling?: unknown } };

/** The service in whose pool it stands by name: the default service that has everybody receives for nobody. */
async function serviceWith(store: ReceiverReads, accountSid: string, address: string): Promise<Service | null> {
  const [entry] = await store.documents({ accountSid, kind: 'pool', name: address, limit: 1 });
  if (!entry) return null;
  const document = await store.document(accountSid, 'service', entry.parentSid);
  return { sid: entry.parentSid, properties: { ...SERVICE_DEFAULTS, ...document?.properties } };
}

/** Its document is judged when it is written; one that cannot be read counts as none. */
async function advancedOf(
  store: ReceiverReads,
  accountSid: string,
  serviceSid: string,
): Promise<AdvancedOptOut | null> {
  const [document] = await store.documents({ accountSid, kind: 'opt-out', parentSid: serviceSid, limit: 1 });
  if (!document || document.properties.enabled === false) return null;
  const read = readAdvanced(document.properties as AdvancedInput);
  return read.ok ? read.advanced : null;
}
