/** A Messaging Service as the engine needs it: its settings that bear on sending, and its pool. */
import { countryOf, parseSender } from '../domain/address.ts';
import type { PoolSender } from '../domain/senders.ts';
import { SERVICE_DEFAULTS, type ServiceProperties } from '../domain/service.ts';
import type { Account, Document, Sender } from '../store/directory.ts';
import type { Store } from '../store/store.ts';

export interface Service {
  sid: string;
  statusCallback: string | null;
  validitySeconds: number;
  smartEncoding: boolean;
  stickySender: boolean;
  areaCodeGeomatch: boolean;
  /** What would fail later for want of a sender is refused at once. */
  synchronousValidation: boolean;
  /** What cannot leave as MMS leaves as text with links. */
  mmsConverter: boolean;
}

/** A sender of a pool with its registration, which has the rate; `null`: an alphanumeric one that needs none. */
export type Pooled = PoolSender & { sender: Sender | null };

export type ServiceReads = Pick<Store, 'document' | 'documents' | 'senders'>;

/** More than any pool may hold. */
const MOST_SENDERS = 10_000;

/**
 * The service `sid` of the account; `null`: it has none. The account's default service exists without having been made:
 * then it has the defaults of all settings.
 */
export async function serviceOf(store: ServiceReads, account: Account, sid: string): Promise<Service | null> {
  const document = await store.document(account.sid, 'service', sid);
  if (!document && sid !== account.defaultServiceSid) return null;
  const {
    status_callback,
    validity_period,
    smart_encoding,
    sticky_sender,
    area_code_geomatch,
    synchronous_validation,
    mms_converter,
  } = {
    ...SERVICE_DEFAULTS,
    ...(document?.properties as Partial<ServiceProperties> | undefined),
  };
  return {
    sid,
    statusCallback: status_callback,
    validitySeconds: validity_period,
    smartEncoding: smart_encoding,
    stickySender: sticky_sender,
    areaCodeGeomatch: area_code_geomatch,
    synchronousValidation: synchronous_validation,
    mmsConverter: mms_converter,
  };
}

/** Whether a sender of this address is in the pool of the service. */
export async function isInPool(
  store: ServiceReads,
  account: Account,
  serviceSid: string,
  address: string,
): Promise<boolean> {
  const pool = { accountSid: account.sid, kind: 'pool', parentSid: serviceSid, limit: 1 };
  if ((await store.documents({ ...pool, name: address })).length > 0) return true;
  if (parseSender(address)?.kind === 'alphanumeric') {
    // A name for one country is not found by its name alone: it may be in the pool for several.
    const all = await store.documents({ ...pool, limit: MOST_SENDERS });
    if (all.some((document) => addressOf(document) === address)) return true;
  }
  return serviceSid === account.defaultServiceSid && (await store.documents(pool)).length === 0;
}

/** The usable senders of a service. While nothing was put into it, the default service has every sender of the account. */
export async function poolOf(store: ServiceReads, account: Account, serviceSid: string): Promise<Pooled[]> {
  const { sid: accountSid } = account;
  const [documents, senders] = await Promise.all([
    store.documents({ accountSid, kind: 'pool', parentSid: serviceSid, limit: MOST_SENDERS }),
    store.senders(accountSid),
  ]);
  const isWhole = documents.length === 0 && serviceSid === account.defaultServiceSid;
  if (isWhole) return senders.flatMap((sender) => pooled(sender.address, sender, null));
  const byAddress = new Map(senders.map((sender) => [sender.address, sender]));
  // Newest first in the store; a pool is in the order in which it was filled.
  return documents.reverse().flatMap((document) => {
    const address = addressOf(document);
    return pooled(address, byAddress.get(address) ?? null, document);
  });
}

function addressOf({ name, properties }: Document): string {
  return typeof properties.address === 'string' ? properties.address : (name ?? '');
}

/** Where a channel sender wants to be told of statuses, when nobody else said (behaviour sheet 2.1); `null`: nowhere. */
export function statusCallbackOf(sender: Sender | null): string | null {
  if (sender?.kind !== 'channel') return null;
  const { webhook, status_callback_url } = sender.properties;
  const nested = typeof webhook === 'object' && webhook !== null ? Reflect.get(webhook, 'status_callback_url') : null;
  const url = nested || status_callback_url;
  return typeof url === 'string' && url !== '' ? url : null;
}

/** Nothing for a sender that was released or switched off. */
export function pooled(text: string, sender: Sender | null, document: Document | null): Pooled[] {
  const address = parseSender(text);
  if (!address || sender?.properties.status === 'disabled') return [];
  if (!sender && address.kind !== 'alphanumeric') return [];
  const said = document?.properties.country_code ?? sender?.properties.country_code;
  const country = typeof said === 'string' && said !== '' ? said : null;
  return [
    {
      text,
      address,
      country:
        address.kind === 'number'
          ? countryOf(address.e164)
          : // A short code is of one country; that of one whose country nobody told is the plan's main one.
            address.kind === 'short-code'
            ? (country ?? 'US')
            : country,
      canSms: sender?.canSms ?? true,
      canMms: sender?.canMms ?? false,
      sender,
    },
  ];
}
