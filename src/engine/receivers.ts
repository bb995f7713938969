/**
 * Whom a message is for: the sender that was written to, its account, the service it is in, whose webhook is asked and
 * which keywords count. Looked up anew for every batch, so a change counts from the next message on; of a batch together,
 * so that a flood costs a handful of reads.
 */
import { type Address, parseSender } from '../domain/address.ts';
import { type AdvancedInput, readAdvanced } from '../domain/advanced-opt-out.ts';
import { type InboundRoute, routeInbound } from '../domain/inbound.ts';
import type { AdvancedOptOut } from '../domain/keywords.ts';
import { SERVICE_DEFAULTS, type ServiceProperties } from '../domain/service.ts';
import { standingOf } from '../domain/standing.ts';
import type { Sender } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

export interface FoundReceiver {
  accountSid: string;
  /** Of what was written to. */
  address: Address;
  /** Segments a second of its own; `null`: those of its kind. */
  rate: number | null;
  /** Whether its account is in use. */
  isActive: boolean;
  route: InboundRoute;
  /** Advanced Opt-Out of its service; `null`: not switched on. */
  advanced: AdvancedOptOut | null;
  /** The operator leaves keywords to the app. */
  defaultsOff: boolean;
}

/** Whom messages of one batch are for, by canonical address. */
export interface Receivers {
  /** Looks these up in one go; what is known already is not asked for again. */
  look(addresses: string[]): Promise<void>;
  /** `null`: nobody's. Looks up what was not looked up before. */
  find(address: string): Promise<FoundReceiver | null>;
}

type ReceiverReads = Pick<Store, 'sendersByAddress' | 'account' | 'document' | 'documents' | 'documentsByName'>;

/** Answers for one batch: nothing is looked up twice. `keywordsOff`: for everybody (`opt_out.defaults`). */
export function receiversOf(store: ReceiverReads, keywordsOff: boolean): Receivers {
  const known = new Map<string, Promise<FoundReceiver | null>>();
  const accountOf = remembered((sid) => store.account(sid));
  const serviceOf = remembered(async (key): Promise<Service> => {
    const [accountSid = '', sid = ''] = key.split(' ');
    const [document, advanced] = await Promise.all([
      store.document(accountSid, 'service', sid),
      advancedOf(store, accountSid, sid),
    ]);
    return { sid, properties: { ...SERVICE_DEFAULTS, ...document?.properties }, advanced };
  });
  const applicationOf = remembered(async (key) => {
    const [accountSid = '', sid = ''] = key.split(' ');
    return store.document(accountSid, 'application', sid);
  });

  /** The services in whose pools they stand by name: the default service that has everybody receives for nobody. */
  async function poolsOf(senders: Sender[]): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const [accountSid, some] of Map.groupBy(senders, (sender) => sender.accountSid)) {
      const names = some.map(({ address }) => address);
      // Newest first: that one counts.
      for (const { name, parentSid } of (await store.documentsByName(accountSid, 'pool', names)).toReversed()) {
        found.set(name ?? '', parentSid);
      }
    }
    return found;
  }

  async function lookUp(addresses: string[]): Promise<Map<string, FoundReceiver | null>> {
    const readable = addresses.filter((address) => parseSender(address) !== null);
    const all = readable.length > 0 ? await store.sendersByAddress(readable) : [];
    const senders = all.filter(({ properties }) => properties.status !== 'disabled');
    const pools = senders.length > 0 ? await poolsOf(senders) : new Map<string, string>();
    const made = senders.map(async (sender) => {
      return [sender.address, await receiverOf(sender, pools.get(sender.address))] as const;
    });
    return new Map(await Promise.all(made));
  }

  async function receiverOf(sender: Sender, serviceSid: string | undefined): Promise<FoundReceiver | null> {
    const { accountSid, properties, rate } = sender;
    const address = parseSender(sender.address);
    const account = await accountOf(accountSid);
    if (!account || !address) return null;
    const { sms_application_sid: applicationSid } = properties;
    const [owner, service, application] = await Promise.all([
      account.ownerSid === account.sid ? account : accountOf(account.ownerSid),
      serviceSid === undefined ? null : serviceOf(`${accountSid} ${serviceSid}`),
      typeof applicationSid === 'string' && applicationSid !== ''
        ? applicationOf(`${accountSid} ${applicationSid}`)
        : null,
    ]);
    return {
      accountSid,
      address,
      rate,
      isActive: standingOf(account, owner) === 'active',
      route: routeInbound({ properties, application: application?.properties ?? null, service }),
      advanced: service?.advanced ?? null,
      defaultsOff:
        keywordsOff || properties.keyword_handling === 'off' || service?.properties.keyword_handling === 'off',
    };
  }

  async function look(addresses: string[]): Promise<void> {
    const unknown = [...new Set(addresses)].filter((address) => !known.has(address));
    if (unknown.length === 0) return;
    const found = lookUp(unknown);
    for (const address of unknown) {
      const one = found.then((all) => all.get(address) ?? null);
      // Who asks for it hears of the failure.
      one.catch(() => undefined);
      known.set(address, one);
    }
    await found;
  }

  return {
    look,
    async find(address) {
      if (!known.has(address)) await look([address]);
      return (await known.get(address)) ?? null;
    },
  };
}

interface Service {
  sid: string;
  properties: ServiceProperties & { keyword_handling?: unknown };
  advanced: AdvancedOptOut | null;
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

function remembered<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (key) => {
    const found = known.get(key) ?? read(key);
    known.set(key, found);
    return found;
  };
}
